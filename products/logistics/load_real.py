#!/usr/bin/env python3
"""Turns a real delivery history into CSV that the input ports orders and deliveries take.

Takes the USAID Supply Chain Shipment Pricing Data: a line of an order per row, with its plan and its delivery. What the
source does not have or has in another way:

- Days come as 2-Jun-06, 11/13/06 (month first) or 2006-11-13, and as text such as "Pre-PQ Process" or "Date Not Captured".
  The day of the order is that on which it was sent to the vendor, or else that of the first quotation; where there is
  neither, or the planned day lies before it, it stays empty, and with it the lead time.
- A weight is a number or text such as "Weight Captured Separately"; text and 0 become an empty field.
- Values are in US dollars and become euro at one rate for all years, 1.3 dollars, unless --usd-per-eur says otherwise.
- The site is the project code; the vendor's name becomes a code. There is no distance.

How many rows were left out and how many fields emptied, and why, is said on stderr.

    python3 load_real.py orders scms_delivery_history.csv > orders.csv
    python3 load_real.py deliveries scms_delivery_history.csv > deliveries.csv
"""

import argparse
import collections
import csv
import datetime
import io
import math
import re
import sys
import unicodedata

PORTS = {
    "orders": (
        "order_id site country vendor shipment_mode product_group quantity weight_kg value_eur planned_lead_days"
        " ordered_on scheduled_on"
    ).split(),
    "deliveries": ["order_id", "delivered_on"],
}
SOURCE = [
    "ID", "Project Code", "Country", "Vendor", "Shipment Mode", "Product Group", "Line Item Quantity", "Line Item Value",
    "Weight", "PQ First Sent to Client Date", "PO Sent to Vendor Date", "Scheduled Delivery Date", "Delivered to Client Date",
]  # fmt: skip
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
MODES = {"air": 1, "truck": 2, "air charter": 3, "ocean": 4}
# Antiretrovirals, artemisinin combinations and antimalarials are medicines; HRDT and MRDT are rapid tests.
GROUPS = {"ARV": 3, "ACT": 3, "ANTM": 3, "HRDT": 2, "MRDT": 2}
COUNTRIES = {
    "Afghanistan": "AF", "Angola": "AO", "Belize": "BZ", "Benin": "BJ", "Botswana": "BW", "Burkina Faso": "BF",
    "Burundi": "BI", "Cameroon": "CM", "Congo, DRC": "CD", "Côte d'Ivoire": "CI", "Dominican Republic": "DO",
    "Ethiopia": "ET", "Ghana": "GH", "Guatemala": "GT", "Guinea": "GN", "Guyana": "GY", "Haiti": "HT",
    "Kazakhstan": "KZ", "Kenya": "KE", "Kyrgyzstan": "KG", "Lebanon": "LB", "Lesotho": "LS", "Liberia": "LR",
    "Libya": "LY", "Malawi": "MW", "Mali": "ML", "Mozambique": "MZ", "Namibia": "NA", "Nigeria": "NG",
    "Pakistan": "PK", "Rwanda": "RW", "Senegal": "SN", "Sierra Leone": "SL", "South Africa": "ZA",
    "South Sudan": "SS", "Sudan": "SD", "Swaziland": "SZ", "Tanzania": "TZ", "Togo": "TG", "Uganda": "UG",
    "Vietnam": "VN", "Zambia": "ZM", "Zimbabwe": "ZW",
}  # fmt: skip
DAYS = [
    re.compile(r"(?P<d>\d{1,2})-(?P<mon>[A-Za-z]{3})-(?P<y>\d{4}|\d{2})"),
    re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}|\d{2})"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?:[ T]00:00(?::00)?)?"),
]


class Unusable(Exception):
    """Why a row is left out."""


def day(text):
    """The day in any of the three formats; None for text that is none."""
    for pattern in DAYS:
        found = pattern.fullmatch(text.strip())
        if found:
            parts = found.groupdict()
            try:
                month = MONTHS.index(parts["mon"].lower()) + 1 if "mon" in parts else int(parts["m"])
                year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
                return datetime.date(year, month, int(parts["d"]))
            except ValueError:
                return None
    return None


