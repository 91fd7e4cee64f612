"""Scores the rows of each model in DIR in onnxruntime and compares with our scores; see the example export of mesh-models.

Fails when a label differs, a probability by more than 1e-5, or a quantity by more than a 1e-5th of it.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

TOLERANCE = 1e-5


def compare(folder: Path) -> bool:
    model = onnx.load(folder / "model.onnx")
    onnx.checker.check_model(model, full_check=True)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    features = json.loads(metadata["feature_names"])
    rows = np.fromfile(folder / "rows.f32", dtype="<f4").reshape(-1, len(features))
    ours = np.fromfile(folder / "values.f32", dtype="<f4").reshape(len(rows), -1)

    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    outputs = [output.name for output in session.get_outputs()]
    theirs = dict(zip(outputs, session.run(outputs, {"features": rows})))
    if "value" in theirs:
        values, different_labels, scale = theirs["value"], 0, np.maximum(np.abs(ours), 1)
    else:
        labels = np.fromfile(folder / "labels.i64", dtype="<i8")
        values, different_labels, scale = theirs["probabilities"], int((theirs["label"] != labels).sum()), 1
    if values.shape != ours.shape or len(rows) == 0:
        sys.exit(f"{folder.name}: {values.shape} values of onnxruntime, {ours.shape} of ours")
    difference = (np.abs(values - ours) / scale).max()
    print(f"{folder.name:28} {len(rows)} rows, {int(np.isnan(rows).any(axis=1).sum())} with missing values, "
          f"largest difference {difference:.2e}, {different_labels} labels differ")
    # Not `>`: a number that is not one must fail too.
    return difference <= TOLERANCE and different_labels == 0


def main() -> None:
    folders = sorted(Path(sys.argv[1]).iterdir())
    if not folders:
        sys.exit("there are no models")
    different = [folder.name for folder in folders if not compare(folder)]
    if different:
        sys.exit(f"our scores are not those of onnxruntime: {', '.join(different)}")


if __name__ == "__main__":
    main()
