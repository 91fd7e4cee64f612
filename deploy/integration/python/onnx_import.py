"""Models that others made: scikit-learn pipelines, ensembles of trees with every kind of node, and the node tests of the package onnx.

    onnx_import.py make DIR     a folder for each: model.onnx, rows.f32, and what onnxruntime (or the node test) says
    onnx_import.py check DIR    compares with what the example score of mesh-models wrote there

Fails when a label differs, or a number by more than 1e-5 of its size, or when a model is refused that should not be.
"""

import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

TOLERANCE = 1e-5
OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
# What the executor does not have, with the operator that it names.
REFUSED = {"sklearn-mlp": "MatMul", "sklearn-svc": "SVMClassifier", "sklearn-svr": "SVMRegressor",
           "sklearn-gaussian-naive-bayes": "Sub"}


def write(folder: Path, model: onnx.ModelProto, rows: np.ndarray, expected: list[np.ndarray] | None = None) -> None:
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    rows.astype("<f4").tofile(folder / "rows.f32")
    if expected is None:
        options = onnxruntime.SessionOptions()
        # More threads would add trees up in another order each time.
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        expected = session.run(None, {session.get_inputs()[0].name: rows})
    np.savez(folder / "expected.npz", *expected)


def sklearn_models(folder: Path) -> None:
    from skl2onnx import to_onnx
    from sklearn import ensemble, impute, linear_model, naive_bayes, neural_network, pipeline, preprocessing, svm, tree

    random = np.random.default_rng(1)
    rows = random.normal(size=(400, 5)).astype(np.float32)
    two = (rows[:, 0] + rows[:, 1] * rows[:, 2] > 0).astype(int)
    three = np.digitize(rows[:, 0] + rows[:, 1], [-0.7, 0.7])
    quantity = (rows[:, 0] * 3 + rows[:, 1]).astype(np.float32)
    pipe = pipeline.make_pipeline
    models = {
        "linear": (linear_model.LinearRegression(), quantity), "ridge": (linear_model.Ridge(), quantity),
        "logistic": (linear_model.LogisticRegression(), two), "multinomial": (linear_model.LogisticRegression(), three),
        "tree": (tree.DecisionTreeClassifier(max_depth=4), two), "tree-3": (tree.DecisionTreeClassifier(max_depth=4), three),
        "tree-regressor": (tree.DecisionTreeRegressor(max_depth=4), quantity),
        "forest": (ensemble.RandomForestClassifier(30), two), "forest-3": (ensemble.RandomForestClassifier(30), three),
        "forest-regressor": (ensemble.RandomForestRegressor(30), quantity),
        "extra-trees": (ensemble.ExtraTreesClassifier(30), two),
        "boosting": (ensemble.GradientBoostingClassifier(n_estimators=30), two),
        "boosting-3": (ensemble.GradientBoostingClassifier(n_estimators=30), three),
        "boosting-regressor": (ensemble.GradientBoostingRegressor(n_estimators=30), quantity),
        "pipeline": (pipe(impute.SimpleImputer(), preprocessing.StandardScaler(), linear_model.LogisticRegression()), two),
        "pipeline-forest": (pipe(impute.SimpleImputer(strategy="median"), preprocessing.MinMaxScaler(), ensemble.RandomForestClassifier(10)), three),
        "pipeline-normalizer": (pipe(preprocessing.Normalizer(), linear_model.LogisticRegression()), two),
        "pipeline-binarizer": (pipe(preprocessing.Binarizer(threshold=0.2), linear_model.LogisticRegression()), two),
        "mlp": (neural_network.MLPClassifier((8,), max_iter=50), two), "svc": (svm.SVC(), two), "svr": (svm.SVR(), quantity),
        "gaussian-naive-bayes": (naive_bayes.GaussianNB(), three),
    }
    for name, (model, target) in models.items():
        model.fit(rows, target)
        options = {id(model): {"zipmap": False}} if hasattr(model, "classes_") else None
        exported = to_onnx(model, rows[:1], options=options, target_opset={"": 17, "ai.onnx.ml": 3})
        test = random.normal(size=(1000, 5)).astype(np.float32)
        if name.startswith("pipeline") and name not in ("pipeline-normalizer", "pipeline-binarizer"):
            test[random.random(test.shape) < 0.1] = np.nan
        write(folder / f"sklearn-{name}", exported, test)