def number(text):
    """None for text; commas between thousands are dropped."""
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def code(text, longest):
    """A name in capital letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    made = re.sub(r"[^A-Z0-9]+", "-", plain).strip("-")[:longest].strip("-")
    if not made:
        raise Unusable("no site or vendor")
    return made


def order_id(row):
    text = row["ID"].strip()
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,59}", text):
        raise Unusable("no usable ID")
    return f"SCMS-{text}"


def required_day(row, column):
    found = day(row[column])
    if found is None:
        raise Unusable(f"{column} is no day")
    return found


class History:
    """Reads rows, and counts what it cannot use."""

    def __init__(self, usd_per_eur):
        self.usd_per_eur = usd_per_eur
        self.left_out, self.emptied = collections.Counter(), collections.Counter()

    def optional(self, value, reason):
        if value is None:
            self.emptied[reason] += 1
            return ""
        return value

    def weight(self, text):
        value = number(text)
        usable = value if value is not None and value > 0 else None
        return self.optional(usable, "weight_kg: text or 0 in place of a weight")

    def value(self, text):
        value = number(text)
        usable = round(value / self.usd_per_eur, 2) if value is not None and value >= 0 else None
        return self.optional(usable, "value_eur: text in place of a value")

    def ordered_on(self, row, scheduled_on):
        found = day(row["PO Sent to Vendor Date"]) or day(row["PQ First Sent to Client Date"])
        if found and found > scheduled_on:
            return self.optional(None, "ordered_on: after the planned day")
        return self.optional(found, "ordered_on: neither order nor quotation has a day")

    def orders(self, row):
        scheduled_on = required_day(row, "Scheduled Delivery Date")
        country = COUNTRIES.get(row["Country"].strip())
        if country is None:
            raise Unusable("no country that is known here")
        group = GROUPS.get(row["Product Group"].strip())
        if group is None:
            raise Unusable("no product group that is known here")
        quantity = number(row["Line Item Quantity"])
        if quantity is None or quantity < 1 or quantity != int(quantity):
            raise Unusable("Line Item Quantity is no whole number from 1")
        record = [order_id(row), code(row["Project Code"], 64), country, code(row["Vendor"], 80)]
        # Nothing is counted as emptied above this line, where a row can still be left out.
        mode = MODES.get(row["Shipment Mode"].strip().lower())
        record += [self.optional(mode, "shipment_mode: not one of the four"), group, int(quantity)]
        record += [self.weight(row["Weight"]), self.value(row["Line Item Value"])]
        ordered_on = self.ordered_on(row, scheduled_on)
        lead = (scheduled_on - ordered_on).days if ordered_on else ""
        return [*record, lead, ordered_on, scheduled_on]

    def deliveries(self, row):
        return [order_id(row), required_day(row, "Delivered to Client Date")]


def load(source, target, port, history):
    """Writes what can be used as `port` takes it; gives the number of rows written."""
    reader = csv.DictReader(source)
    missing = [column for column in SOURCE if column not in (reader.fieldnames or [])]
    if missing:
        raise SystemExit(f"the file has no column {', '.join(missing)}")
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(PORTS[port])
    seen = set()
    for row in reader:
        try:
            if None in row or None in row.values():
                raise Unusable("the row has another number of fields than the header")
            if order_id(row) in seen:
                raise Unusable("the ID was there already")
            record = getattr(history, port)(row)
        except Unusable as reason:
            history.left_out[str(reason)] += 1
            continue
        seen.add(record[0])
        writer.writerow(record)
    return len(seen)


def text(content):
    """The file goes about in UTF-8 and in the code page of Windows."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def main():
    parser = argparse.ArgumentParser(description="Turns a real delivery history into CSV that an input port takes.")
    parser.add_argument("port", choices=list(PORTS))
    parser.add_argument("file", nargs="?", help="the real file; stdin when there is none")
    parser.add_argument("--usd-per-eur", type=float, default=1.3, metavar="RATE")
    options = parser.parse_args()
    with open(options.file or 0, "rb") as source:
        content = text(source.read())
    history = History(options.usd_per_eur)
    written = load(io.StringIO(content, newline=""), sys.stdout, options.port, history)
    print(f"{written} rows written, {sum(history.left_out.values())} left out", file=sys.stderr)
    for reason, count in history.left_out.most_common():
        print(f"  {count} left out: {reason}", file=sys.stderr)
    for reason, count in history.emptied.most_common():
        print(f"  {count} emptied: {reason}", file=sys.stderr)


if __name__ == "__main__":
    main()
