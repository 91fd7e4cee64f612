"""Sends readings and asks for scores, then reads what was stored with other people's readers.

deltalake and Polars read the Delta tables in MESH_DATA_DIR as they are; pyarrow and Polars read what the query port
sends. All of them have to see the same rows, with the columns and types of the contract.
"""

import io
import json
import os
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
from deltalake import DeltaTable

from mesh_client import PRODUCT, get, post, query, wait_for_rows

DATASETS = Path(os.environ["MESH_DATA_DIR"]) / "products" / "bracelet-cardiology" / "datasets"
STARTING = 303
# Contract of each dataset.
CONTRACTS = {
    "heart_readings": ("heart-readings", "1.1.0"),
    "diagnoses": ("diagnoses", "1.0.0"),
    "heart_risk_scores": ("heart-risk-scores", "1.0.0"),
}
# Delta and Arrow type of each logical type of ODCS.
TYPES = {
    "string": ("string", pa.string()),
    "integer": ("long", pa.int64()),
    "number": ("double", pa.float64()),
    "boolean": ("boolean", pa.bool_()),
    "date": ("date", pa.date32()),
    "timestamp": ("timestamp", pa.timestamp("us", "UTC")),
}
FULL = {
    "patient_id": "p-1", "age": 63, "sex": 1, "cp": 4, "trestbps": 145, "chol": 233.5, "fbs": 1, "restecg": 2,
    "thalach": 150, "exang": 0, "oldpeak": 2.3, "slope": 3, "ca": 0, "thal": 6,
}  # fmt: skip
LEAST = {"age": 41, "sex": 0, "cp": 2}


def same(what: str, one, other) -> None:
    if one != other:
        raise SystemExit(f"{what}:\n  {one}\nis not\n  {other}")


def send() -> tuple[dict[str, dict], list[dict]]:
    """Readings as JSON, as lines and as CSV, in commits of their own, by event id; scores of one and of a list.

    The sevenths have no short decimal form: what rounds them on the way is found out.
    """
    many = [FULL | {"patient_id": f"p-{n}", "chol": 150 + n / 7} for n in range(200)]
    bodies = [
        ([FULL], json.dumps(FULL), "application/json"),
        (many, "\n".join(map(json.dumps, many)), "application/x-ndjson"),
        ([LEAST], "age,sex,cp\n41,0,2\n", "text/csv"),
    ]
    sent: dict[str, dict] = {}
    for readings, body, content_type in bodies:
        answer = json.loads(post("/ports/readings", body.encode(), content_type))
        sent |= zip(answer["event_ids"], readings, strict=True)
        wait_for_rows("heart_readings", STARTING + len(sent))
    scores = [json.loads(post("/models/heart-risk/score", json.dumps(FULL).encode()))]
    scores += json.loads(post("/models/heart-risk/score", json.dumps([LEAST, FULL]).encode()))
    wait_for_rows("heart_risk_scores", len(scores))
    return sent, scores


def delta_type(prop: dict):
    if prop["logicalType"] == "object":
        return {"type": "struct", "fields": delta_fields(prop["properties"])}
    return TYPES[prop["logicalType"]][0]


def delta_fields(properties: list[dict]) -> list[dict]:
    return [
        {"name": p["name"], "type": delta_type(p), "nullable": not p.get("required", False), "metadata": {}}
        for p in properties
    ]


def arrow_fields(properties: list[dict]) -> list[pa.Field]:
    def arrow_type(prop: dict) -> pa.DataType:
        if prop["logicalType"] == "object":
            return pa.struct(arrow_fields(prop["properties"]))
        return TYPES[prop["logicalType"]][1]

    return [pa.field(p["name"], arrow_type(p), nullable=not p.get("required", False)) for p in properties]


def check_commits(dataset: str, table: DeltaTable, events: int) -> None:
    """Every commit names the contract, and every append how far its source is read: once, in the end, for each event."""
    contract, version = CONTRACTS[dataset]
    for commit in table.history():
        same(f"contract in commit {commit['version']} of {dataset}", commit.get("contract"), contract)
        same(f"its version in commit {commit['version']} of {dataset}", commit.get("contractVersion"), version)
    reached: dict[str, int] = {}
    for log in sorted((DATASETS / dataset / "_delta_log").glob("*.json")):
        actions = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        marks = {txn["appId"]: txn["version"] for action in actions if (txn := action.get("txn"))}
        if any("add" in action for action in actions) != bool(marks):
            raise SystemExit(f"{dataset}, {log.name}: rows without an offset, or an offset without rows")
        for source, offset in marks.items():
            if offset <= reached.get(source, 0):
                raise SystemExit(f"{dataset}, {log.name}: {source} goes from {reached[source]} to {offset}")
        reached |= marks
    for source, offset in reached.items():
        same(f"offset of {source} in {dataset}", table.transaction_version(source), offset)
    topics = {source: n for source, n in reached.items() if source.startswith("cardiology.bracelet-cardiology.")}
    same(f"events that {dataset} was read from", sum(topics.values()), events)


