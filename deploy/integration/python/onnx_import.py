"""Models that others made: pipelines of scikit-learn, of XGBoost and of LightGBM, ensembles of trees with every kind of node, and small
neural networks.

    onnx_import.py make DIR     a folder for each: model.onnx, rows.f32, and what onnxruntime says
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
# What neither executor runs, with what the reason names.
REFUSED = {"network-of-words": "TfIdfVectorizer", "sklearn-linear-svc": "a probability for each class"}


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
    from sklearn import calibration, decomposition, ensemble, impute, linear_model, naive_bayes, neighbors, neural_network, pipeline
    from sklearn import preprocessing, svm, tree

    random = np.random.default_rng(1)
    rows = random.normal(size=(400, 5)).astype(np.float32)
    codes = random.integers(0, 4, size=(400, 5)).astype(np.float32)
    missing = np.where(random.random(rows.shape) < 0.1, np.nan, rows).astype(np.float32)
    two = (rows[:, 0] + rows[:, 1] * rows[:, 2] > 0).astype(int)
    three = np.digitize(rows[:, 0] + rows[:, 1], [-0.7, 0.7])
    quantity = (rows[:, 0] * 3 + rows[:, 1]).astype(np.float32)
    of_codes = (codes[:, 0] + codes[:, 1] > 3).astype(int)
    logistic = linear_model.LogisticRegression
    pipe = lambda *steps: pipeline.make_pipeline(*steps, logistic())
    models = {
        "linear": (linear_model.LinearRegression(), rows, quantity), "ridge": (linear_model.Ridge(), rows, quantity),
        "lasso": (linear_model.Lasso(0.1), rows, quantity), "elastic-net": (linear_model.ElasticNet(0.1), rows, quantity),
        "logistic": (logistic(), rows, two), "multinomial": (logistic(), rows, three),
        "sgd": (linear_model.SGDClassifier(loss="log_loss"), rows, two),
        "tree": (tree.DecisionTreeClassifier(max_depth=4), rows, two), "tree-3": (tree.DecisionTreeClassifier(max_depth=4), rows, three),
        "tree-regressor": (tree.DecisionTreeRegressor(max_depth=4), rows, quantity),
        "forest": (ensemble.RandomForestClassifier(30), rows, two), "forest-3": (ensemble.RandomForestClassifier(30), rows, three),
        "forest-regressor": (ensemble.RandomForestRegressor(30), rows, quantity),
        "extra-trees": (ensemble.ExtraTreesClassifier(30), rows, two), "extra-trees-3": (ensemble.ExtraTreesClassifier(30), rows, three),
        "extra-trees-regressor": (ensemble.ExtraTreesRegressor(30), rows, quantity),
        "boosting": (ensemble.GradientBoostingClassifier(n_estimators=30), rows, two),
        "boosting-3": (ensemble.GradientBoostingClassifier(n_estimators=30), rows, three),
        "boosting-regressor": (ensemble.GradientBoostingRegressor(n_estimators=30), rows, quantity),
        "histogram-boosting": (ensemble.HistGradientBoostingClassifier(max_iter=30), missing, two),
        "histogram-boosting-3": (ensemble.HistGradientBoostingClassifier(max_iter=30), missing, three),
        "histogram-boosting-regressor": (ensemble.HistGradientBoostingRegressor(max_iter=30), missing, quantity),
        "bagging": (ensemble.BaggingClassifier(n_estimators=5), rows, two), "ada-boost": (ensemble.AdaBoostClassifier(n_estimators=5), rows, two),
        "gaussian-naive-bayes": (naive_bayes.GaussianNB(), rows, three), "multinomial-naive-bayes": (naive_bayes.MultinomialNB(), codes, of_codes),
        "bernoulli-naive-bayes": (naive_bayes.BernoulliNB(), rows, three),
        "neighbours": (neighbors.KNeighborsClassifier(), rows, two), "neighbours-3": (neighbors.KNeighborsClassifier(weights="distance"), rows, three),
        "neighbours-regressor": (neighbors.KNeighborsRegressor(), rows, quantity),
        "svc": (svm.SVC(), rows, two), "svc-3": (svm.SVC(), rows, three), "svc-linear": (svm.SVC(kernel="linear", probability=True), rows, two),
        "svc-poly": (svm.SVC(kernel="poly", probability=True), rows, three), "svc-poly-2": (svm.SVC(kernel="poly", degree=2, coef0=1.0), rows, two),
        "svc-sigmoid": (svm.SVC(kernel="sigmoid"), rows, two), "svc-probability": (svm.SVC(probability=True), rows, two),
        "svc-probability-3": (svm.SVC(probability=True), rows, three), "nu-svc": (svm.NuSVC(probability=True), rows, two),
        "svr": (svm.SVR(), rows, quantity), "svr-linear": (svm.SVR(kernel="linear"), rows, quantity),
        "svr-poly": (svm.SVR(kernel="poly"), rows, quantity), "svr-sigmoid": (svm.SVR(kernel="sigmoid"), rows, quantity),
        "linear-svc": (svm.LinearSVC(), rows, two), "linear-svc-3": (svm.LinearSVC(), rows, three), "linear-svr": (svm.LinearSVR(), rows, quantity),
        "calibrated": (calibration.CalibratedClassifierCV(svm.LinearSVC()), rows, two),
        "calibrated-3": (calibration.CalibratedClassifierCV(svm.LinearSVC()), rows, three),
        "isotonic": (calibration.CalibratedClassifierCV(svm.LinearSVC(), method="isotonic"), rows, two),
        "mlp": (neural_network.MLPClassifier((8,), max_iter=50), rows, two),
        "mlp-3": (neural_network.MLPClassifier((8, 4), activation="tanh", max_iter=50), rows, three),
        "mlp-regressor": (neural_network.MLPRegressor(hidden_layer_sizes=(8,), activation="logistic", max_iter=50), rows, quantity),
        "pipeline": (pipe(impute.SimpleImputer(), preprocessing.StandardScaler()), missing, two),
        "pipeline-forest": (pipeline.make_pipeline(impute.SimpleImputer(strategy="median"), preprocessing.MinMaxScaler(),
                                                   ensemble.RandomForestClassifier(10)), missing, three),
        "pipeline-svc": (pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.StandardScaler(), svm.SVC(probability=True)), missing, two),
        "pipeline-mlp": (pipeline.make_pipeline(preprocessing.StandardScaler(), neural_network.MLPClassifier((8,), max_iter=50)), rows, two),
        "pipeline-minmax": (pipe(preprocessing.MinMaxScaler()), rows, two),
        "pipeline-minmax-clip": (pipe(preprocessing.MinMaxScaler(clip=True)), rows, two),
        "pipeline-maxabs": (pipe(preprocessing.MaxAbsScaler()), rows, two), "pipeline-robust": (pipe(preprocessing.RobustScaler()), rows, two),
        "pipeline-normalizer": (pipe(preprocessing.Normalizer()), rows, two), "pipeline-normalizer-l1": (pipe(preprocessing.Normalizer("l1")), rows, two),
        "pipeline-binarizer": (pipe(preprocessing.Binarizer(threshold=0.2)), rows, two),
        "pipeline-one-hot": (pipe(preprocessing.OneHotEncoder(handle_unknown="ignore")), codes, of_codes),
        "pipeline-ordinal": (pipe(preprocessing.OrdinalEncoder()), codes, of_codes),
        "pipeline-bins": (pipe(preprocessing.KBinsDiscretizer(4, encode="onehot-dense", quantile_method="averaged_inverted_cdf")), rows, two),
        "pipeline-bins-ordinal": (pipe(preprocessing.KBinsDiscretizer(4, encode="ordinal", quantile_method="averaged_inverted_cdf")), rows, two),
        "pipeline-pca": (pipe(decomposition.PCA(3)), rows, two), "pipeline-svd": (pipe(decomposition.TruncatedSVD(3)), rows, two),
        "pipeline-polynomial": (pipe(preprocessing.PolynomialFeatures(2)), rows, two),
    }
    for name, (model, learnt, target) in models.items():
        model.fit(learnt, target)
        test = random.normal(size=(1000, 5)).astype(np.float32)
        if learnt is codes:
            # A code that was not there only where the model says that it may be.
            test = random.integers(0, 5 if name == "pipeline-one-hot" else 4, size=test.shape).astype(np.float32)
        if learnt is missing:
            test[random.random(test.shape) < 0.1] = np.nan
        write(folder / f"sklearn-{name}", converted(model, learnt), test)


def converted(model, rows: np.ndarray) -> onnx.ModelProto:
    from skl2onnx import to_onnx
    from sklearn.svm import LinearSVC

    # A linear SVM has scores only, and the converter no map of them to leave out.
    classifier = hasattr(model, "classes_") and not isinstance(model, LinearSVC)
    options = {id(model): {"zipmap": False}} if classifier else None
    return to_onnx(model, rows[:1], options=options, target_opset={"": 17, "ai.onnx.ml": 3})


def boosted_models(folder: Path) -> None:
    import lightgbm
    import xgboost
    from onnxmltools import convert_lightgbm, convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    random = np.random.default_rng(3)
    rows = random.normal(size=(400, 5)).astype(np.float32)
    rows[random.random(rows.shape) < 0.1] = np.nan
    present = np.nan_to_num(rows)
    targets = {"": (present[:, 0] + present[:, 1] * present[:, 2] > 0).astype(int),
               "-3": np.digitize(present[:, 0] + present[:, 1], [-0.7, 0.7]), "-regressor": present[:, 0] * 3 + present[:, 1]}
    for suffix, target in targets.items():
        quantity = suffix == "-regressor"
        kinds = {"xgboost": (xgboost.XGBRegressor if quantity else xgboost.XGBClassifier, convert_xgboost, {"n_estimators": 30}),
                 "lightgbm": (lightgbm.LGBMRegressor if quantity else lightgbm.LGBMClassifier, convert_lightgbm, {"n_estimators": 30, "verbose": -1})}
        for name, (kind, convert, parameters) in kinds.items():
            model = kind(**parameters).fit(rows, target)
            maps = {} if quantity or name == "xgboost" else {"zipmap": False}
            exported = convert(model, initial_types=[("features", FloatTensorType([None, 5]))], target_opset=15, **maps)
            test = random.normal(size=(1000, 5)).astype(np.float32)
            test[random.random(test.shape) < 0.1] = np.nan
            write(folder / f"{name}{suffix}", exported, test)


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


def networks(folder: Path) -> None:
    """Neural networks as PyTorch exports them: probabilities alone, of which the highest is the label."""
    random = np.random.default_rng(4)
    weights = {}

    def weight(name: str, *shape: int) -> str:
        weights[name] = onnx.numpy_helper.from_array((random.normal(size=shape) / np.sqrt(shape[-1])).astype(np.float32), name)
        return name

    def network(name: str, shape: list[int], classes: int, nodes: list) -> None:
        used = {value for node in nodes for value in node.input}
        graph = helper.make_graph(nodes, name, [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", *shape])],
                                  [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", classes])],
                                  [weights[value] for value in sorted(used & weights.keys())])
        model = helper.make_model(graph, opset_imports=OPSETS, ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        rows = random.normal(size=(300, *shape)).astype(np.float32)
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        probabilities = session.run(None, {"input": rows})[0]
        write(folder / f"network-{name}", model, rows, [probabilities.argmax(axis=1), probabilities])

    node = helper.make_node
    head = lambda width: [node("Gemm", ["flat", weight(f"w{width}", 3, width), weight(f"b{width}", 3)], ["logits"], transB=1),
                          node("Softmax", ["logits"], ["output"], axis=1)]
    network("layers", [6], 3, [
        node("Gemm", ["input", weight("w1", 16, 6), weight("b1", 16)], ["one"], transB=1), node("Relu", ["one"], ["two"]),
        node("Gemm", ["two", weight("w2", 8, 16), weight("b2", 8)], ["three"], transB=1), node("Tanh", ["three"], ["flat"]), *head(8)])
    network("leaky", [6], 3, [
        node("Gemm", ["input", weight("w3", 10, 6), weight("b3", 10)], ["one"], transB=1), node("LeakyRelu", ["one"], ["flat"], alpha=0.1), *head(10)])
    network("images", [1, 8, 8], 3, [
        node("Conv", ["input", weight("w4", 4, 1, 3, 3), weight("b4", 4)], ["one"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        node("Relu", ["one"], ["two"]), node("MaxPool", ["two"], ["three"], kernel_shape=[2, 2], strides=[2, 2]),
        node("Flatten", ["three"], ["flat"], axis=1), *head(64)])
    network("series", [2, 12], 3, [
        node("Conv", ["input", weight("w5", 4, 2, 3), weight("b5", 4)], ["one"], kernel_shape=[3]), node("Relu", ["one"], ["two"]),
        node("GlobalAveragePool", ["two"], ["three"]), node("Flatten", ["three"], ["flat"], axis=1), *head(4)])
    unknown = helper.make_graph([node("TfIdfVectorizer", ["input"], ["output"], mode="TF", max_gram_length=1, max_skip_count=0, min_gram_length=1,
                                      ngram_counts=[0], ngram_indexes=[0, 1], pool_int64s=[1, 2])], "unknown",
                                [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 2])],
                                [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 2])])
    write(folder / "network-of-words", helper.make_model(unknown, opset_imports=OPSETS, ir_version=8), np.zeros((1, 2)), [np.zeros((1, 2))])


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


def numbers_for_flags() -> None:
    """skl2onnx gives flags where an attribute has integers, which newer versions of onnx refuse."""
    make_attribute = helper.make_attribute

    def with_numbers(key, value, *arguments, **options):
        if isinstance(value, list):
            value = [int(flag) if isinstance(flag, (bool, np.bool_)) else flag for flag in value]
        return make_attribute(key, value, *arguments, **options)

    helper.make_attribute = with_numbers


def main() -> None:
    command, folder = sys.argv[1], Path(sys.argv[2])
    if command == "make":
        warnings.filterwarnings("ignore")
        numbers_for_flags()
        for make in (sklearn_models, boosted_models, ensemble_models, networks):
            make(folder)
        return
    folders = sorted(folder.iterdir())
    wrong = [folder.name for folder in folders if not check(folder)]
    if wrong or not folders:
        sys.exit(f"not as where they come from: {', '.join(wrong) or 'there are none'}")


if __name__ == "__main__":
    main()
