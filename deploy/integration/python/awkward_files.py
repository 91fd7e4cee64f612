"""CSV files as people have them: other separators, quotes with line breaks in them, marks for what is missing, identifiers.

They are the same at every run.
"""

import csv
import random
from datetime import date, datetime, timedelta
from pathlib import Path


def visits(random: random.Random) -> list[list[str]]:
    """As a spreadsheet writes it where the comma is in the numbers."""
    header = ["Patient-ID", "Name", "Geburtsdatum", "Versicherten-Nr.", "Größe (cm)", "Befund", "Station", "Besuch am", "1. Wert", "wieder da"]
    rows = []
    for n in range(180):
        value = random.uniform(0, 9)
        born = date(1931, 1, 1) + timedelta(days=random.randrange(29_000))
        rows.append([
            f"PAT-{random.randrange(10**6):06}",
            random.choice(["Müller; Anna", "O'Brien, Pat", "Ada \"die Erste\" Groß", "Ng"]),
            born.strftime("%d.%m.%Y"),
            f"{random.choice('ABK')}{random.randrange(10**9):09}",
            random.choice(["", "k.A.", str(random.randrange(150, 200))]),
            random.choice(["o. B.", "Fieber;\nHusten", "\"unklar\"\n\nsiehe Akte", "n/a", ""]),
            random.choice(["A1", "A2", "B"]),
            (date(2026, 1, 1) + timedelta(days=n // 2)).isoformat(),
            random.choice(["NA", *3 * [f"{value:.2f}"]]),
            "ja" if value + random.gauss(0, 2) > 5 else "nein",
        ])  # fmt: skip
    return [header, *rows]


def lab(random: random.Random) -> list[list[str]]:
    """As a laboratory system exports it; whether the patient came back depends on the values."""
    header = ["sample id", "patient_id", "taken at", "loinc", "icd10", "sodium (mmol/l)", "crp_mg_l", "smoker", "comment", "readmitted"]
    rows = []
    for n in range(400):
        crp = random.uniform(0, 200)
        taken = datetime(2026, 2, 1, 7, 30) + timedelta(minutes=37 * n)
        rows.append([
            str(1000 + n),
            f"p{random.randrange(120):04}",
            taken.isoformat() + "Z",
            random.choice(["2951-2", "1988-5"]),
            random.choice(["I21.0", "E11.9", "J18.9"]),
            random.choice(["?", "-9", f"{random.gauss(140, 4):.1f}"]),
            f"{crp:.2f}",
            random.choice(["yes", "no", ""]),
            random.choice(["", "haemolytic, repeat", "see \"note 3\"", "two\r\nlines"]),
            str(int(crp + random.gauss(0, 40) > 100)),
        ])  # fmt: skip
    return [header, *rows]


def write_all(folder: Path) -> tuple[Path, Path]:
    with (folder / "visits.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";", lineterminator="\n").writerows(visits(random.Random(1)))
    with (folder / "lab.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(lab(random.Random(2)))
    return folder / "visits.csv", folder / "lab.csv"
