"""The two that hold documents and data to contracts: datacontract-cli and the mesh's own commands."""

import json
import logging
import subprocess
from pathlib import Path

import yaml
from datacontract.data_contract import DataContract
from datacontract.model.run import ResultEnum, Run

# What is refused is expected here, and told as a verdict.
logging.disable(logging.CRITICAL)

# Said of every column of a Parquet file: it reads the file as the contract's types instead of comparing them.
UNTYPED = "Checking types in parquet files is not supported yet."

NO_REPORT = {"rows": 0, "broken_rows": 1, "results": []}


def found(run: Run) -> list[str]:
    """What datacontract-cli has against it, how old rows are aside; empty where it passes. Warnings do not make it fail."""
    bad = [c for c in run.checks if c.result in (ResultEnum.failed, ResultEnum.error) and c.category != "servicelevel"]
    return [f"{c.name}: {c.reason}" for c in bad]


def warned(run: Run) -> list[str]:
    """What datacontract-cli did not do, types of columns aside."""
    return [f"{c.name}: {c.reason}" for c in run.checks if c.result == ResultEnum.warning and c.reason != UNTYPED]


def lint(document: Path) -> Run:
    return DataContract(data_contract_file=str(document)).lint()


def with_data(contract: str, data: Path, folder: Path) -> Path:
    """A copy of the contract that says where the data is, and that its numbers are doubles.

    Without that datacontract-cli reads them rounded to three decimals.
    """
    document = yaml.safe_load(contract)
    if "servers" in document:
        raise SystemExit(f"{document['id']} has servers of its own")
    document["servers"] = [{"server": "file", "type": "local", "path": str(data), "format": "parquet"}]
    for schema in document["schema"]:
        as_doubles(schema["properties"])
    copy = folder / f"{data.stem}.odcs.yaml"
    copy.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return copy


def as_doubles(properties: list[dict]) -> None:
    for prop in properties:
        if prop["logicalType"] == "number":
            prop["physicalType"] = "DOUBLE"
        as_doubles(prop.get("properties", []))


def test(contract: Path) -> Run:
    """Of the data that the contract's server names."""
    return DataContract(data_contract_file=str(contract)).test()


def mesh(*arguments: str | Path) -> tuple[int, str]:
    """Status and output of a command; a status that is no verdict ends the part."""
    done = subprocess.run(["mesh", *arguments], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode not in (0, 1) or "panicked" in done.stderr:
        raise SystemExit(f"mesh {' '.join(map(str, arguments))} ends with {done.returncode}:\n{done.stderr}")
    return done.returncode, done.stdout


def mesh_test(contract: Path, data: Path) -> dict:
    """The report of `mesh contract test`. There is none of a file whose columns cannot be the contract's."""
    status, output = mesh("contract", "test", contract, "--data", data, "--json")
    report = json.loads(output) if output or status == 0 else NO_REPORT
    return report | {"status": status}
