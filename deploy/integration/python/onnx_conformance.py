"""The node tests of the package onnx, run by our executors.

    onnx_conformance.py make DIR     a folder for each test that can be asked of a model of rows: model.onnx, rows.f32, expected.npz
    onnx_conformance.py check DIR    compares with what the example score of mesh-models wrote there

A model of ours takes rows of numbers and answers with a label and probabilities, or with one quantity. So the node stands between what
splits the rows into its inputs and what lays its outputs side by side; the label comes from a classifier that weighs nothing.
onnx_conformance.txt names the tests that pass. Fails when a test gives another result than onnx says, when one that is named does not
pass, and when one passes that is not named.
"""

import sys
import warnings
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TOLERANCE = 1e-5
# Images and sequences are nothing that a table has.
MAX_SIZE = 4096
LISTED = Path(__file__).with_name("onnx_conformance.txt")
# What is held as a 32-bit float without loss, and what an input of it is declared to be.
HELD = {"float32": TensorProto.FLOAT, "float64": TensorProto.FLOAT, "int32": TensorProto.INT64, "int64": TensorProto.INT64,
        "bool": TensorProto.BOOL}


def unaskable(case) -> str | None:
    """Why the test is not one of rows of numbers."""
    if len(case.model.graph.node) != 1 or not case.model.graph.input:
        return "not one node with an input"
    inputs, outputs = case.data_sets[0]
    if any(isinstance(value, (list, dict)) or value is None for value in [*inputs, *outputs]):
        return "sequences, maps and optional values"
    for value in map(np.asarray, [*inputs, *outputs]):
        if value.dtype.name not in HELD:
            return f"values of type {value.dtype.name if value.dtype.kind != 'O' else 'string'}"
        if not np.isfinite(value).all():
            return "values that are not finite"
        if not np.array_equal(value.astype("<f4").astype(value.dtype), value) and value.dtype.kind != "f":
            return "integers too large for a float"
        if value.size > MAX_SIZE:
            return f"more than {MAX_SIZE} numbers"
    first = np.asarray(inputs[0])
    if first.ndim < 2 or first.size == 0:
        return "an input that is not rows of columns"
    if any(np.ndim(value) == 0 or len(value) != len(first) or np.size(value) == 0 for value in outputs):
        return "outputs that do not have a row for each of the input"
    return None


def model_of(case) -> tuple[onnx.ModelProto, np.ndarray, np.ndarray]:
    """A model around the node, its rows, and what it must answer."""
    node, declared = case.model.graph.node[0], case.model.graph.input
    inputs, outputs = ([np.asarray(value) for value in values] for values in case.data_sets[0])
    rows, nodes, graph_inputs, constants = [], [], [], []
    for value, name in zip(inputs, (value.name for value in declared)):
        # What has another shape than the first input is a number for all rows, an axis, a shape: a constant.
        if value.shape != inputs[0].shape:
            constants.append(numpy_helper.from_array(value, name))
            continue
        flat = value.reshape(len(value), -1).astype("<f4")
        rows.append(flat)
        graph_inputs.append(helper.make_tensor_value_info(f"{name}_rows", TensorProto.FLOAT, ["N", flat.shape[1]]))
        constants.append(numpy_helper.from_array(np.array([-1, *value.shape[1:]]), f"{name}_shape"))
        nodes.append(helper.make_node("Reshape", [f"{name}_rows", f"{name}_shape"], [f"{name}_shaped"]))
        nodes.append(helper.make_node("Cast", [f"{name}_shaped"], [name], to=HELD[value.dtype.name]))
    nodes.append(node)
    parts = []
    for value in case.model.graph.output:
        nodes.append(helper.make_node("Flatten", [value.name], [f"{value.name}_flat"], axis=1))
        nodes.append(helper.make_node("Cast", [f"{value.name}_flat"], [f"{value.name}_numbers"], to=TensorProto.FLOAT))
        parts.append(f"{value.name}_numbers")
    nodes.append(helper.make_node("Concat", parts, ["answers"], axis=1))
    expected = np.concatenate([value.reshape(len(value), -1).astype("<f4") for value in outputs], axis=1)
    width = expected.shape[1]
    answers = [helper.make_tensor_value_info("answers", TensorProto.FLOAT, ["N", width])]
    if width > 1:
        constants.append(numpy_helper.from_array(np.array([0]), "first"))
        nodes.append(helper.make_node("ArrayFeatureExtractor", [graph_inputs[0].name, "first"], ["weighed"], domain="ai.onnx.ml"))
        nodes.append(helper.make_node("LinearClassifier", ["weighed"], ["label", "scores"], domain="ai.onnx.ml",
                                      classlabels_ints=list(range(width)), coefficients=[0.0] * width, intercepts=[0.0] * width))
        answers.insert(0, helper.make_tensor_value_info("label", TensorProto.INT64, ["N"]))
    graph = helper.make_graph(nodes, case.name, graph_inputs, answers, constants)
    opsets = [*case.model.opset_import]
    if all(opset.domain != "ai.onnx.ml" for opset in opsets):
        opsets.append(helper.make_opsetid("ai.onnx.ml", 3))
    model = helper.make_model(graph, opset_imports=opsets, ir_version=case.model.ir_version)
    return model, np.concatenate(rows, axis=1), expected


