"""Explains rows of each model in DIR with the package shap and compares with our explanations; see the example export of mesh-models.

Fails when a base or a contribution differs by more than 1e-6 of the raw score's size.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import shap
from onnx import helper, numpy_helper

TOLERANCE = 1e-6


def attributes(node) -> dict:
    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def intermediate(model, name: str, rows) -> np.ndarray:
    """The value of this name inside the graph."""
    with_output = onnx.ModelProto.FromString(model.SerializeToString())
    with_output.graph.output.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(with_output.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run([name], {"features": rows})[0]


def origins(model) -> list[int]:
    """Of each column of `encoded`, the feature it comes from."""
    made = {node.output[0]: node for node in model.graph.node}
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    columns = []
    for part in made["encoded"].input:
        node, width = made[part], 1
        while node.op_type != "ArrayFeatureExtractor":
            if node.op_type == "OneHotEncoder":
                width = len(attributes(node)["cats_int64s"])
            node = made[node.input[0]]
        columns.extend(int(feature) for feature in constants[node.input[1]] for _ in range(width))
    return columns


def trees(node) -> list[dict]:
    of = attributes(node)
    ids, targets = np.array(of["nodes_treeids"]), np.array(of["target_treeids"])
    result = []
    for tree in np.unique(ids):
        at = np.flatnonzero(ids == tree)
        leaf = np.array([mode == b"LEAF" for mode in of["nodes_modes"]])[at]
        values = np.zeros((len(at), of["n_targets"]))
        for i in np.flatnonzero(targets == tree):
            values[of["target_nodeids"][i], of["target_ids"][i]] += of["target_weights"][i]
        pick = lambda name, other: np.where(leaf, other, np.array(of[name])[at])
        result.append({
            "children_left": pick("nodes_truenodeids", -1), "children_right": pick("nodes_falsenodeids", -1),
            "children_default": pick("nodes_falsenodeids", -1), "features": pick("nodes_featureids", -2),
            "thresholds": np.array(of["nodes_values"], dtype=np.float64)[at], "values": values,
            "node_sample_weight": np.array(of["nodes_hitrates"], dtype=np.float64)[at],
        })
    return result


def explain(model, rows) -> tuple[np.ndarray, np.ndarray]:
    """Bases [outputs] and contributions of encoded columns [rows, columns, outputs]."""
    encoded = intermediate(model, "encoded", rows)
    nodes = {node.op_type: node for node in model.graph.node}
    ensemble = nodes.get("TreeEnsembleRegressor")
    if ensemble is not None:
        explainer = shap.TreeExplainer({"trees": trees(ensemble)}, feature_perturbation="tree_path_dependent")
        values = np.asarray(explainer.shap_values(encoded.astype(np.float64), check_additivity=False))
        base = np.atleast_1d(explainer.expected_value)
        values = values.reshape(len(rows), encoded.shape[1], -1)
        if "LinearClassifier" not in nodes:
            return base, values
        linear = attributes(nodes["LinearClassifier"])
        weights = np.array(linear["coefficients"]).reshape(-1, len(base))
        return weights @ base + np.array(linear["intercepts"]), values @ weights.T
    linear = attributes(nodes.get("LinearClassifier") or nodes["LinearRegressor"])
    weights = np.array(linear["coefficients"], dtype=np.float64).reshape(-1, encoded.shape[1])
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    means = np.array(json.loads(metadata["encoded_means"]))
    bases, contributions = [], []
    for row, intercept in zip(weights, linear["intercepts"]):
        explainer = shap.LinearExplainer((row, intercept), (means, np.eye(len(means))))
        bases.append(explainer.expected_value)
        contributions.append(explainer.shap_values(encoded.astype(np.float64)))
    return np.array(bases), np.stack(contributions, axis=2)


def main() -> None:
    different, compared = [], 0
    for folder in sorted(Path(sys.argv[1]).iterdir()):
        if not (folder / "explanations.f64").exists():
            continue
        model = onnx.load(folder / "model.onnx")
        features = model.graph.input[0].type.tensor_type.shape.dim[1].dim_value
        outputs = 1 if model.graph.output[0].name == "value" else model.graph.output[1].type.tensor_type.shape.dim[1].dim_value
        ours = np.fromfile(folder / "explanations.f64", dtype="<f8").reshape(-1, outputs, 1 + features)
        rows = np.fromfile(folder / "rows.f32", dtype="<f4").reshape(-1, features)[: len(ours)]
        base, encoded = explain(model, rows)
        theirs = np.zeros((len(rows), outputs, 1 + features))
        theirs[:, :, 0] = base
        for column, feature in enumerate(origins(model)):
            theirs[:, :, 1 + feature] += encoded[:, column, :]
        difference = (np.abs(ours - theirs) / np.maximum(np.abs(theirs.sum(axis=2, keepdims=True)), 1)).max()
        print(f"{folder.name:28} {len(rows)} rows, {outputs} outputs, largest difference {difference:.2e}")
        compared += 1
        # Not `>`: a number that is not one must fail too.
        if not difference <= TOLERANCE:
            different.append(folder.name)
    if different or not compared:
        sys.exit(f"our explanations are not those of shap: {', '.join(different) or 'there are none'}")


if __name__ == "__main__":
    main()
