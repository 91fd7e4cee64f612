"""A table of small data sets for one contract, each held to it by `mesh contract test` and by datacontract-cli.

The two have to say the same of every one, and what the table says, except where it gives the reason why they do not.
contract_verdicts.py FOLDER: where the files are put.
"""

import csv
import io
import json
import sys
from pathlib import Path
from typing import NamedTuple

import polars as pl

from contract_engines import found, mesh_test, test, with_data

CONTRACT = (Path(__file__).parent / "visits.odcs.yaml").read_text(encoding="utf-8")
TYPES = {
    "visit_id": pl.String, "patient": pl.String, "ward": pl.String, "badge": pl.String, "age": pl.Int64,
    "weight": pl.Float64, "seen_on": pl.Date, "urgent": pl.Boolean, "note": pl.String, "code": pl.String,
    "room": pl.String,
}  # fmt: skip
GOOD = [
    ["v1", "anna", "a", "b1", "40", "70.5", "2026-03-01", "true", "calm", "x", "12"],
    ["v2", "bert", "b", "b2", "0", "3.2", "2026-03-01", "false", "", "y", "12"],
    ["v3", "anna", "a", "", "120", "50", "2026-03-02", "", "", "", ""],
    ["v4", "cleo", "", "", "", "", "2026-03-02", "true", "tired", "z", "14"],
]
KEPT, BROKEN = True, False
AS_THE_CONTRACT = "datacontract-cli casts the columns of a Parquet file to the contract's types before it looks at them"


class Case(NamedTuple):
    what: str
    rows: list[list[str]]
    ours: bool
    # What the columns are in the file, where it is not what the contract says.
    types: dict = {}
    # Why datacontract-cli says otherwise.
    differs: str = ""


def cell(column: str, *values: str) -> list[list[str]]:
    """The good rows, the first of them with these values in this column."""
    at = list(TYPES).index(column)
    changed = [row[:at] + [value] + row[at + 1 :] for row, value in zip(GOOD, values)]
    return changed + GOOD[len(values) :]


CASES = [
    Case("as it should be", GOOD, KEPT),
    Case("the least and the most of a range", cell("age", "120", "0"), KEPT),
    Case("the least and the most of a length", cell("patient", "bo", "amali"), KEPT),
    Case("a length in letters, not in bytes", cell("patient", "äöüßé"), KEPT),
    Case("half of the notes missing", cell("note", "a", "", "b", ""), KEPT),
    Case("one code that is not valid, where one may be", cell("code", "y", "x", "x"), KEPT),
    Case("a key of two columns that is missing in part", cell("room", "", "12", "12"), KEPT),
    Case("no badge at all", cell("badge", "", "", "", ""), KEPT),
    Case("a warning only", cell("weight", "251"), KEPT),
    Case("a whole number as a decimal of no fraction", cell("age", "41.0"), KEPT, {"age": pl.Float64}),
    Case("days as text", GOOD, BROKEN, {"seen_on": pl.String}, AS_THE_CONTRACT),
    Case("a text in a column of whole numbers", cell("age", "old"), BROKEN, {"age": pl.String}),
    Case("a fraction in a column of whole numbers", cell("age", "40.5"), BROKEN, {"age": pl.Float64}, AS_THE_CONTRACT),
    Case("a text in a column of days", cell("seen_on", "last week"), BROKEN, {"seen_on": pl.String}),
    Case("numbers for true and false", cell("urgent", "1", "0", "", "1"), BROKEN, {"urgent": pl.Int64}, AS_THE_CONTRACT),
    Case("a required value missing", cell("patient", ""), BROKEN),
    Case("a day missing", cell("seen_on", ""), BROKEN),
    Case("a word that is not in the enumeration", cell("ward", "c"), BROKEN),
    Case("less than the minimum", cell("age", "-1"), BROKEN),
    Case("more than the maximum", cell("age", "121"), BROKEN),
    Case("as little as an exclusive minimum", cell("weight", "0"), BROKEN),
    Case("a text that does not match", cell("visit_id", "w1"), BROKEN),
    Case("a text that matches in its middle only", cell("visit_id", "-v1-"), BROKEN),
    Case("a text that is too short", cell("patient", "a"), BROKEN),
    Case("a text that is too long", cell("patient", "amalia"), BROKEN),
    Case("a unique value twice", cell("badge", "b2"), BROKEN),
    Case("a primary key twice", cell("visit_id", "v2"), BROKEN),
    Case("a primary key missing", cell("visit_id", ""), BROKEN),
    Case("more than half of the notes missing", cell("note", ""), BROKEN),
    Case("two codes that are not valid", cell("code", "q", "q"), BROKEN),
    Case("a word that stands for a missing value", cell("room", "n/a"), BROKEN),
    Case("two rows of a patient on a day", cell("patient", "bert"), BROKEN),
    Case("a child that is heavy", cell("age", "9"), BROKEN),
    Case("no rows", [], BROKEN),
    Case("too many rows", [[f"v{n}", "dora", "a", "", "30", "60", "2026-03-01", "", "a", "x", ""] for n in range(9)], BROKEN),
]  # fmt: skip


def write(case: Case, file: Path) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([TYPES, *case.rows])
    frame = pl.read_csv(text.getvalue().encode(), schema_overrides=TYPES | case.types)
    frame.write_parquet(file)


def problems_of(case: Case, at: int, folder: Path) -> list[str]:
    data = folder / f"{at}.parquet"
    write(case, data)
    report = mesh_test(folder / "contract.odcs.yaml", data)
    ours, theirs = report["status"] == 0, found(test(with_data(CONTRACT, data, folder)))
    told = report["broken_rows"] == 0 and not any(
        result["verdict"] == "failed" and result["severity"] != "warning" for result in report["results"]
    )
    wrong = []
    if ours != told:
        wrong.append("the status says one thing and the report another")
    # Of no rows there is no share.
    if case.rows and (unmeasured := [result["rule"] for result in report["results"] if result["verdict"] == "not-run"]):
        wrong.append(f"not measured: {', '.join(unmeasured)}")
    if ours != case.ours:
        wrong.append(f"mesh contract test says otherwise: {json.dumps(report)}")
    if case.differs and (not theirs) == case.ours:
        wrong.append(f"does not differ any more: {case.differs}")
    if not case.differs and (not theirs) != case.ours:
        wrong.append(f"datacontract-cli says otherwise: {'; '.join(theirs) or 'it passes'}")
    return [f"{case.what}: {what}" for what in wrong]


def main() -> None:
    folder = Path(sys.argv[1])
    (folder / "contract.odcs.yaml").write_text(CONTRACT, encoding="utf-8")
    wrong = [problem for at, case in enumerate(CASES) for problem in problems_of(case, at, folder)]
    if wrong:
        sys.exit("\n".join(wrong))
    differ = sum(bool(case.differs) for case in CASES)
    print(f"{len(CASES)} data sets, {len(CASES) - differ} verdicts agree, {differ} differ for the reasons given")


if __name__ == "__main__":
    main()
