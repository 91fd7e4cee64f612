"""Every dataset of the running mesh, as a Parquet file, keeps its contract in the eyes of datacontract-cli and in ours.

contract_data.py FOLDER: where the files are put.
"""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path

from datacontract.model.run import ResultEnum, Run

from contract_engines import found, mesh, mesh_test, test, warned, with_data
from mesh_client import get, post_to, rows_of, wait_until


def send_examples(entry: dict) -> None:
    """One record to every port that takes any."""
    for port in entry["ports"]:
        if port["direction"] in ("input", "scoring"):
            post_to(port["address"], json.dumps(port["example"]).encode())
        if port["name"] == "heart-rates":
            post_to(port["address"], json.dumps(minutes(port["example"])).encode())


def minutes(example: dict) -> list[dict]:
    """One in which a heart beats too fast, and one that ends it."""
    begins = datetime.fromisoformat(example["measured_at"])
    times = [(begins + timedelta(minutes=passed)).isoformat() for passed in (1, 3)]
    return [example | {"measured_at": time, "heart_rate": 150} for time in times]


def wait_for_rows(product: str, datasets: list[dict]) -> None:
    """Returns once every dataset has rows, and those that ports and models fill have one more than before."""
    wanted = {d["name"]: d["rows"] + 1 if d["from"].startswith(("input port", "the answers")) else 1 for d in datasets}

    def missing() -> str:
        names = [name for name, rows in wanted.items() if rows_of(product, name) < rows]
        return f"{product}: {', '.join(names)} got no rows" if names else ""

    wait_until(missing, 30)


def is_behind(product: str, dataset: dict) -> bool:
    """Whether rows have come since it was measured, or since the catalog looked."""
    measured = (dataset["quality"] or {}).get("version") == dataset["version"]
    return not measured or dataset["rows"] != rows_of(product, dataset["name"])


def measured(product: str) -> list[dict]:
    """The datasets, once each was measured as it is now."""
    datasets = []

    def missing() -> str:
        datasets[:] = get(f"/catalog/api/v1/products/{product}")["datasets"]
        behind = [d["name"] for d in datasets if is_behind(product, d)]
        return f"{product}: {', '.join(behind)} are not measured" if behind else ""

    wait_until(missing, 180)
    return datasets


def ages_that_differ(run: Run, levels: list[dict]) -> list[str]:
    """How old rows are is the same to both. Simulated rows grow old, so it need not be as promised."""
    theirs = {c.type.removeprefix("servicelevel_"): c.result for c in run.checks if c.category == "servicelevel"}
    ours = {level["property"]: level["status"] for level in levels}
    pairs = {ResultEnum.passed: "kept", ResultEnum.failed: "broken"}
    return [
        f"{promise} is {result} to datacontract-cli and {ours.get(promise)} here"
        for promise, result in theirs.items()
        if pairs.get(result) != ours.get(promise)
    ]


def problems_of(product: str, dataset: dict, contract: str, folder: Path) -> list[str]:
    name = f"{product}/{dataset['name']}"
    data = folder / f"{dataset['name']}.parquet"
    mesh("dataset", "export", name, "--output", data)
    run = test(with_data(contract, data, folder))
    found_here = [f"datacontract-cli: {what}" for what in found(run) + warned(run)]
    found_here += ages_that_differ(run, dataset["quality"]["service_levels"])
    document = folder / "contract.odcs.yaml"
    document.write_text(contract, encoding="utf-8")
    report = mesh_test(document, data)
    if report["status"] != 0 or report["rows"] < 1:
        found_here.append(f"mesh contract test: {json.dumps(report)}")
    return [f"{name}: {what}" for what in found_here]


def main() -> None:
    folder = Path(sys.argv[1])
    found_anywhere, datasets = [], 0
    for product in (product["product"] for product in get("/catalog/api/v1/products")["products"]):
        entry = get(f"/catalog/api/v1/products/{product}")
        contracts = {contract["name"]: contract["source"] for contract in entry["contracts"]}
        send_examples(entry)
        wait_for_rows(product, entry["datasets"])
        for dataset in measured(product):
            found_anywhere += problems_of(product, dataset, contracts[dataset["contract"]], folder)
            datasets += 1
    if found_anywhere:
        sys.exit("\n".join(found_anywhere))
    print(f"{datasets} datasets keep their contracts")


if __name__ == "__main__":
    main()
