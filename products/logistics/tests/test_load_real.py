"""python3 -m unittest discover products/logistics/tests"""

import datetime
import io
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import load_real  # noqa: E402

ROW = {
    "ID": "7",
    "Project Code": "100-CI-T01",
    "Country": "Côte d'Ivoire",
    "Vendor": "Société & Fils, Ltd.",
    "Shipment Mode": "Air Charter",
    "Product Group": "HRDT",
    "Line Item Quantity": "1,200",
    "Line Item Value": "2600",
    "Weight": "13",
    "PQ First Sent to Client Date": "Pre-PQ Process",
    "PO Sent to Vendor Date": "11/13/06",
    "Scheduled Delivery Date": "2-Dec-06",
    "Delivered to Client Date": "2006-12-05 00:00:00",
}


def load(port, *changes):
    """One row for each of `changes` to the row above."""
    rows = [{**ROW, "ID": str(number), **change} for number, change in enumerate(changes, 7)]
    source = io.StringIO(newline="")
    writer = load_real.csv.DictWriter(source, list(ROW))
    writer.writeheader()
    writer.writerows(rows)
    source.seek(0)
    target, history = io.StringIO(), load_real.History(usd_per_eur=1.3)
    written = load_real.load(source, target, port, history)
    lines = target.getvalue().splitlines()
    assert lines[0] == ",".join(load_real.PORTS[port]) and len(lines) == written + 1
    return lines[1:], dict(history.left_out), dict(history.emptied)


class LoadReal(unittest.TestCase):
    def test_a_row_becomes_an_order(self):
        expected = "SCMS-7,100-CI-T01,CI,SOCIETE-FILS-LTD,3,2,1200,13.0,2000.0,19,2006-11-13,2006-12-02"
        self.assertEqual(load("orders", {}), ([expected], {}, {}))

    def test_a_row_becomes_a_delivery(self):
        self.assertEqual(load("deliveries", {}), (["SCMS-7,2006-12-05"], {}, {}))

    def test_days_are_read_in_all_three_formats(self):
        for text in ["2-Dec-06", "02-dec-2006", "12/2/06", "12/02/2006", "2006-12-02", "2006-12-02 00:00:00"]:
            self.assertEqual(load_real.day(text), datetime.date(2006, 12, 2), text)

    def test_text_and_days_that_do_not_exist_are_no_days(self):
        for text in ["", "Date Not Captured", "31-Feb-06", "2-Foo-06", "13/13/06", "2006-12-02 11:30:00"]:
            self.assertIsNone(load_real.day(text), text)

    def test_text_and_nothing_in_place_of_a_weight_are_emptied(self):
        rows, left_out, emptied = load("orders", {"Weight": "See ASN-93 (ID#:1281)"}, {"Weight": "0"}, {"Weight": "nan"})
        self.assertEqual([row.split(",")[7] for row in rows], ["", "", ""])
        self.assertEqual((left_out, emptied), ({}, {"weight_kg: text or 0 in place of a weight": 3}))

    def test_the_first_quotation_stands_in_for_the_order(self):
        rows, _, emptied = load("orders", {"PO Sent to Vendor Date": "N/A - From RDC", "PQ First Sent to Client Date": "11/1/06"})
        self.assertEqual(rows[0].split(",")[9:], ["31", "2006-11-01", "2006-12-02"])
        self.assertEqual(emptied, {})

    def test_an_order_without_a_day_or_after_its_plan_has_no_lead_time(self):
        rows, left_out, emptied = load("orders", {"PO Sent to Vendor Date": "Date Not Captured"}, {"PO Sent to Vendor Date": "12/3/06"})
        self.assertEqual([row.split(",")[9:] for row in rows], [["", "", "2006-12-02"]] * 2)
        self.assertEqual(left_out, {})
        reasons = {"ordered_on: neither order nor quotation has a day": 1, "ordered_on: after the planned day": 1}
        self.assertEqual(emptied, reasons)

    def test_what_the_port_requires_leaves_the_row_out_and_empties_nothing(self):
        _, left_out, emptied = load(
            "orders",
            {"Scheduled Delivery Date": "soon", "Weight": "heavy"},
            {"Country": "Atlantis", "Weight": "heavy"},
            {"Product Group": "XYZ", "Weight": "heavy"},
            {"Line Item Quantity": "0.5", "Weight": "heavy"},
            {"Vendor": "---", "Weight": "heavy"},
        )
        self.assertEqual(sum(left_out.values()), 5)
        self.assertEqual(len(left_out), 5)
        self.assertEqual(emptied, {})

    def test_an_id_is_taken_once(self):
        rows, left_out, _ = load("deliveries", {"ID": "7"}, {"ID": "7"})
        self.assertEqual((len(rows), left_out), (1, {"the ID was there already": 1}))

    def test_another_file_is_refused_by_the_columns_it_lacks(self):
        with self.assertRaisesRegex(SystemExit, "no column ID, Project Code"):
            load_real.load(io.StringIO("a,b\n"), io.StringIO(), "orders", load_real.History(1.3))

    def test_both_encodings_of_the_file_are_read(self):
        for encoding in ["utf-8", "utf-8-sig", "cp1252"]:
            self.assertEqual(load_real.text("Côte d'Ivoire".encode(encoding)), "Côte d'Ivoire")


if __name__ == "__main__":
    unittest.main()
