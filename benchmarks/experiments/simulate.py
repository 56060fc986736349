"""Whether read-outs of experiments keep their promises, on simulated customers with a known effect.

    python benchmarks/experiments/simulate.py                  # writes benchmarks/experiments/results.md, some minutes
    python benchmarks/experiments/simulate.py --runs 50        # prints only

A customer has a pace of his own (lognormal), orders at it before and after (Poisson), and pays for each order (gamma).
The treated order more often by a known ratio. So the truth of every figure is known by formula: the effect, and the
correlation with the time before, by which CUPED has to narrow the interval. The intervals are those of
`vitrine.experiment`, computed from sums as in the warehouse.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from math import exp, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vitrine.experiment import (
    ArmMoments,
    ReadoutParams,
    adjusted_difference,
    always_valid,
    difference,
    relative_difference,
    split_probability,
)

PARAMS = ReadoutParams()
RESULTS = Path(__file__).with_name("results.md")
Draw = Callable[[np.random.Generator, int, float], tuple[NDArray[np.float64], NDArray[np.float64]]]


@dataclass(frozen=True)
class House:
    """How customers order and pay: orders within the days of an experiment, and the worth of one."""

    orders: float = 0.6
    pace_spread: float = 0.8
    order_amount: float = 80.0
    amount_shape: float = 2.0

    def draw(self, random: np.random.Generator, count: int, lift: float) -> tuple[NDArray, NDArray]:
        """Return the spend of customers before and after. Shape (count,) each."""
        pace = self.orders * np.exp(random.normal(0, self.pace_spread, count))
        orders = random.poisson([pace, pace * (1 + lift)])
        scale = self.order_amount / self.amount_shape
        spend = np.where(orders > 0, random.gamma(np.maximum(orders, 1) * self.amount_shape, scale), 0.0)
        return spend[0], spend[1]

    def mean(self, lift: float) -> float:
        """Return the expected spend of a customer."""
        return self.orders * exp(self.pace_spread**2 / 2) * (1 + lift) * self.order_amount

    def variance(self, lift: float) -> float:
        """Return the variance of the spend of a customer."""
        square = self.order_amount**2 * (1 + 1 / self.amount_shape)
        return self.mean(lift) / self.order_amount * square + self.covariance(0) * (1 + lift) ** 2

    def covariance(self, lift: float) -> float:
        """Return the covariance of the spend before and after."""
        spread = self.orders**2 * exp(self.pace_spread**2) * (exp(self.pace_spread**2) - 1)
        return spread * self.order_amount**2 * (1 + lift)

    def narrowing(self, lift: float, treated: float, control: float) -> float:
        """Return the width of the adjusted interval over the plain one, for arms of these sizes: sqrt(1 - rho^2)."""
        plain = self.variance(lift) / treated + self.variance(0) / control
        before = self.variance(0) * (1 / treated + 1 / control)
        together = self.covariance(lift) / treated + self.covariance(0) / control
        return sqrt(1 - together**2 / (plain * before))


def share_draw(share: float) -> Draw:
    """Return a draw of customers of whom a share orders, before and after alike and independently."""

    def draw(random: np.random.Generator, count: int, lift: float) -> tuple[NDArray, NDArray]:
        found = random.random((2, count)) < [[share], [share * (1 + lift)]]
        return found[0].astype(float), found[1].astype(float)

    return draw


def moments(before: NDArray, after: NDArray) -> ArmMoments:
    """Return the sums of one arm."""
    sums = (after.sum(), (after**2).sum(), (after**3).sum(), before.sum(), (before**2).sum(), (before * after).sum())
    return ArmMoments(len(after), *(float(one) for one in sums))


def coverage(
    draw: Draw, truth: float, ratio: float, sizes: tuple[int, int], lift: float, runs: int
) -> dict[str, float]:
    """Return bias, its standard error, and how often the intervals hold the truth, over runs of one experiment."""
    hits = {"plain": 0, "relative": 0, "adjusted": 0, "always valid": 0}
    estimates, adjusted_estimates, widths = [], [], []
    for run in range(runs):
        random = np.random.default_rng([run, *sizes])
        arm, control = (moments(*draw(random, size, up)) for size, up in zip(sizes, (lift, 0.0), strict=True))
        plain, relative = difference(arm, control, PARAMS), relative_difference(arm, control, PARAMS)
        adjusted = adjusted_difference(arm, control, PARAMS)
        lasting = always_valid(
            adjusted.interval.estimate, adjusted.standard_error, sum(sizes), sum(sizes), PARAMS.alpha
        )
        hits["plain"] += plain.low <= truth <= plain.high
        hits["relative"] += relative.low <= ratio <= relative.high
        hits["adjusted"] += adjusted.interval.low <= truth <= adjusted.interval.high
        hits["always valid"] += lasting.low <= truth <= lasting.high
        estimates.append(plain.estimate)
        adjusted_estimates.append(adjusted.interval.estimate)
        widths.append((adjusted.interval.high - adjusted.interval.low) / (plain.high - plain.low))
    found = {name: count / runs for name, count in hits.items()}
    return found | {
        "bias": float(np.mean(estimates)) - truth,
        "bias error": float(np.std(estimates, ddof=1)) / sqrt(runs),
        "adjusted bias": float(np.mean(adjusted_estimates)) - truth,
        "adjusted bias error": float(np.std(adjusted_estimates, ddof=1)) / sqrt(runs),
        "narrowing": float(np.mean(widths)),
    }


def peeking(draw: Draw, entrants: list[tuple[int, int]], planned: int, runs: int) -> tuple[float, float]:
    """Return how often an experiment without any effect is ever called one, looked at daily: always-valid, and plain.

    `entrants` are the customers of arm and control whose days end on each day. As in a read-out, nothing is said below
    `min_customer_count` customers of an arm.
    """
    false, false_plain = 0, 0
    for run in range(runs):
        random = np.random.default_rng([run, planned])
        arm, control = (np.zeros(6), np.zeros(6))
        counts, is_false, is_false_plain = [0, 0], False, False
        for sizes in entrants:
            for side, size in enumerate(sizes):
                before, after = draw(random, size, 0.0)
                day = moments(before, after)
                added = [day.value_sum, day.value_square_sum, day.value_cube_sum]
                added += [day.before_sum, day.before_square_sum, day.cross_sum]
                (arm, control)[side][:] += added
                counts[side] += size
            if min(counts) < PARAMS.min_customer_count:
                continue
            one, other = ArmMoments(counts[0], *arm), ArmMoments(counts[1], *control)
            adjusted = adjusted_difference(one, other, PARAMS)
            lasting = always_valid(
                adjusted.interval.estimate, adjusted.standard_error, sum(counts), planned, PARAMS.alpha
            )
            is_false |= lasting.excludes_zero
            is_false_plain |= adjusted.interval.excludes_zero
        false += is_false
        false_plain += is_false_plain
    return false / runs, false_plain / runs


def broken_splits(count: int, true_shares: list[float], planned: list[float], kept: list[float], runs: int) -> float:
    """Return how often a split is flagged: customers fall by `true_shares`, and an arm keeps a share of its own."""
    flagged = 0
    for run in range(runs):
        random = np.random.default_rng([run, count])
        counts = random.binomial(random.multinomial(count, true_shares), kept)
        flagged += split_probability([int(one) for one in counts], planned) < PARAMS.split_alpha
    return flagged / runs


def report(runs: int) -> str:
    """Return the figures as markdown."""
    house, lift = House(), 0.1
    lines = [
        "# Read-outs on simulated customers",
        "",
        f"Written by `simulate.py`, {runs} runs of each. The true effect is 10% more spend, or 10% more who order.",
        "",
        "| experiment | treated, control | bias of the difference, ± standard error | of the adjusted one "
        "| plain 95% interval holds the truth | relative | adjusted | always-valid "
        "| adjusted over plain width | sqrt(1 - rho²) |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    cases: list[tuple[str, House | None, tuple[int, int]]] = [
        ("spend, half held out", House(), (2000, 2000)),
        ("spend, a tenth held out", House(), (9000, 1000)),
        ("spend of frequent buyers, half", House(orders=4.0, pace_spread=1.0), (2000, 2000)),
        ("spend of frequent buyers, a tenth", House(orders=4.0, pace_spread=1.0), (9000, 1000)),
        ("share of a twentieth, half", None, (5000, 5000)),
        ("share of a twentieth, a tenth", None, (18_000, 2000)),
    ]
    for name, of, sizes in cases:
        draw = of.draw if of else share_draw(0.05)
        effect = of.mean(lift) - of.mean(0) if of else 0.05 * lift
        found = coverage(draw, effect, lift, sizes, lift, runs)
        predicted = of.narrowing(lift, *sizes) if of else 1.0
        lines.append(
            f"| {name} | {sizes[0]}, {sizes[1]} | {found['bias']:+.4f} ± {found['bias error']:.4f} "
            f"| {found['adjusted bias']:+.4f} ± {found['adjusted bias error']:.4f} | {found['plain']:.3f} "
            f"| {found['relative']:.3f} | {found['adjusted']:.3f} | {found['always valid']:.3f} "
            f"| {found['narrowing']:.4f} | {predicted:.4f} |"
        )
    lines += ["", f"Without any effect, looked at every day, {4 * runs} runs:", ""]
    lines += [
        "| experiment | ever called an effect by the always-valid interval | by the interval of one look |",
        "|---|---|---|",
    ]
    steady = [(50, 50)] * 60
    batch = [(2000, 2000)] + [(25, 25)] * 59
    tenth = [(180, 20)] * 60
    for name, draw, entrants, planned in [
        ("spend, 100 customers a day for 60 days", house.draw, steady, 6000),
        ("the same, planned for ten times as many", house.draw, steady, 60_000),
        ("spend, 4,000 on the first day and 50 on each of 59 more", house.draw, batch, 6000),
        ("spend, 200 a day, a tenth held out", house.draw, tenth, 12_000),
        ("share of a twentieth, 100 a day for 60 days", share_draw(0.05), steady, 6000),
    ]:
        valid, plain = peeking(draw, entrants, planned, 4 * runs)
        lines.append(f"| {name} | {valid:.3f} | {plain:.3f} |")
    lines += ["", f"Splits, {20 * runs} runs:", "", "| 30,000 customers planned half and half | flagged |", "|---|---|"]
    for name, shares, kept in [
        ("as planned", [0.5, 0.5], [1.0, 1.0]),
        ("52 to 48", [0.52, 0.48], [1.0, 1.0]),
        ("one arm loses 5% of its customers", [0.5, 0.5], [1.0, 0.95]),
        ("both arms lose 5%", [0.5, 0.5], [0.95, 0.95]),
    ]:
        lines.append(f"| {name} | {broken_splits(30_000, shares, [0.5, 0.5], kept, 20 * runs):.4f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=500)
    arguments = parser.parse_args()
    text = report(arguments.runs)
    print(text)
    if arguments.runs >= parser.get_default("runs"):
        RESULTS.write_text(text, encoding="utf-8")
