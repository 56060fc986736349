"""How often do intervals hold the truth when clicks are as few, and weights as uneven, as in Open Bandit's logs?

    python benchmarks/off_policy/intervals.py [--draws 200]    # writes results/intervals.md

A log is drawn anew many times: positions as they are, items as often as the logging policy showed them, clicks by a
rate of each item that is drawn once and known. The target's value is then known too. Set beside each other: the
estimate ± 1.96 standard errors, and the interval of `vitrine.off_policy`.
"""

import argparse

import numpy as np
from open_bandit import CAMPAIGNS, FOLDS, HERE, POLICIES, POSITIONS, log_of, shown_by

from vitrine.calibration import FloatArray
from vitrine.off_policy import LoggedRows, cross_fitted_rates, evaluate_policy

ESTIMATORS = ("ips", "snips", "dr", "sndr")
HEADER = """# Intervals on logs like Open Bandit's

Made by `python benchmarks/off_policy/intervals.py`. Percent of {draws} drawn logs whose 95% interval
holds the true click rate: ± 1.96 standard errors / the interval of `vitrine.off_policy`. Chance alone moves a share by
3 points.

| campaign | logs of | judged | true rate | clicks a log | {names} |
|---|---|---|---|---|{dashes}
"""


def drawn_log(
    chance: FloatArray, position: np.ndarray, rate: FloatArray, random: np.random.Generator
) -> tuple[np.ndarray, FloatArray]:
    """Return item and click of each row."""
    sums = np.cumsum(chance, axis=0)[:, position]
    item = np.minimum((random.random(len(position)) > sums).sum(axis=0), len(chance) - 1)
    return item, (random.random(len(item)) < rate[item]).astype(np.float64)


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=200)
    draws, lines = parser.parse_args().draws, []
    for campaign in CAMPAIGNS:
        logs = {policy: log_of(policy, campaign) for policy in POLICIES}
        items = 1 + max(log["item_id"].max() for log in logs.values())
        overall = np.mean([log["click"].mean() for log in logs.values()])
        rate = np.random.default_rng(0).gamma(1, overall, items)
        for logging, wanted in (POLICIES, POLICIES[::-1]):
            chance, target = (shown_by(policy, logs[policy], items) for policy in (logging, wanted))
            chance = (chance + 1e-4) / (chance + 1e-4).sum(axis=0)  # all items can turn up
            position = logs[logging]["position"].to_numpy()
            truth = float(np.bincount(position, minlength=POSITIONS) @ (target * rate[:, None]).sum(axis=0)) / len(
                position
            )
            random, held, clicks = np.random.default_rng(1), {name: np.zeros(2) for name in ESTIMATORS}, 0.0
            row = np.arange(len(position))
            for _ in range(draws):
                item, click = drawn_log(chance, position, rate, random)
                model = cross_fitted_rates(item, position, click, row % FOLDS, target.shape)
                own, expected = model.of_logged(item, position), model.of_target(target, position)
                rows = LoggedRows(
                    click, chance[item, position], target[item, position], position * 0, row, own, expected
                )
                estimates = evaluate_policy(rows)[0].estimates
                clicks += click.sum() / draws
                for name in ESTIMATORS:
                    one = estimates[name]
                    held[name] += abs(one.value - truth) <= 1.96 * one.standard_error, one.low <= truth <= one.high
            cells = " | ".join(f"{100 * plain / draws:.1f} / {100 * ours / draws:.1f}" for plain, ours in held.values())
            lines.append(f"| {campaign} | {logging} | {wanted} | {100 * truth:.2f}% | {clicks:.0f} | {cells} |")
            print(lines[-1], flush=True)
    head = HEADER.format(draws=draws, names=" | ".join(ESTIMATORS), dashes="---|" * len(ESTIMATORS))
    (HERE / "results" / "intervals.md").write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
