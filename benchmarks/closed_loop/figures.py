"""What rounds add up to: figures a round, and means over houses with their standard errors."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

WATCHED_DAYS = 84
"""First sales are looked for so long after a launch; later launches are left out, their watch is not over."""
FIGURES = {
    "cumulative_expected_amount": "EUR to expect of the mails",
    "cumulative_mail_amount": "EUR bought in visits that mails brought",
    "cumulative_total_amount": "EUR sold in all",
    "cumulative_regret_amount": "EUR below the best slates there were",
    "cumulative_best_scores_amount": "EUR to expect, had the same builds sent their ten best scores",
    "regret_share": "EUR below the best slates, as a share of what those would have earned",
    "shown_share": "share of the catalogue shown in a round",
    "ever_shown_share": "share of the catalogue ever shown",
    "exposure_gini": "Gini of exposure",
    "days_to_first_sale": f"days from launch to first sale, at most {WATCHED_DAYS}",
    "sold_share": f"share of launches sold within {WATCHED_DAYS} days",
    "categories_per_slate": "categories a slate",
    "categories_bought": "categories bought a buyer",
    "click_share": "clicks an opened mail",
    "unsubscribes": "customers lost to the mail",
}
LESS_IS_BETTER = ("cumulative_regret_amount", "regret_share", "exposure_gini", "days_to_first_sale", "unsubscribes")


def gini(counts: Sequence[float]) -> float:
    """Return the Gini coefficient of counts: 0 where all are alike, towards 1 where one has everything."""
    values = np.sort(np.asarray(counts, dtype=np.float64))
    if not len(values) or values.sum() == 0:
        return float("nan")
    ranks = np.arange(1, len(values) + 1)
    return float((2 * ranks - len(values) - 1) @ values / (len(values) * values.sum()))


def by_round(rows: Sequence[dict[str, Any]], weeks_per_round: int = 2, first_week: int = 104) -> pd.DataFrame:
    """Return the figures of one house under one policy up to each round, a row a round.

    Parameters
    ----------
    rows
        What `rounds.Loop` keeps, from the first round on.
    weeks_per_round, first_week
        Length of a round, and the week in which the first one begins.
    """
    exposures: Counter[str] = Counter()
    catalogue: set[str] = set()
    sums = dict.fromkeys(("expected_amount", "mail_amount", "total_amount", "regret_amount", "best_scores_amount"), 0.0)
    opens = clicks = unsubscribes = 0
    shown, categories = [], []
    found = []
    for row in rows:
        exposures.update(row["exposures"])
        here = {str(product) for product in row["catalogue"]} | set(row["exposures"])
        catalogue |= here
        regret = row["oracle_amount"] - row["expected_amount"]
        # A build for best sellers has no scores.
        best_scores = row.get("alternative_amounts", {}).get("best_scores", float("nan"))
        for name, amount in {**row, "regret_amount": regret, "best_scores_amount": best_scores}.items():
            if name in sums:
                sums[name] += amount
        opens, clicks, unsubscribes = (
            opens + row["open"], clicks + row["click"], unsubscribes + row["unsubscribe"]
        )  # fmt: skip
        shown.append(len(row["exposures"]) / len(here))
        categories.append(row["categories_per_slate"])
        end = first_week + weeks_per_round * row["round"]
        days = launch_days(row["launches"], row["days_to_first_sale"], end)
        found.append(
            {
                "round": row["round"],
                "mails": row["mails"],
                "expected_amount": row["expected_amount"],
                **{f"cumulative_{name}": amount for name, amount in sums.items()},
                "regret_share": sums["regret_amount"] / (sums["regret_amount"] + sums["expected_amount"]),
                "shown_share": float(np.mean(shown)),
                "ever_shown_share": len(exposures) / len(catalogue),
                "exposure_gini": gini([exposures[product] for product in catalogue]),
                "launches": len(days),
                "days_to_first_sale": float(np.mean(days)) if len(days) else float("nan"),
                "sold_share": float(np.mean(days < WATCHED_DAYS)) if len(days) else float("nan"),
                "categories_per_slate": float(np.mean(categories)),
                "categories_bought": row["categories_bought"],
                "click_share": clicks / max(opens, 1),
                "unsubscribes": unsubscribes,
            }
        )
    return pd.DataFrame(found)


def launch_days(launches: dict[str, int], days: dict[str, float | None], end_week: int) -> np.ndarray:
    """Return the days to the first sale of the products whose watch is over, WATCHED_DAYS where there was none."""
    watched = [product for product, week in launches.items() if (end_week - week) * 7 >= WATCHED_DAYS]
    known = [days[product] for product in watched]
    return np.array([WATCHED_DAYS if one is None else min(one, WATCHED_DAYS) for one in known], dtype=np.float64)


def mean_and_error(values: pd.Series) -> tuple[float, float]:
    """Return the mean over houses and its standard error; NaN with one house."""
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.count()))


def compared(last: pd.DataFrame, figure: str, policy: str, other: str) -> tuple[float, float, int, int]:
    """Return by how much a policy lies above another in the same houses: mean, standard error, houses ahead, houses.

    Parameters
    ----------
    last
        Columns seed, policy and the figure: one row a house and policy.
    """
    wide = last.set_index(["seed", "policy"])[figure].unstack()  # noqa: PD010
    gaps = (wide[policy] - wide[other]).dropna()
    ahead = gaps < 0 if figure in LESS_IS_BETTER else gaps > 0
    return (*mean_and_error(gaps), int(ahead.sum()), len(gaps))
