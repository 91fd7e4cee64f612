"""Products that `mesh new` makes: makes them and holds them to what it promises, then asks the mesh that runs them.

made_products.py make FOLDER FILES: makes them in FOLDER, without a file, from awkward ones that are put into FILES, and
from the real ones of MESH_REAL_DATA where it is set. made_products.py ask FOLDER FILES: asks the running mesh for each.
"""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from awkward_files import write_all


class Made(NamedTuple):
    name: str
    template: str
    file: Path | None = None
    options: list[str] = []
    header: bool = True


def awkward(files: Path) -> list[Made]:
    visits, lab = write_all(files)
    return [
        Made("as-it-comes", "dataset"),
        Made("as-it-scores", "model"),
        Made("visits", "dataset", visits),
        Made("revisits", "model", visits, ["--target", "wieder da"]),
        Made("laboratory", "dataset", lab),
        Made("readmissions", "model", lab, ["--target", "readmitted", "--missing", "-9"]),
    ]


def real(files: Path) -> list[Made]:
    heart = files / "uci-heart-disease" / "processed.cleveland.data"
    flu = files / "flu-bavaria-bw" / "weekly_cases.csv"
    deliveries = files / "scms-delivery" / "scms_delivery_history.csv"
    missing = ["--missing", "-9"]
    return [
        Made("real-heart-rows", "dataset", heart, missing, header=False),
        Made("real-heart", "model", heart, ["--target", "column_14", *missing], header=False),
        Made("real-influenza", "dataset", flu),
        Made("real-deliveries", "dataset", deliveries),
    ]


def mesh(*arguments: str | Path) -> None:
    done = subprocess.run(["mesh", *arguments], capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        command = " ".join(map(str, arguments))
        raise SystemExit(f"mesh {command} ends with {done.returncode}:\n{done.stdout}{done.stderr}")


def rows_of_file(made: Made) -> int | None:
    if made.file is None:
        return None
    with made.file.open(encoding="utf-8-sig", newline="") as file:
        delimiter = ";" if ";" in file.readline() else ","
        file.seek(0)
        return sum(1 for row in csv.reader(file, delimiter=delimiter) if row) - made.header


def make(made: Made, folder: Path) -> None:
    into = folder / made.name
    options = [*made.options, *(["--from-csv", made.file] if made.file else [])]
    begun = time.monotonic()
    mesh("new", made.name, "--domain", "clinic", "--template", made.template, "--into", into, *options)
    mesh("contract", "lint", into / "contracts", into / "product.odps.yaml")
    mesh("template", "upgrade", into, "--check")
    mesh("test", into)
    print(f"{made.name}: made and tested in {time.monotonic() - begun:.1f} s")


def make_all(folder: Path, files: Path) -> None:
    products = awkward(files)
    if real_files := os.environ.get("MESH_REAL_DATA"):
        products += real(Path(real_files))
    else:
        print("MESH_REAL_DATA is not set: no product is made of real files")
    for made in products:
        make(made, folder)
    expected = {made.name: rows_of_file(made) for made in products}
    (files / "expected.json").write_text(json.dumps(expected), encoding="utf-8")


def first_record(product: str, dataset: str, entry: dict) -> dict:
    """A row of the dataset, as it was sent."""
    from mesh_client import post_to

    name = next(known["contract"] for known in entry["datasets"] if known["name"] == dataset)
    fields = next(contract["fields"] for contract in entry["contracts"] if contract["name"] == name)
    sql = f'SELECT * FROM "{dataset}" LIMIT 1'
    row = json.loads(post_to(f"/products/{product}/query", json.dumps({"sql": sql}).encode()))[0]
    sent = {field["path"] for field in fields if not field["assigned"]}
    return {column: value for column, value in row.items() if column in sent and value is not None}


def ask(product: str, rows: int | None) -> None:
    """The page, the rows of the file, and an answer of the model to the example that the catalog shows."""
    from mesh_client import get, post_to, rows_of, text

    entry = get(f"/catalog/api/v1/products/{product}")
    if product not in text(f"/catalog/products/{product}"):
        raise SystemExit(f"{product} has no page in the catalog")
    dataset = next(port["dataset"] for port in entry["ports"] if port["direction"] == "input")
    seen = rows_of(product, dataset)
    if seen == 0 or rows not in (None, seen):
        raise SystemExit(f"{product}/{dataset} answers with {seen} rows, its file has {rows}")
    scoring = [port for port in entry["ports"] if port["direction"] == "scoring"]
    for port in scoring:
        # There is no example where a column that must be there may tell who a person is.
        record = port.get("example") or first_record(product, dataset, entry)
        answer = json.loads(post_to(port["address"], json.dumps(record).encode()))
        if not answer.keys() - record.keys():
            raise SystemExit(f"{port['address']} adds nothing to what was sent")
    print(f"{product}: {seen} rows, {len(scoring)} models answer, and its page is there")


def main() -> None:
    step, folder, files = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if step == "make":
        make_all(folder, files)
        return
    for product, rows in json.loads((files / "expected.json").read_text(encoding="utf-8")).items():
        ask(product, rows)


if __name__ == "__main__":
    main()