def random_tree(random, features: int, depth: int) -> list[dict]:
    """Nodes with every mode; thresholds are few, so that rows often lie exactly on one."""
    nodes = []

    def grow(level: int) -> int:
        number = len(nodes)
        nodes.append({})
        if level == depth or (level > 1 and random.random() < 0.3):
            nodes[number] = {"mode": "LEAF", "feature": 0, "value": 0.0, "missing": 0, "yes": 0, "no": 0}
            return number
        modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
        node = {"mode": modes[random.integers(6)], "feature": int(random.integers(features)),
                "value": float(random.integers(-2, 3)), "missing": int(random.integers(2))}
        nodes[number] = node | {"yes": grow(level + 1), "no": grow(level + 1)}
        return number

    grow(0)
    return nodes


def ensemble_models(folder: Path) -> None:
    random = np.random.default_rng(2)
    for number in range(60):
        features, trees, classifier = 4, int(random.integers(1, 12)), number % 2 == 0
        outputs = int(random.integers(2, 5)) if classifier else 1
        of = {name: [] for name in ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids", "missing_value_tracks_true")}
        leaves = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}
        one_class = classifier and outputs == 2 and number % 4 == 0
        for tree in range(trees):
            for i, node in enumerate(random_tree(random, features, 5)):
                of["treeids"].append(tree)
                of["nodeids"].append(i)
                of["featureids"].append(node["feature"])
                of["modes"].append(node["mode"])
                of["values"].append(node["value"])
                of["truenodeids"].append(node["yes"])
                of["falsenodeids"].append(node["no"])
                of["missing_value_tracks_true"].append(node["missing"])
                if node["mode"] != "LEAF":
                    continue
                for output in range(1 if one_class or not classifier else outputs):
                    leaves["treeids"].append(tree)
                    leaves["nodeids"].append(i)
                    leaves["ids"].append(output)
                    leaves["weights"].append(float(np.float32(random.normal() if number % 3 else random.random() / trees)))
        attributes = {f"nodes_{name}": values for name, values in of.items()}
        kind = "class" if classifier else "target"
        attributes |= {f"{kind}_{name}": values for name, values in leaves.items()}
        if classifier:
            # onnxruntime does not compare the scores of two classes that leaves both name.
            if outputs == 2 and not one_class:
                continue
            attributes |= {"classlabels_int64s": list(range(10, 10 + outputs)),
                           "post_transform": ["NONE", "LOGISTIC", "SOFTMAX"][number // 2 % 3] if not one_class else ["NONE", "LOGISTIC"][number // 4 % 2]}
            if number % 5 == 0:
                attributes["base_values"] = [float(np.float32(x)) for x in random.normal(size=1 if one_class else outputs)]
            node = helper.make_node("TreeEnsembleClassifier", ["x"], ["label", "scores"], domain="ai.onnx.ml", **attributes)
            made = [helper.make_tensor_value_info("label", TensorProto.INT64, ["N"]),
                    helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", outputs])]
        else:
            attributes |= {"n_targets": 1, "aggregate_function": ["SUM", "AVERAGE"][number // 2 % 2]}
            if number % 5 == 0:
                attributes["base_values"] = [0.25]
            node = helper.make_node("TreeEnsembleRegressor", ["x"], ["value"], domain="ai.onnx.ml", **attributes)
            made = [helper.make_tensor_value_info("value", TensorProto.FLOAT, ["N", 1])]
        graph = helper.make_graph([node], "trees", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", features])], made)
        rows = random.integers(-3, 4, size=(2000, features)).astype(np.float32)
        rows += np.where(random.random(rows.shape) < 0.3, random.normal(size=rows.shape), 0).astype(np.float32)
        rows[random.random(rows.shape) < 0.15] = np.nan
        write(folder / f"trees-{number:02}", helper.make_model(graph, opset_imports=OPSETS, ir_version=8), rows)


def node_tests(folder: Path) -> None:
    """Those of ai.onnx.ml whose operator the executor has. It answers with classes, so that what a test's node gives is passed
    through a linear classifier that changes nothing."""
    from onnx.backend.test.case.node import collect_testcases

    for case in collect_testcases(None):
        model = case.model
        operator = model.graph.node[0].op_type
        if not case.name.startswith("test_ai_onnx_ml_") or operator not in ("ArrayFeatureExtractor", "Binarizer"):
            continue
        inputs, outputs = case.data_sets[0]
        rows, expected = np.asarray(inputs[0]), np.asarray(outputs[0])
        # Dimensions after the first are columns here.
        flat, width = rows.reshape(len(rows), -1), expected[0].size
        constants = [onnx.numpy_helper.from_array(np.asarray(value), name.name) for name, value in zip(model.graph.input[1:], inputs[1:])]
        identity = np.eye(width).ravel().tolist()
        last = helper.make_node("LinearClassifier", [model.graph.node[0].output[0]], ["label", "scores"], domain="ai.onnx.ml",
                                classlabels_ints=list(range(width)), coefficients=identity, intercepts=[0.0] * width)
        graph = helper.make_graph([model.graph.node[0], last], case.name,
                                  [helper.make_tensor_value_info(model.graph.input[0].name, TensorProto.FLOAT, ["N", flat.shape[1]])],
                                  [helper.make_tensor_value_info("label", TensorProto.INT64, ["N"]),
                                   helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", width])], constants)
        flat_expected = expected.reshape(len(rows), width)
        write(folder / case.name, helper.make_model(graph, opset_imports=OPSETS, ir_version=8), flat,
              [flat_expected.argmax(axis=1), flat_expected])


def check(folder: Path) -> bool:
    wanted = REFUSED.get(folder.name)
    refused = folder / "refused.txt"
    if wanted or refused.exists():
        reason = refused.read_text() if refused.exists() else "it was not refused"
        print(f"{folder.name:36} refused: {reason}")
        return wanted is not None and wanted in reason
    expected = np.load(folder / "expected.npz")
    values = expected["arr_1"] if "arr_1" in expected else expected["arr_0"]
    ours = np.fromfile(folder / "values.f32", dtype="<f4").reshape(values.shape)
    difference = (np.abs(ours - values) / np.maximum(np.abs(values), 1)).max()
    different_labels = 0
    if "arr_1" in expected:
        # Trees of others do not add up without rounding, which decides between scores that are equal.
        highest = np.sort(values, axis=1)[:, -2:]
        apart = highest[:, 1] - highest[:, 0] > 1e-6
        different_labels = int((np.fromfile(folder / "labels.i64", dtype="<i8") != expected["arr_0"])[apart].sum())
    print(f"{folder.name:36} {len(values)} rows, largest difference {difference:.2e}, {different_labels} labels differ")
    return bool(difference <= TOLERANCE) and different_labels == 0


def main() -> None:
    command, folder = sys.argv[1], Path(sys.argv[2])
    if command == "make":
        warnings.filterwarnings("ignore")
        for make in (sklearn_models, ensemble_models, node_tests):
            make(folder)
        return
    folders = sorted(folder.iterdir())
    wrong = [folder.name for folder in folders if not check(folder)]
    if wrong or not folders:
        sys.exit(f"not as where they come from: {', '.join(wrong) or 'there are none'}")


if __name__ == "__main__":
    main()
