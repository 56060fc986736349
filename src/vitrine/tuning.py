"""Choosing parameters on the validate cutoff: random search, and the point of the frontier that a policy takes."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.stats import norm

from vitrine.encoding import FloatArray, as_doubles, distinct_ids

SPACES: dict[str, dict[str, tuple[float, ...]]] = {
    "als": {
        "factors": (32, 64, 128, 192),
        "regularization": (0.3, 1.0, 3.0, 10.0, 30.0),
        "alpha": (0.25, 0.5, 1.0, 2.0, 4.0),
        "iterations": (6, 8, 12),
        "popularity_exponent": (0.0, 0.1, 0.2, 0.4, 0.6),
    },
    "affinity": {
        "linear_regularization": (5.0, 10.0, 20.0, 40.0, 80.0),
        "linear_popularity_exponent": (0.0, 0.1, 0.2, 0.3, 0.4),
    },
    "ranker": {
        "iterations": (120, 180, 250, 350),
        "learning_rate": (0.03, 0.06, 0.1),
        "leaves": (8, 15, 31),
        "min_leaf_rows": (50, 100, 300),
        "l2": (1.0, 5.0, 20.0),
        "feature_share": (0.15, 0.3, 0.5),
    },
}
"""Values that the search draws from."""
CHANCE = 0.05
"""Share of searches that may change something though nothing is better."""


@dataclass(frozen=True)
class Trial:
    """One configuration and what it reached."""

    values: dict[str, float]
    ndcgs: FloatArray
    """NDCG of each judged customer, the same customers in all trials; shape (customers,)."""

    @property
    def ndcg(self) -> float:
        """The mean over the customers."""
        return float(self.ndcgs.mean())

    @property
    def standard_error(self) -> float:
        """The standard error of the mean."""
        return float(self.ndcgs.std() / np.sqrt(len(self.ndcgs)))


def drawn(
    space: Mapping[str, Sequence[float]], current: Mapping[str, float], count: int, seed: int
) -> list[dict[str, float]]:
    """Return configurations to try: the current one first, then different random ones, at most `count` in all."""
    found = [{name: float(current[name]) for name in space}]
    random = np.random.default_rng(seed)
    for _ in range(20 * count):
        if len(found) >= count:
            break
        values = {name: float(random.choice(options)) for name, options in space.items()}
        if values not in found:
            found.append(values)
    return found


def best_trial(trials: Sequence[Trial]) -> Trial:
    """Return the best configuration if it is ahead of the current one (the first), else that.

    The best of many is ahead by chance, and the more so the more are tried. So the paired gain has to exceed what the
    best of so many alternatives that are no better exceeds in one search of twenty (normal quantile, Bonferroni).
    """
    current, best = trials[0], max(trials, key=lambda trial: trial.ndcg)
    gain = best.ndcgs - current.ndcgs
    bar = norm.isf(CHANCE / max(len(trials) - 1, 1)) * gain.std() / np.sqrt(len(gain))
    return best if gain.mean() > bar else current


def ndcg(lists: pa.Table, targets: pa.Table, slot_count: int = 10) -> FloatArray:
    """Return the NDCG of each customer with targets, in order of their ids; zero without a list.

    Parameters
    ----------
    lists
        Columns customer_id, product_id, score: what could be shown; the best `slot_count` are.
    targets
        Columns customer_id, product_id: what should be found.
    """
    customers, products = distinct_ids(targets["customer_id"]), distinct_ids(targets["product_id"])
    wanted = customers.encode(targets["customer_id"]) * len(products) + products.encode(targets["product_id"])
    customer, product = customers.encode(lists["customer_id"]), products.encode(lists["product_id"])
    score, names = as_doubles(lists["score"]), distinct_ids(lists["product_id"]).encode(lists["product_id"])
    order = np.lexsort((names, -score, customer))
    order = order[customer[order] >= 0]
    starts = np.searchsorted(customer[order], np.arange(len(customers)))
    slot = np.arange(len(order)) - starts[customer[order]]
    shown, slot = order[slot < slot_count], slot[slot < slot_count]
    is_hit = (product[shown] >= 0) & np.isin(customer[shown] * len(products) + product[shown], wanted)
    gains = 1 / np.log2(np.arange(2, slot_count + 2))
    found = np.bincount(customer[shown][is_hit], gains[slot[is_hit]], minlength=len(customers))
    counts = np.bincount(wanted // max(len(products), 1), minlength=len(customers))
    return np.asarray(found / np.cumsum(gains)[np.minimum(counts, slot_count) - 1])


def choose_point(points: Iterable[dict[str, Any]], max_loss_share: float) -> dict[str, Any]:
    """Return the point of a channel's frontier with the most discovery that relevance can bear.

    Of the points with the policy's strength of diversity whose NDCG is at most `max_loss_share` below that without
    novelty and value, and whose slates are worth at least as much as there, the one with the lowest mean popularity
    percentile; of those that are equal to a hundredth, the one whose slates are worth most.

    Raises
    ------
    ValueError
        If the frontier lacks the point without novelty and value, or is of more channels than one.
    """
    rows = list(points)
    if len({row["channel"] for row in rows}) > 1:
        raise ValueError("The points are of more than one channel.")
    strength = next(row["diversity_strength"] for row in rows if row["is_policy"])
    rows = [row for row in rows if row["diversity_strength"] == strength]
    plain = [row for row in rows if row["popularity_penalty"] == 0 and row["value_weight"] == 0]
    if not plain:
        raise ValueError(
            "The frontier lacks the point 0, 0: add 0 to the vars frontier_popularity_penalties and _value_weights."
        )
    floor = plain[0]["ndcg"] * (1 - max_loss_share)
    fit = [row for row in rows if row["ndcg"] >= floor and row["mean_slate_amount"] >= plain[0]["mean_slate_amount"]]
    return min(
        fit, key=lambda row: (round(row["mean_popularity_percentile"], 2), -row["mean_slate_amount"], -row["ndcg"])
    )


def parameters_csv(text: str, connector: str, model: str, values: Mapping[str, float], note: str) -> str:
    """Return seeds/model_parameters.csv with the connector's rows of these parameters replaced; all others stay."""
    header, rows = _read(text)
    kept = [
        row for row in rows if (row["connector"], row["model"]) != (connector, model) or row["parameter"] not in values
    ]
    for name, value in values.items():
        kept.append({"connector": connector, "model": model, "parameter": name, "value": f"{value:g}", "note": note})
    return _written(header, kept)


def weights_csv(text: str, connector: str, channel: str, weights: Mapping[str, float], note: str) -> str:
    """Return seeds/objective_weights.csv with the connector's rows of these objectives of the channel set.

    Where the connector has no row for one, it gets one, with the owner of the row for every connector; all others stay.
    """
    header, rows = _read(text)
    for objective, weight in weights.items():
        mine = [row for row in rows if (row["channel"], row["objective"]) == (channel, objective)]
        own = [row for row in mine if row["connector"] == connector]
        if not own:
            owner = next((row["owner"] for row in mine if not row["connector"]), "")
            own = [{"connector": connector, "channel": channel, "objective": objective, "owner": owner}]
            rows.append(own[0])
        own[0].update(weight=f"{weight:g}", note=note)
    return _written(header, rows)


def _read(text: str) -> tuple[list[str], list[dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text))
    return list(reader.fieldnames or []), [dict(row) for row in reader]


def _written(header: list[str], rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
