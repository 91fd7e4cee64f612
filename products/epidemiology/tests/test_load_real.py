"""python3 -m unittest discover products/epidemiology/tests"""

import io
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import load_real  # noqa: E402

HEADER = "year,week_of_year,district,cases,population_fraction\n"


def load(rows, header=HEADER, years=range(1980, 2101)):
    target = io.StringIO()
    written, left_out = load_real.load(io.StringIO(header + rows), target, 23_200_000, years)
    lines = target.getvalue().splitlines()
    assert lines[0] == "year,week,district,cases,population" and len(lines) == written + 1
    return lines[1:], dict(left_out)


class LoadReal(unittest.TestCase):
    def test_a_district_gets_its_leading_zero_back_and_a_share_becomes_people(self):
        self.assertEqual(load("2001,7,8336,3,0.01\n"), (["2001,7,08336,3,232000"], {}))

    def test_a_week_that_the_year_does_not_have_is_left_out(self):
        rows, left_out = load("2004,53,8336,0,0.01\n2005,53,8336,0,0.01\n")
        self.assertEqual(rows, ["2004,53,08336,0,232000"])
        self.assertEqual(left_out, {"week_of_year is out of range": 1})

    def test_text_in_place_of_a_number_is_counted_by_its_column(self):
        rows, left_out = load("2001,7,8336,NA,0.01\n2001,7,8336,nan,0.01\n2001,7,8336,1,share\n2001,7,8336,1,inf\n")
        self.assertEqual(rows, [])
        reasons = {"cases is no number": 1, "cases is no whole number": 1, "population_fraction is no number": 2}
        self.assertEqual(left_out, reasons)

    def test_the_first_row_of_a_district_and_week_counts(self):
        rows, left_out = load("2001,7,8336,3,0.01\n2001,7,08336,4,0.01\n")
        self.assertEqual(rows, ["2001,7,08336,3,232000"])
        self.assertEqual(left_out, {"the district and week were there already": 1})

    def test_years_that_were_not_asked_for_are_left_out(self):
        rows, left_out = load("2001,7,8336,3,0.01\n2002,7,8336,3,0.01\n", years=load_real.years("2002-2003"))
        self.assertEqual(rows, ["2002,7,08336,3,232000"])
        self.assertEqual(left_out, {"the year was not asked for": 1})

    def test_a_short_row_is_left_out(self):
        self.assertEqual(load("2001,7,8336\n")[1], {"the row has another number of fields than the header": 1})

    def test_another_file_is_refused_by_the_column_it_lacks(self):
        with self.assertRaisesRegex(SystemExit, "no column district"):
            load("", header="year,week_of_year,cases,population_fraction\n")


if __name__ == "__main__":
    unittest.main()
