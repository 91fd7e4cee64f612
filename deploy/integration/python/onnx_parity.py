"""Scores the rows in DIR/rows.csv with DIR/model.onnx in onnxruntime and compares with our scores in DIR/scores.csv.

Fails when a label differs or a probability by more than 1e-5.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

TOLERANCE = 1e-5


def main() -> None:
    folder = Path(sys.argv[1])
    model = onnx.load(folder / "model.onnx")
    onnx.checker.check_model(model, full_check=True)

    with open(folder / "rows.csv", encoding="utf-8") as file:
        header = file.readline().strip().split(",")
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    if json.loads(metadata["feature_names"]) != header:
        sys.exit("the model's feature_names are not the columns of the rows")
    rows = np.genfromtxt(folder / "rows.csv", delimiter=",", skip_header=1, dtype=np.float32)
    ours = np.genfromtxt(folder / "scores.csv", delimiter=",", names=True)

    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    labels, probabilities = session.run(["label", "probabilities"], {"features": rows})
    if not len(labels) == len(ours) == len(rows) > 0:
        sys.exit(f"{len(rows)} rows, {len(labels)} scores of onnxruntime, {len(ours)} of ours")

    expected = np.stack([ours["negative"], ours["positive"]], axis=1)
    difference = np.abs(probabilities - expected).max()
    different_labels = int((labels != ours["label"]).sum())
    print(f"{len(rows)} rows ({int(np.isnan(rows).any(axis=1).sum())} with missing values), "
          f"largest difference {difference:.2e}, {different_labels} labels differ")
    # Not `>`: a probability that is not a number must fail too.
    if not difference <= TOLERANCE or different_labels:
        sys.exit("our scores are not those of onnxruntime")


if __name__ == "__main__":
    main()