def make(folder: Path) -> None:
    from onnx.backend.test.case.node import collect_testcases

    skipped = defaultdict(list)
    for case in collect_testcases(None):
        reason = unaskable(case)
        if reason:
            skipped[reason].append(case.name)
            continue
        model, rows, expected = model_of(case)
        of = folder / case.name
        of.mkdir(parents=True)
        (of / "model.onnx").write_bytes(model.SerializeToString())
        rows.tofile(of / "rows.f32")
        np.savez(of / "expected.npz", expected=expected, tolerances=[case.rtol, case.atol])
    for reason, names in sorted(skipped.items()):
        ml = [name for name in names if "_ai_onnx_ml_" in name]
        print(f"not asked, {reason}: {len(names)}{', of them ' + ', '.join(ml) if ml else ''}")


def check(folder: Path) -> None:
    passed, different, lacking, refused = [], [], defaultdict(list), []
    for test in sorted(folder.iterdir()):
        reason = test / "refused.txt"
        if reason.exists():
            text = reason.read_text()
            if text.startswith("operator `"):
                lacking[text.split("`")[1]].append(test.name)
            else:
                refused.append((test.name, text))
            continue
        wanted = np.load(test / "expected.npz")
        expected, (relative, absolute) = wanted["expected"], wanted["tolerances"]
        ours = np.fromfile(test / "values.f32", dtype="<f4").reshape(expected.shape)
        # The test's own tolerances, as the package's own runner has them.
        close = np.allclose(ours, expected, rtol=relative, atol=max(absolute, TOLERANCE))
        (passed if close else different).append(test.name)
    for name, reason in refused:
        print(f"refused   {name}: {reason}")
    for name, tests in sorted(lacking.items()):
        print(f"no {name:30} {len(tests):3} tests, as {tests[0]}")
    listed = LISTED.read_text().split() if LISTED.exists() else []
    fallen, new = sorted(set(listed) - set(passed)), sorted(set(passed) - set(listed))
    print(f"{len(passed)} passed, {len(different)} differ, {len(refused)} use an operator as neither executor does, "
          f"{sum(map(len, lacking.values()))} are of {len(lacking)} operators that neither has")
    for problem, names in (("differ", different), ("no longer pass", fallen), (f"pass and are not in {LISTED.name}", new)):
        if names:
            print(f"{problem}: {', '.join(names)}", file=sys.stderr)
    if different or fallen or new or not passed:
        sys.exit("not as onnx says" if passed else "no test passed")


def main() -> None:
    warnings.filterwarnings("ignore")
    {"make": make, "check": check}[sys.argv[1]](Path(sys.argv[2]))


if __name__ == "__main__":
    main()
