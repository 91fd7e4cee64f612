#!/usr/bin/env python3
"""Turns real weekly counts into CSV that the input port cases takes.

Takes the weekly influenza cases of 140 districts of Bavaria and Baden-Wuerttemberg, 2001 to 2008 (Robert Koch-Institut,
SurvStat; fluBYBW in the R package surveillance): columns year, week_of_year, district, cases, population_fraction. Gives the
columns year, week, district, cases, population.

A district's key loses its leading zero when a spreadsheet takes it for a number; it gets its five digits back. The source has
each district's share of all inhabitants; their number is not in it and is taken as 23.2 million, unless --inhabitants
says otherwise. How many rows were left out, and why, is said on stderr.

    python3 load_real.py --years 2001-2004 weekly_cases.csv > cases.csv

The port takes 50,000 records at a time: four years of 140 districts are 29,120.
"""

import argparse
import collections
import csv
import datetime
import math
import re
import sys

COLUMNS = ["year", "week", "district", "cases", "population"]
SOURCE = ["year", "week_of_year", "district", "cases", "population_fraction"]
CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")


class Unusable(Exception):
    """Why a row is left out."""


def whole(text, what, low, high):
    try:
        number = float(text)
    except ValueError:
        raise Unusable(f"{what} is no number") from None
    if not (math.isfinite(number) and number == int(number)):
        raise Unusable(f"{what} is no whole number")
    if not low <= number <= high:
        raise Unusable(f"{what} is out of range")
    return int(number)


def weeks_of(year):
    """28 December is always in the last ISO week of its year."""
    return datetime.date(year, 12, 28).isocalendar()[1]


def district(text):
    code = text.strip().upper()
    if code.isdigit():
        code = code.zfill(5)
    if not CODE.fullmatch(code):
        raise Unusable("district is no code")
    return code


def population(text, inhabitants):
    try:
        people = round(float(text) * inhabitants)
    except (ValueError, OverflowError):
        raise Unusable("population_fraction is no number") from None
    if not 1 <= people <= inhabitants:
        raise Unusable("population_fraction is out of range")
    return people


def convert(row, inhabitants):
    """The row as the port takes it."""
    if None in row or None in row.values():
        raise Unusable("the row has another number of fields than the header")
    year = whole(row["year"], "year", 1980, 2100)
    week = whole(row["week_of_year"], "week_of_year", 1, weeks_of(year))
    cases = whole(row["cases"], "cases", 0, 10_000_000)
    people = population(row["population_fraction"], inhabitants)
    if cases > people:
        raise Unusable("there are more cases than people")
    return [year, week, district(row["district"]), cases, people]


def load(source, target, inhabitants, years):
    """Writes what can be used; gives the number of rows written and, by reason, left out."""
    reader = csv.DictReader(source)
    missing = [column for column in SOURCE if column not in (reader.fieldnames or [])]
    if missing:
        raise SystemExit(f"the file has no column {', '.join(missing)}")
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    seen, written, left_out = set(), 0, collections.Counter()
    for row in reader:
        try:
            record = convert(row, inhabitants)
            if record[0] not in years:
                raise Unusable("the year was not asked for")
            key = tuple(record[:3])
            if key in seen:
                raise Unusable("the district and week were there already")
        except Unusable as reason:
            left_out[str(reason)] += 1
            continue
        seen.add(key)
        writer.writerow(record)
        written += 1
    return written, left_out


def years(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main():
    parser = argparse.ArgumentParser(description="Turns real weekly counts into CSV that the input port cases takes.")
    parser.add_argument("file", nargs="?", help="the real file; stdin when there is none")
    parser.add_argument("--years", type=years, default=range(1980, 2101), metavar="FIRST-LAST")
    parser.add_argument("--inhabitants", type=int, default=23_200_000, metavar="N", help="of all districts together")
    options = parser.parse_args()
    with open(options.file or 0, encoding="utf-8-sig", newline="") as source:
        written, left_out = load(source, sys.stdout, options.inhabitants, options.years)
    print(f"{written} rows written, {sum(left_out.values())} left out", file=sys.stderr)
    for reason, count in left_out.most_common():
        print(f"  {count} left out: {reason}", file=sys.stderr)


if __name__ == "__main__":
    main()
