"""Our algorithms beside those of scikit-learn on the four hospitals of the UCI Heart Disease data: the same rows, folds, preprocessing and
hyper-parameters, so that the means may differ by one standard error at most.

    uci_parity.py make DIR FILES      a folder for each hospital, for the example cross_validate of mesh-models
    uci_parity.py check DIR [PAGE]    trains scikit-learn on the same, compares, and writes the table to PAGE

Classes are whether there is heart disease, judged by accuracy and the area under the ROC curve; the quantity is the highest heart rate,
judged by the root of the mean squared error.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
from sklearn import metrics, model_selection

COLUMNS = ["age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak", "slope", "ca", "thal"]
CODES = ["sex", "cp", "fbs", "restecg", "exang", "slope", "thal"]
# Where zero is no measurement.
NOT_ZERO = ["trestbps", "chol", "thal"]
HOSPITALS = ["cleveland", "hungarian", "switzerland", "va"]
QUANTITY = "thalach"
FOLDS, REPEATS = 5, 4
# Hyper-parameters of ours that are not as usual. A name in both lists learns classes and the quantity.
CLASSIFIERS = {"logistic-regression": {}, "decision-tree": {}, "random-forest": {}, "gradient-boosting": {}, "gaussian-naive-bayes": {},
               "multinomial-naive-bayes": {}, "linear-svm": {}, "nearest-neighbours": {}}
REGRESSORS = {"linear-regression": {}, "ridge": {}, "lasso": {}, "elastic-net": {}, "decision-tree": {}, "random-forest": {},
              "gradient-boosting": {}, "nearest-neighbours": {}}


def hospital(files: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows of features and whether there was heart disease. `?` and -9 mean missing."""
    lines = (files / "uci-heart-disease" / f"processed.{name}.data").read_text().split()
    cells = [["nan" if cell == "?" else cell for cell in line.split(",")] for line in lines]
    table = np.array(cells, dtype=np.float32)
    rows, disease = table[:, :13], table[:, 13] > 0
    rows[rows == -9] = np.nan
    for column in NOT_ZERO:
        at = COLUMNS.index(column)
        rows[rows[:, at] == 0, at] = np.nan
    return rows, disease.astype(int)


def make(folder: Path, files: Path) -> None:
    for name in HOSPITALS:
        rows, disease = hospital(files, name)
        if name == HOSPITALS[0] and len(rows) != 303:
            sys.exit(f"{name} has {len(rows)} rows, there should be 303")
        quantity = rows[:, COLUMNS.index(QUANTITY)]
        # Who has no heart rate teaches and tests nothing about it.
        present = ~np.isnan(quantity)
        rows, disease, quantity = rows[present], disease[present], quantity[present]
        folds = model_selection.RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=0)
        splits = [{"train": train.tolist(), "test": test.tolist()} for train, test in folds.split(rows, disease)]
        # A column that is nearly empty at a hospital says nothing there.
        known = [column for i, column in enumerate(COLUMNS) if np.isnan(rows[:, i]).mean() < 0.5]
        codes = [column for column in known if column in CODES]
        numeric = [column for column in known if column not in CODES]
        algorithms = []
        for quantities, chosen in ((False, CLASSIFIERS), (True, REGRESSORS)):
            for algorithm, parameters in chosen.items():
                features = {"numeric": [column for column in numeric if column != QUANTITY or not quantities], "categorical": codes}
                if algorithm == "multinomial-naive-bayes":
                    # It counts: codes are all there is to count.
                    features["numeric"] = []
                algorithms.append({"name": algorithm, "parameters": parameters, "features": features, "quantity": quantities})
        of = folder / name
        of.mkdir(parents=True)
        rows.astype("<f4").tofile(of / "rows.f32")
        plan = {"names": COLUMNS, "classes": disease.tolist(), "quantities": quantity.tolist(), "splits": splits, "algorithms": algorithms}
        (of / "plan.json").write_text(json.dumps(plan))


def counterpart(name: str, quantity: bool, seed: int):
    """What scikit-learn has with the hyper-parameters that are usual with us, and whether it wants standardised quantities."""
    from sklearn import ensemble, linear_model, naive_bayes, neighbors, tree

    of_trees = {"max_depth": 12, "max_features": "sqrt", "random_state": seed, "n_estimators": 100}
    of_boosting = {"max_iter": 100, "learning_rate": 0.1, "max_depth": 3, "max_leaf_nodes": None, "min_samples_leaf": 5,
                   "l2_regularization": 1.0, "early_stopping": False, "random_state": seed}
    if quantity:
        return {
            "linear-regression": (linear_model.LinearRegression(), True), "ridge": (linear_model.Ridge(alpha=1.0), True),
            "lasso": (linear_model.Lasso(alpha=0.1), True), "elastic-net": (linear_model.ElasticNet(alpha=0.1, l1_ratio=0.5), True),
            "decision-tree": (tree.DecisionTreeRegressor(max_depth=5, min_samples_leaf=5, random_state=seed), False),
            "random-forest": (ensemble.RandomForestRegressor(**of_trees), False),
            "gradient-boosting": (ensemble.HistGradientBoostingRegressor(**of_boosting), False),
            "nearest-neighbours": (neighbors.KNeighborsRegressor(5), True),
        }[name]
    return {
        "logistic-regression": (linear_model.LogisticRegression(C=1.0, max_iter=10_000, tol=1e-8), True),
        "decision-tree": (tree.DecisionTreeClassifier(max_depth=5, min_samples_leaf=5, random_state=seed), False),
        "random-forest": (ensemble.RandomForestClassifier(**of_trees), False),
        "gradient-boosting": (ensemble.HistGradientBoostingClassifier(**of_boosting), False),
        "gaussian-naive-bayes": (naive_bayes.GaussianNB(var_smoothing=1e-3), True),
        "multinomial-naive-bayes": (naive_bayes.MultinomialNB(alpha=1.0), False),
        "linear-svm": (PlattSvm(), True), "nearest-neighbours": (neighbors.KNeighborsClassifier(5), True),
    }[name]


