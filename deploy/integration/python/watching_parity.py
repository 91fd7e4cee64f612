"""Measures drift, and estimates measures without labels, with SciPy, Evidently and NannyML; compares with ours.

DIR is what the example watching of mesh-models writes. Fails when a number differs.
"""

import json
import math
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from evidently.legacy.calculations.stattests import psi_stat_test
from evidently.legacy.core import ColumnType
from nannyml import CBPE
from scipy import stats
from sklearn import metrics
from sklearn.isotonic import IsotonicRegression

BINS, SAMPLE, FEWEST, EXPECTED = 10, 2000, 20, 5
EXACT_STEPS = 200_000
# Of that many steps paths are counted in whole numbers.
COUNTED_STEPS = 20_000
DRAWS = 1000

# NannyML warns that one chunk is few.
warnings.filterwarnings("ignore", module="nannyml")

problems: list[str] = []
compared: dict[str, int] = {}


def same(what: str, ours, theirs, relative=1e-8, absolute=1e-12) -> None:
    kind = what.split(": ")[-1]
    compared[kind] = compared.get(kind, 0) + 1
    # Not `>`: a number that is not one must fail too.
    if ours is None or not math.isclose(ours, theirs, rel_tol=relative, abs_tol=absolute):
        problems.append(f"{what}: {ours}, not {theirs}")


def counted(reference, current, distance: int) -> float:
    """The part of all ways to deal the pooled values that get that far apart (times both sizes) where a value ends."""
    m, n = len(reference), len(current)
    pooled = np.sort(np.concatenate([reference, current]))
    ends = np.append(pooled[1:] != pooled[:-1], True)
    ways = [0] * (n + 1)
    for i in range(m + 1):
        for j in range(n + 1):
            here = 1 if i + j == 0 else (ways[j] if i else 0) + (ways[j - 1] if j else 0)
            if i + j and ends[i + j - 1] and abs(i * n - j * m) >= distance:
                here = 0
            ways[j] = here
    all_ways = math.comb(m + n, n)
    return (all_ways - ways[n]) / all_ways


def check_distances(what: str, test, level: float, reference, current) -> None:
    m, n = len(reference), len(current)
    ties = len(np.unique(np.concatenate([reference, current]))) < m + n
    theirs = stats.ks_2samp(reference, current, method="exact" if m * n <= EXACT_STEPS else "asymp")
    same(f"{what}: Kolmogorov-Smirnov statistic", test["statistic"], theirs.statistic)
    effective = m * n / (m + n)
    if m * n > EXACT_STEPS:
        same(f"{what}: Kolmogorov-Smirnov limit", test["p"], stats.kstwobign.sf(math.sqrt(effective) * theirs.statistic))
        critical = stats.kstwobign.isf(level) / math.sqrt(effective)
        same(f"{what}: Kolmogorov-Smirnov critical", test["critical"], critical, absolute=1.1 / (m * n))
        return
    if not ties:
        same(f"{what}: Kolmogorov-Smirnov exact", test["p"], theirs.pvalue)
    elif test["p"] > theirs.pvalue * (1 + 1e-9):
        problems.append(f"{what}: with ties p is {test['p']}, without notice of them {theirs.pvalue}")
    if m * n <= COUNTED_STEPS:
        same(f"{what}: Kolmogorov-Smirnov counted", test["p"], counted(reference, current, round(theirs.statistic * m * n)))
        critical = round(test["critical"] * m * n)
        around = [counted(reference, current, critical - 1), counted(reference, current, critical)]
        if not around[1] <= level < around[0]:
            problems.append(f"{what}: critical {test['critical']} has {around} around, not {level}")


def check_shares(what: str, test, reference, current) -> None:
    """Each sample as (how many have it, how many there are)."""
    table = [[current[0], current[1] - current[0]], [reference[0], reference[1] - reference[0]]]
    same(f"{what}: Fisher difference", test["statistic"], current[0] / current[1] - reference[0] / reference[1])
    same(f"{what}: Fisher p", test["p"], stats.fisher_exact(table).pvalue, relative=1e-6)