def by_id(dataset: str, rows: list[dict]) -> list[dict]:
    """A score has its id where the answer has it."""
    return sorted(rows, key=lambda row: row.get("heart_risk", row)["event_id"])


def check_arrow(dataset: str, schema: pa.Schema, rows: list[dict]) -> None:
    with pa.ipc.open_stream(query(f"SELECT * FROM {dataset}", "application/vnd.apache.arrow.stream")) as stream:
        table = stream.read_all()
    same(f"rows of {dataset} in the Arrow stream", by_id(dataset, table.to_pylist()), rows)
    same(f"schema of {dataset} in the Arrow stream", table.schema, schema)


def check_csv(dataset: str, frame: pl.DataFrame, rows: list[dict]) -> None:
    """Times and nested values are text in CSV: as in RFC 3339, as in JSON."""
    text = {name: pl.String for name, kind in frame.schema.items() if kind.is_nested() or kind.is_temporal()}
    body = query(f"SELECT * FROM {dataset}", "text/csv")
    table = pl.read_csv(io.BytesIO(body), schema_overrides=dict(frame.schema) | text)
    same(f"columns of {dataset} in CSV", table.columns, frame.columns)
    read = [{name: from_text(frame.schema[name], cell) for name, cell in row.items()} for row in table.to_dicts()]
    same(f"rows of {dataset} in CSV", by_id(dataset, read), rows)


def from_text(kind: pl.DataType, value):
    if value is None:
        return None
    if kind == pl.Datetime:
        return datetime.fromisoformat(value)
    if kind == pl.Date:
        return date.fromisoformat(value)
    if isinstance(kind, pl.Struct):
        members = json.loads(value) if isinstance(value, str) else value
        return {field.name: from_text(field.dtype, members[field.name]) for field in kind.fields}
    return value


def check_dataset(dataset: str, expected_rows: int, events: int) -> list[dict]:
    properties = get(f"{PRODUCT}/contracts/{CONTRACTS[dataset][0]}")["schema"][0]["properties"]
    table = DeltaTable(DATASETS / dataset)
    same(f"columns of {dataset}", json.loads(table.schema().to_json())["fields"], delta_fields(properties))
    same(f"rows of {dataset} in the log", table.count(), expected_rows)

    rows = by_id(dataset, table.to_pyarrow_table().to_pylist())
    same(f"rows of {dataset} as deltalake reads them", len(rows), expected_rows)
    frame = pl.scan_delta(str(DATASETS / dataset)).collect()
    same(f"rows of {dataset} as Polars reads them", by_id(dataset, frame.to_dicts()), rows)
    check_commits(dataset, table, events)
    check_arrow(dataset, pa.schema(arrow_fields(properties)), rows)
    check_csv(dataset, frame, rows)
    print(f"{dataset}: {expected_rows} rows in version {table.version()}, the same for every reader")
    return rows


def check_stored(rows: list[dict], sent: dict[str, dict]) -> None:
    stored = {row["event_id"]: row for row in rows}
    for event_id, reading in sent.items():
        same("a stored reading", {name: stored[event_id][name] for name in reading}, reading)


def check_scores(rows: list[dict], answered: list[dict]) -> None:
    """What is stored is what was answered, to the last bit."""
    stored = {row["heart_risk"]["event_id"]: row for row in rows}
    for answer in answered:
        row = stored[answer["heart_risk"]["event_id"]]
        answer["heart_risk"]["scored_at"] = datetime.fromisoformat(answer["heart_risk"]["scored_at"])
        same("a stored score", {name: row[name] for name in answer}, answer)


def main() -> None:
    sent, scores = send()
    check_stored(check_dataset("heart_readings", STARTING + len(sent), len(sent)), sent)
    check_dataset("diagnoses", STARTING, 0)
    check_scores(check_dataset("heart_risk_scores", len(scores), len(scores)), scores)


if __name__ == "__main__":
    main()