class PlattSvm:
    """A linear SVM whose probabilities are fitted to the rows that it learned from."""

    def fit(self, rows, target):
        from sklearn import calibration, frozen, svm

        machine = svm.SVC(kernel="linear", C=1.0).fit(rows, target)
        self.calibrated = calibration.CalibratedClassifierCV(frozen.FrozenEstimator(machine), method="sigmoid").fit(rows, target)
        return self

    def predict_proba(self, rows):
        return self.calibrated.predict_proba(rows)


def theirs(planned: dict, rows: np.ndarray, target: np.ndarray, split: dict) -> np.ndarray:
    from sklearn import compose, impute, pipeline, preprocessing

    model, scaled = counterpart(planned["name"], planned["quantity"], seed=0)
    place = lambda names: [COLUMNS.index(name) for name in names]
    quantities = [impute.SimpleImputer(strategy="median")] + ([preprocessing.StandardScaler()] if scaled else [])
    codes = [impute.SimpleImputer(strategy="most_frequent"), preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False)]
    encode = compose.ColumnTransformer([
        ("quantities", pipeline.make_pipeline(*quantities), place(planned["features"]["numeric"])),
        ("codes", pipeline.make_pipeline(*codes), place(planned["features"]["categorical"])),
    ])
    train, test = split["train"], split["test"]
    encoded = encode.fit_transform(rows[train].astype(float))
    model.fit(encoded, target[train])
    tested = encode.transform(rows[test].astype(float))
    return model.predict(tested) if planned["quantity"] else model.predict_proba(tested)[:, 1]


def measures(quantity: bool) -> dict:
    if quantity:
        return {"error": lambda truth, answer: metrics.root_mean_squared_error(truth, answer)}
    return {"accuracy": lambda truth, answer: metrics.accuracy_score(truth, np.asarray(answer) > 0.5),
            "AUC": lambda truth, answer: metrics.roc_auc_score(truth, answer)}


def check(folder: Path, page: Path | None) -> None:
    lines, apart = [], []
    for name in HOSPITALS:
        plan = json.loads((folder / name / "plan.json").read_text())
        answers = json.loads((folder / name / "answers.json").read_text())
        rows = np.fromfile(folder / name / "rows.f32", dtype="<f4").reshape(-1, len(COLUMNS))
        for planned in plan["algorithms"]:
            quantity = planned["quantity"]
            target = np.array(plan["quantities"] if quantity else plan["classes"])
            ours = answers[f"{planned['name']} {'quantity' if quantity else 'class'}"]
            reference = [theirs(planned, rows, target, split) for split in plan["splits"]]
            for measure, of in measures(quantity).items():
                score = lambda given: np.array([of(target[split["test"]], answer) for split, answer in zip(plan["splits"], given)])
                our, their = score(ours), score(reference)
                # Dividing again brings other folds, but no other rows: it does not make the mean surer.
                error = their.std(ddof=1) / np.sqrt(FOLDS)
                difference = our.mean() - their.mean()
                # Not `>`: a number that is not one must fail too.
                within = bool(abs(difference) <= error)
                line = f"| {name} | {planned['name']} | {measure} | {our.mean():.4f} | {their.mean():.4f} | {difference:+.4f} | {error:.4f} |"
                print(line if within else f"{line} more than one standard error apart")
                lines.append(line)
                if not within:
                    apart.append(f"{name} {planned['name']} {measure}")
    if apart or not lines:
        sys.exit(f"not as scikit-learn: {', '.join(apart) or 'nothing was compared'}")
    if page:
        page.write_text(PAGE.format(folds=FOLDS, repeats=REPEATS, lines="\n".join(lines)))


PAGE = """# Algorithms, measured

Every algorithm that learns a target, beside its counterpart in scikit-learn, on the four hospitals of the UCI Heart Disease data (Janosi,
Steinbrunn, Pfisterer and Detrano 1988, CC BY 4.0): both learn from the same rows with the same preprocessing and the same
hyper-parameters, those that are usual with us, and answer for the same other rows, in {folds} stratified folds, divided {repeats} times. Ours
answers as the exported ONNX file. Columns that a hospital has for less than half of its patients are left out there.

Accuracy and the area under the ROC curve (AUC) are of whether there is heart disease, the error (root of the mean square, beats per minute)
is of the highest heart rate. No two means are further apart than one standard error of scikit-learn's mean: the standard deviation
over the folds, divided by the root of {folds}, as dividing again brings no other rows. Forests draw other rows and columns in each of the two,
and of equally good questions a tree of ours takes the first, where scikit-learn draws one.

`MESH_REAL_DATA=FOLDER UPDATE_DOCS=1 deploy/integration/run uci-parity` writes this page.

| hospital | algorithm | measure | here | scikit-learn | difference | standard error |
|---|---|---|---|---|---|---|
{lines}
"""


def main() -> None:
    warnings.filterwarnings("ignore")
    command, folder, *rest = sys.argv[1:]
    if command == "make":
        make(Path(folder), Path(rest[0]))
    else:
        check(Path(folder), Path(rest[0]) if rest else None)


if __name__ == "__main__":
    main()
