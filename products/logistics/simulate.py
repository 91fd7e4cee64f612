#!/usr/bin/env python3
"""Simulates 3,000 orders of medical equipment and when they came. Nothing here is real.

The model. Fifty sites in twelve countries order from 24 vendors, in Europe or overseas. An order needs a number of days,

    need = production(product group) + handling(shipment mode) + distance / speed(shipment mode)

and its planner allows need + slack days, the slack being normal around 6 with a deviation of 14 and the whole at least 5
days. It comes so many days after the planned day:

    delay = 4 - 0.5 * slack + 1.6 * ln(weight in kg / 150) + vendor + site + luck

vendor and site are normal with deviations of 2.5 and 1.5 days, drawn once each; luck is an exponential of mean 5 days less its
mean: seldom a little earlier, sometimes much later. Weights are absent in 8 of 100 orders, as nobody wrote them down.

The truth. Each order's late_probability follows from this exactly: the chance that its luck makes it more than 7 days
late. A model sees neither vendor nor site nor the slack itself, only what the slack was planned from.

Files, in data/:
    simulated_planned_deliveries.csv   what is known when planning: rows of the input port orders
    simulated_deliveries.csv           what came by the end of 2025: rows of the input port deliveries
    simulated_truth.csv                each order's expected delay, chance of being late, and delay

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

SEED = 2024
ORDERS = 3000
FIRST_DAY = datetime.date(2023, 1, 2)
LAST_DAY = datetime.date(2025, 12, 31)
LATE_AFTER = 7
LUCK = 5.0
COUNTRIES = ["AT", "BE", "CH", "CZ", "DE", "ES", "FR", "IT", "NL", "PL", "PT", "SE"]
FOLDER = pathlib.Path(__file__).resolve().parent / "data"

# Code: days of handling, kilometres a day.
AIR, TRUCK, CHARTER, OCEAN = 1, 2, 3, 4
MODES = {AIR: (4, 4000.0), TRUCK: (3, 450.0), CHARTER: (7, 5000.0), OCEAN: (12, 420.0)}
# Code: days of production; per piece EUR and kg; pieces of a median order.
GROUPS = {1: (24, 180.0, 0.35, 120), 2: (10, 4.0, 0.02, 4000), 3: (14, 9.0, 0.08, 2000), 4: (6, 0.6, 0.03, 9000)}


class Draws:
    """Distributions over the one generator whose sequence is the same in every version of Python."""

    def __init__(self, seed):
        self.uniform = random.Random(seed).random

    def between(self, low, high):
        """A whole number, both ends included."""
        return low + int(self.uniform() * (high - low + 1))

    def one_of(self, weights):
        """A key, as often as its weight says."""
        left = self.uniform() * sum(weights.values())
        for key, weight in weights.items():
            left -= weight
            if left < 0.0:
                return key
        return key

    def exponential(self):
        return -math.log(1.0 - self.uniform())

    def normal(self, mean=0.0, deviation=1.0):
        """Box and Muller's, one of the pair."""
        radius = math.sqrt(2.0 * self.exponential())
        return mean + deviation * radius * math.cos(2.0 * math.pi * self.uniform())


class Partner:
    """A vendor or a site: its code, what it does to a delay, and where it is, in km from the middle of Europe."""

    def __init__(self, code, effect, distance):
        self.code, self.effect, self.distance = code, effect, distance


def vendors(draws):
    for number in range(1, 25):
        overseas = number % 3 == 0
        distance = 6000.0 + 4500.0 * draws.uniform() if overseas else 100.0 + 1100.0 * draws.uniform()
        yield Partner(f"V{number:02d}", draws.normal(0.0, 2.5), distance)


def sites(draws):
    for number in range(50):
        code = f"{COUNTRIES[number % len(COUNTRIES)]}-{number // len(COUNTRIES) + 1:02d}"
        yield Partner(code, draws.normal(0.0, 1.5), 50.0 + 900.0 * draws.uniform())


def mode(draws, distance):
    if distance > 5000.0:
        return draws.one_of({AIR: 60, CHARTER: 12, OCEAN: 28})
    return draws.one_of({TRUCK: 72, AIR: 24, CHARTER: 4})


def order(draws, number, all_vendors, all_sites):
    """The three files' rows of one order; its delivery is None when it had not come by the last day."""
    vendor = all_vendors[draws.between(0, len(all_vendors) - 1)]
    site = all_sites[draws.between(0, len(all_sites) - 1)]
    distance = round(vendor.distance + site.distance)
    shipment = mode(draws, distance)
    group = draws.one_of({1: 25, 2: 30, 3: 20, 4: 25})
    production, price, piece_weight, median = GROUPS[group]
    quantity = max(1, round(median * math.exp(0.8 * draws.normal())))
    weight = quantity * piece_weight * math.exp(0.2 * draws.normal())
    value = quantity * price * math.exp(0.25 * draws.normal())

    handling, speed = MODES[shipment]
    need = production + handling + distance / speed
    lead = max(5, round(need + draws.normal(6.0, 14.0)))
    ordered_on = FIRST_DAY + datetime.timedelta(days=draws.between(0, (LAST_DAY - FIRST_DAY).days))
    scheduled_on = ordered_on + datetime.timedelta(days=lead)

    expected = 4.0 - 0.5 * (lead - need) + 1.6 * math.log(weight / 150.0) + vendor.effect + site.effect
    luck = LUCK * (draws.exponential() - 1.0)
    delay = max(math.floor(expected + luck + 0.5), 1 - lead)
    weight_known = draws.uniform() >= 0.08
    # delay > 7 after rounding means expected + luck >= 7.5.
    missing = LATE_AFTER + 0.5 - expected + LUCK
    late_probability = math.exp(-max(missing, 0.0) / LUCK)

    order_id = f"ORD-{number:05d}"
    planned = [order_id, site.code, site.code[:2], vendor.code, shipment, group, quantity]
    planned += [f"{weight:.1f}" if weight_known else "", f"{value:.2f}", distance, lead, ordered_on, scheduled_on]
    delivered_on = scheduled_on + datetime.timedelta(days=delay)
    delivery = [order_id, delivered_on] if delivered_on <= LAST_DAY else None
    return ordered_on, planned, delivery, [order_id, f"{expected:.2f}", f"{late_probability:.4f}", delay]


def table(header, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split())
    writer.writerows(rows)
    return text.getvalue().encode()


def files():
    """File name -> its bytes."""
    draws = Draws(SEED)
    all_vendors, all_sites = list(vendors(draws)), list(sites(draws))
    orders = [order(draws, number, all_vendors, all_sites) for number in range(1, ORDERS + 1)]
    _, planned, deliveries, truths = zip(*sorted(orders, key=lambda one: one[0]))
    came = sorted((one for one in deliveries if one), key=lambda one: one[1])
    header = "order_id site country vendor shipment_mode product_group quantity weight_kg value_eur distance_km"
    return {
        "simulated_planned_deliveries.csv": table(f"{header} planned_lead_days ordered_on scheduled_on", planned),
        "simulated_deliveries.csv": table("order_id delivered_on", came),
        "simulated_truth.csv": table("order_id expected_delay_days late_probability delay_days", truths),
    }


def main():
    parser = argparse.ArgumentParser(description="Simulates orders of medical equipment and when they came.")
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
