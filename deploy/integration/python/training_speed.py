"""Training beside scikit-learn on a million rows of 20 numbers.

    training_speed.py make DIR                        writes the rows
    training_speed.py train DIR logistic|forest       trains with scikit-learn and prints what it took, as the example train of mesh-models
    training_speed.py show NAME OURS THEIRS TARGET    both as JSON, and whether ours took at most TARGET times their seconds of
                                                      processors; fails nothing, as machines are noisy
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

ROWS, COLUMNS = 1_000_000, 20


def make(folder: Path) -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(ROWS, COLUMNS)).astype("<f4")
    odds = rows[:, 0] + rows[:, 1] * rows[:, 2] + np.sin(3 * rows[:, 3]) - 0.5 * rows[:, 4]
    labels = (random.random(ROWS) < 1 / (1 + np.exp(-odds))).astype("<i8")
    rows.tofile(folder / "rows.f32")
    labels.tofile(folder / "labels.i64")


def train(folder: Path, name: str) -> None:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows = np.fromfile(folder / "rows.f32", dtype="<f4").reshape(-1, COLUMNS)
    labels = np.fromfile(folder / "labels.i64", dtype="<i8")
    if name == "logistic":
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=200))
    else:
        model = RandomForestClassifier(20, max_depth=12, n_jobs=-1, random_state=1)
    start, before = time.perf_counter(), time.process_time()
    model.fit(rows, labels)
    seconds, processors = time.perf_counter() - start, time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": round(seconds, 2), "processors": round(processors, 2), "megabytes": round(peak)}))


def show(name: str, ours: str, theirs: str, target: float) -> None:
    ours, theirs = json.loads(ours), json.loads(theirs)
    ratio = ours["processors"] / theirs["processors"]
    print(f"{name:10} ours {ours['processors']:8.2f} s of processors, {ours['megabytes']:6.0f} MB    "
          f"scikit-learn {theirs['processors']:8.2f} s, {theirs['megabytes']:6.0f} MB    {ratio:.2f} of its time    "
          f"target, {target}: {'met' if ratio <= target else 'missed'}")


def main() -> None:
    command, args = sys.argv[1], sys.argv[2:]
    if command == "make":
        make(Path(args[0]))
    elif command == "train":
        train(Path(args[0]), args[1])
    else:
        show(args[0], args[1], args[2], float(args[3]))


if __name__ == "__main__":
    main()
