"""Measures onnxruntime, one thread, on the models and rows in DIR, and shows it beside what our executor took; see the benchmark
score of mesh-models. Both numbers are of the fastest of many passes, in the processor's time for the one thread. A model of ours that is
the slower one is named and fails nothing: machines are noisy.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime

SINGLE = 1000
SECONDS = 3.0


def fastest(run) -> float:
    best, end = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        start = time.thread_time()
        run()
        best = min(best, time.thread_time() - start)
    return best * 1e9


def main() -> None:
    print(f"{'model':14} {'rows':>7} {'ours':>12} {'onnxruntime':>12}   ns per row")
    slower = []
    for folder in sorted(Path(sys.argv[1]).iterdir()):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
        features = session.get_inputs()[0].shape[1]
        rows = np.fromfile(folder / "rows.f32", dtype="<f4").reshape(-1, features)
        single = [{"features": rows[i : i + 1]} for i in range(SINGLE)]
        theirs = {
            "single": fastest(lambda: [session.run(None, row) for row in single]) / SINGLE,
            "batch": fastest(lambda: session.run(None, {"features": rows})) / len(rows),
        }
        ours = json.loads((folder / "nanoseconds.json").read_text())
        for way, count in (("single", 1), ("batch", len(rows))):
            print(f"{folder.name:14} {count:7} {ours[way]:12.1f} {theirs[way]:12.1f}   {theirs[way] / ours[way]:.2f} x")
            if ours[way] > theirs[way]:
                slower.append(f"{folder.name} ({way})")
    print(f"target, ahead in all: {'missed by ' + ', '.join(slower) if slower else 'met'}")


if __name__ == "__main__":
    main()