def check_cells(what: str, feature, cells, level: float) -> None:
    """Shares and the stability index; `cells` are counts (reference, current) in our order."""
    cells = np.array([cell for cell in cells if sum(cell)])
    sizes = cells.sum(axis=0)
    ours = np.array([(share["reference"], share["current"]) for share in feature["shares"]])
    if ours.shape != cells.shape:
        problems.append(f"{what}: {len(ours)} shares, not {len(cells)}")
        return
    for share, expected in zip(ours.ravel(), (cells / sizes).ravel()):
        same(f"{what}: share", share, expected)
    shares = np.maximum(cells, 0.5) / sizes
    same(f"{what}: PSI", feature["psi"], np.sum((shares[:, 1] - shares[:, 0]) * np.log(shares[:, 1] / shares[:, 0])))
    if len(cells) > 1:
        threshold = (1 / sizes).sum() * stats.chi2.isf(level, len(cells) - 1)
        same(f"{what}: PSI threshold", feature["psi_threshold"], threshold)
    if cells.min() > 0:
        spread = [pd.Series(np.repeat(np.arange(len(cells)), cells[:, side])) for side in (0, 1)]
        theirs = psi_stat_test(spread[0], spread[1], ColumnType.Categorical, None).drift_score
        same(f"{what}: PSI of Evidently", feature["psi"], theirs)


def check_numeric(what: str, feature, profile, reference, current, level: float) -> int:
    tests = {test["compared"]: test for test in feature["tests"]}
    present = [np.sort(values[~np.isnan(values)]) for values in (reference, current)]
    edges = np.unique(np.quantile(present[0], np.arange(1, BINS) / BINS, method="inverted_cdf"))
    edges = edges[edges < present[0].max()]
    counts = [np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1) for values in present]
    missing = [int(np.isnan(values).sum()) for values in (reference, current)]
    check_cells(what, feature, [*zip(*counts), missing], level)

    sample = np.array(profile["sample"], dtype=np.float32)
    fits = len(sample) == min(SAMPLE, len(present[0])) and np.isin(sample, present[0]).all()
    if not fits or (len(present[0]) <= SAMPLE and (sample != present[0]).any()):
        problems.append(f"{what}: the sample is not of the values")
    expected = ["values"] if min(len(sample), len(present[1])) >= FEWEST else []
    expected += ["missing"] if sum(missing) else []
    if sorted(tests) != sorted(expected):
        problems.append(f"{what}: tests {sorted(tests)}, not {sorted(expected)}")
        return 0
    if "values" in tests:
        check_distances(what, tests["values"], level, sample, present[1])
    if "missing" in tests:
        check_shares(what, tests["missing"], (missing[0], len(reference)), (missing[1], len(current)))
    return len(expected)


def check_categorical(what: str, feature, reference, current, level: float) -> int:
    tests = {test["compared"]: test for test in feature["tests"]}
    counts = pd.DataFrame({side: pd.Series(values).value_counts(dropna=False) for side, values in (("a", reference), ("b", current))})
    counts = counts.fillna(0).astype(int)
    expected = counts.sum(axis=1) * min(len(reference), len(current)) / (len(reference) + len(current))
    common, rare = counts[expected >= EXPECTED], counts[expected < EXPECTED].sum()
    # Ours come in the order of the reference, which labels tell.
    labels = [share["label"] for share in feature["shares"]]
    named = {("missing" if math.isnan(code) else f"{code:g}"): tuple(row) for code, row in zip(common.index, common.values)}
    check_cells(what, feature, [named.get(label, tuple(rare)) for label in labels], level)
    if len(labels) != len(named) + bool(rare.sum()):
        problems.append(f"{what}: {labels}, not {sorted(named)}")
    if "codes" in tests:
        theirs = stats.chi2_contingency(common.values, correction=False)
        same(f"{what}: chi-square", tests["codes"]["statistic"], theirs.statistic)
        same(f"{what}: chi-square p", tests["codes"]["p"], theirs.pvalue)
        same(f"{what}: chi-square critical", tests["codes"]["critical"], stats.chi2.isf(level, len(common) - 1))
    if "rare-codes" in tests:
        check_shares(what, tests["rare-codes"], (rare.a, len(reference)), (rare.b, len(current)))
    if ("codes" in tests, "rare-codes" in tests) != (len(common) > 1, rare.sum() > 0):
        problems.append(f"{what}: tests {sorted(tests)}")
    return len(tests)


def check_drift(path: Path) -> None:
    found = json.loads(path.read_text())
    report = found["report"]
    level = report["level"]
    sides = [np.array(found[side]["rows"], dtype=np.float32) for side in ("reference", "current")]
    scores = [np.array(found[side]["scores"], dtype=np.float32) for side in ("reference", "current")]
    tests = 0
    for column, (feature, known) in enumerate(zip(report["features"], found["baseline"]["features"], strict=True)):
        what = f"{path.stem}: {feature['name']}"
        values = [side[:, column] for side in sides]
        if feature["name"] in found["categorical"]:
            tests += check_categorical(what, feature, *values, level)
        else:
            tests += check_numeric(what, feature, known["profile"]["numeric"], *values, level)
    tests += check_numeric(f"{path.stem}: score", report["score"], found["baseline"]["score"], *scores, level)
    same(f"{path.stem}: level", level, report["nominal"] / tests)
    drifted = [feature["name"] for feature in [*report["features"], report["score"]] if feature["drifted"]]
    print(f"{path.stem:22} {tests:3} tests, drifted: {', '.join(drifted) or 'nothing'}")


