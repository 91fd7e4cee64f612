#!/usr/bin/env python3
"""Simulates weekly disease counts of 40 districts with outbreaks whose truth is known. Nothing here is real.

The model. District d has p(d) inhabitants (log-normal) and a level r(d) (log-normal around 6 cases per 100,000 and week).
In week w of season y, the expected count without an outbreak is

    p(d) / 100,000 * r(d) * season(w) * strength(y),   season(w) = exp(0.9 * cos(2 pi (w - 5) / 52.18))

strength(y) is log-normal and drawn once a season, which begins in week 27. An outbreak multiplies the expected count of its
weeks by 1 + (peak - 1) * shape, where shape rises and falls like half a sine over its 4 to 9 weeks and peak lies between
1.6 and 4.2. Counts are negative binomial: Poisson with a gamma rate of shape 8, drawn anew for each district and week.

The truth. Sixty outbreaks, drawn uniformly over districts and weeks, never two within 4 weeks of each other in a district;
their starts do not depend on anything that was counted before. Nine in ten get confirmed, every week of them on its own day,
15 to 40 days after that week's Monday; the others stay undetected, as some do.

Files, in data/:
    simulated_weekly_cases.csv   what districts report: rows of the input port cases
    simulated_outbreaks.csv      what is confirmed later: rows of the input port outbreaks
    simulated_truth.csv          every outbreak with its start, duration, size and whether it was confirmed

Needs Python 3.9 and nothing else. Only random.Random.random() is drawn from, whose sequence Python guarantees; what is
built on it is written out below, so that every version writes the same bytes.

    python3 simulate.py            writes the files
    python3 simulate.py --check    compares them with what is there; status 1 when they differ
"""

import argparse
import csv
import datetime
import io
import math
import pathlib
import random
import sys

SEED = 2023
DISTRICTS = 40
WEEKS = 156
FIRST_MONDAY = datetime.date(2023, 1, 2)
OUTBREAKS = 60
DISPERSION = 8
FOLDER = pathlib.Path(__file__).resolve().parent / "data"


class Draws:
    """Distributions over the one generator whose sequence is the same in every version of Python."""

    def __init__(self, seed):
        self.uniform = random.Random(seed).random

    def between(self, low, high):
        """A whole number, both ends included."""
        return low + int(self.uniform() * (high - low + 1))

    def exponential(self):
        return -math.log(1.0 - self.uniform())

    def normal(self):
        """Box and Muller's, one of the pair."""
        radius = math.sqrt(2.0 * self.exponential())
        return radius * math.cos(2.0 * math.pi * self.uniform())

    def gamma(self, shape):
        """Mean 1, for a whole shape: a sum of exponentials."""
        return sum(self.exponential() for _ in range(shape)) / shape

    def poisson(self, mean):
        """Inversion, in parts: exp(-mean) must not underflow, and a sum of Poisson counts is one."""
        count = 0
        while mean > 0.0:
            part = min(mean, 50.0)
            mean -= part
            count += self._small_poisson(part)
        return count

    def _small_poisson(self, mean):
        left, count, chance = self.uniform(), 0, math.exp(-mean)
        while left > chance and chance > 0.0:
            left -= chance
            count += 1
            chance *= mean / count
        return count


class Outbreak:
    """Weeks of one district, counted from 0, in which cases are above what the season brings."""

    def __init__(self, district, start, weeks, peak, confirmed):
        self.district, self.start, self.weeks = district, start, weeks
        self.peak, self.confirmed, self.extra_cases = peak, confirmed, 0

    def factor(self, week):
        into = week - self.start
        if not 0 <= into < self.weeks:
            return 1.0
        return 1.0 + (self.peak - 1.0) * math.sin(math.pi * (into + 0.5) / self.weeks)

    def near(self, other):
        apart = max(self.start, other.start) - min(self.start + self.weeks, other.start + other.weeks)
        return self.district == other.district and apart < 4


def code(district):
    return f"D{district + 1:02d}"


def monday(week):
    return FIRST_MONDAY + datetime.timedelta(weeks=week)