def measures(labels, scores, threshold: float) -> dict[str, float]:
    predicted = scores >= threshold
    return {
        "accuracy": metrics.accuracy_score(labels, predicted),
        "precision": metrics.precision_score(labels, predicted, zero_division=np.nan),
        "recall": metrics.recall_score(labels, predicted, zero_division=np.nan),
        "f1": metrics.f1_score(labels, predicted, zero_division=np.nan),
        "auc": metrics.roc_auc_score(labels, scores),
        "log-loss": metrics.log_loss(labels, scores),
        "brier": metrics.brier_score_loss(labels, scores),
    }


def spread(measured) -> float:
    """The standard error behind an interval, of which one side may be cut."""
    interval = measured["interval"]
    return max(interval["high"] - measured["value"], measured["value"] - interval["low"]) / stats.norm.ppf(0.975)


def check_estimate(path: Path) -> None:
    found = json.loads(path.read_text())
    threshold = found["threshold"]
    labels = np.array(found["reference"]["labels"], dtype=int)
    past = np.array(found["reference"]["probabilities"])
    frame = lambda scores: pd.DataFrame({"score": scores, "predicted": (scores >= threshold).astype(int)})
    theirs = {"accuracy": "accuracy", "precision": "precision", "recall": "recall", "f1": "f1", "auc": "roc_auc"}
    cbpe = CBPE(
        y_pred_proba="score", y_pred="predicted", y_true="label", problem_type="classification_binary",
        metrics=[*theirs.values()], chunk_number=1,
    )
    cbpe.fit(frame(past).assign(label=labels))
    if found["calibrated"]:
        # NannyML's rule tosses a coin on these: it asks whether calibration helped, not whether by more than chance.
        cbpe.needs_calibration = False
    if cbpe.needs_calibration != found["calibrates"]:
        problems.append(f"{path.stem}: we calibrate: {found['calibrates']}, NannyML: {cbpe.needs_calibration}")
    random = np.random.default_rng(1)
    for number, batch in enumerate(found["batches"]):
        what = f"{path.stem} {number}"
        scores = np.array(batch["probabilities"])
        ours = batch["estimate"]["measures"]
        estimated = cbpe.estimate(frame(scores)).filter(period="analysis").to_df()
        for name, column in theirs.items():
            same(f"{what}: {name} of NannyML", ours[name]["value"], estimated[(column, "value")].iloc[0], relative=0, absolute=1e-6)
        probabilities = scores
        if cbpe.needs_calibration:
            probabilities = IsotonicRegression(out_of_bounds="clip").fit(past, labels).predict(scores)
        of_truth = lambda loss: np.mean(probabilities * loss(scores) + (1 - probabilities) * loss(1 - scores))
        same(f"{what}: log loss", ours["log-loss"]["value"], of_truth(lambda p: -np.log(p)))
        same(f"{what}: Brier score", ours["brier"]["value"], of_truth(lambda p: (1 - p) ** 2))
        drawn = []
        for _ in range(DRAWS):
            rows = random.integers(len(scores), size=len(scores))
            drawn.append(measures(random.random(len(scores)) < probabilities[rows], scores[rows], threshold))
        for name in ours:
            simulated = np.std([draw[name] for draw in drawn])
            same(f"{what}: standard error", spread(ours[name]), simulated, relative=0.12)
    values = {name: round(measured["value"], 3) for name, measured in ours.items()}
    print(f"{path.stem:22} calibrated: {found['calibrates']}, {values}")


def main() -> None:
    for path in sorted(Path(sys.argv[1]).glob("drift-*.json")):
        check_drift(path)
    for path in sorted(Path(sys.argv[1]).glob("estimate-*.json")):
        check_estimate(path)
    for kind, count in sorted(compared.items()):
        print(f"{count:5} x {kind}")
    needed = ["Kolmogorov-Smirnov exact", "Kolmogorov-Smirnov counted", "Kolmogorov-Smirnov limit", "Fisher p", "chi-square p",
              "PSI of Evidently", "auc of NannyML", "standard error"]
    problems.extend(f"no {kind} was compared" for kind in needed if kind not in compared)
    if problems:
        sys.exit("our numbers are not those of others:\n" + "\n".join(problems))


if __name__ == "__main__":
    main()