def season(week):
    """Which season a week belongs to: they begin in week 27."""
    year, number, _ = monday(week).isocalendar()
    return year if number >= 27 else year - 1


def populations(draws):
    return [100 * round(min(max(math.exp(12.2 + 0.7 * draws.normal()), 40_000), 1_200_000) / 100) for _ in range(DISTRICTS)]


def outbreaks(draws):
    drawn = []
    while len(drawn) < OUTBREAKS:
        weeks = draws.between(4, 9)
        one = Outbreak(
            district=draws.between(0, DISTRICTS - 1),
            start=draws.between(4, WEEKS - weeks),
            weeks=weeks,
            peak=1.6 + 2.6 * draws.uniform(),
            confirmed=draws.uniform() < 0.9,
        )
        if not any(one.near(other) for other in drawn):
            drawn.append(one)
    return sorted(drawn, key=lambda outbreak: (outbreak.start, outbreak.district))


def counts(draws, people, drawn):
    """(district, week) -> cases; notes on each outbreak what it added on average."""
    levels = [6.0 * math.exp(0.35 * draws.normal()) for _ in range(DISTRICTS)]
    seasons = sorted({season(week) for week in range(WEEKS)})
    strengths = {year: math.exp(0.3 * draws.normal()) for year in seasons}
    table = {}
    for week in range(WEEKS):
        number = monday(week).isocalendar()[1]
        wave = math.exp(0.9 * math.cos(2.0 * math.pi * (number - 5) / 52.18)) * strengths[season(week)]
        for district in range(DISTRICTS):
            usual = people[district] / 100_000.0 * levels[district] * wave
            factor = 1.0
            for outbreak in drawn:
                if outbreak.district == district and outbreak.factor(week) > 1.0:
                    factor = outbreak.factor(week)
                    outbreak.extra_cases += usual * (factor - 1.0)
            table[district, week] = draws.poisson(usual * factor * draws.gamma(DISPERSION))
    return table


def confirmations(draws, drawn):
    for number, outbreak in enumerate(drawn, 1):
        for week in range(outbreak.start, outbreak.start + outbreak.weeks):
            delay = datetime.timedelta(days=draws.between(15, 40))
            if outbreak.confirmed:
                year, week_number, _ = monday(week).isocalendar()
                yield [f"OB-{number:03d}", code(outbreak.district), year, week_number, monday(week) + delay]


def truth(drawn):
    for number, outbreak in enumerate(drawn, 1):
        year, week, _ = monday(outbreak.start).isocalendar()
        row = [f"OB-{number:03d}", code(outbreak.district), year, week, outbreak.weeks]
        yield row + [f"{outbreak.peak:.2f}", round(outbreak.extra_cases), str(outbreak.confirmed).lower()]


def table(header, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def files():
    """File name -> its bytes."""
    draws = Draws(SEED)
    people = populations(draws)
    drawn = outbreaks(draws)
    counted = counts(draws, people, drawn)
    reports = [
        [*monday(week).isocalendar()[:2], code(district), counted[district, week], people[district]]
        for week in range(WEEKS)
        for district in range(DISTRICTS)
    ]
    return {
        "simulated_weekly_cases.csv": table(["year", "week", "district", "cases", "population"], reports),
        "simulated_outbreaks.csv": table(
            ["outbreak", "district", "year", "week", "confirmed_on"], confirmations(draws, drawn)
        ),
        "simulated_truth.csv": table(
            ["outbreak", "district", "year", "week", "weeks", "peak_factor", "extra_cases", "confirmed"], truth(drawn)
        ),
    }


def main():
    parser = argparse.ArgumentParser(description="Simulates weekly disease counts of 40 districts.")
    parser.add_argument("--check", action="store_true", help="compare with the files that are there")
    check = parser.parse_args().check
    differing = []
    for name, content in files().items():
        path = FOLDER / name
        if not check:
            path.write_bytes(content)
        elif not path.exists() or path.read_bytes() != content:
            differing.append(name)
    if differing:
        sys.exit(f"not what the simulation gives: {', '.join(differing)}; run simulate.py without --check and see what changed")


if __name__ == "__main__":
    main()
