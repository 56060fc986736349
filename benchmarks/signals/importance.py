"""What each signal is worth to the fitted models: its values are shuffled and the damage is measured.

    python benchmarks/signals/importance.py warehouse > table.md

Reads a finished build at its `validate` cutoff only, with the fits that judged it (scope backtest). Ranker: drop of
NDCG@10 on products never bought when a feature is shuffled among the candidates (features of the customer: among the
customers). Propensity: rise of the log loss when it is shuffled among the customers. The features of a signal are
shuffled together too, since one often stands in for another (Breiman, "Random Forests", Machine Learning 2001).
Figures are means over shuffles; the first error is that of the mean over shuffles, the second that over customers.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vitrine.calibration import logit
from vitrine.encoding import as_doubles, distinct_ids, feature_matrix
from vitrine.tables import load_fits

SLOT_COUNT = 10
RANKER_SIGNALS = {
    "viewed and not bought": ["own_view_count", "own_view_weight", "own_days_since_view"],
    "revisits": ["own_session_count"],
    "wish-list and cart": [
        "own_cart_count",
        "own_wishlist_count",
        "own_want_weight",
        "own_days_since_want",
        "own_want_rank",
    ],
    "the source viewed": ["viewed_rank", "viewed_score"],
    "seen and clicked in a mail": ["own_shown_count", "own_days_since_shown", "own_click_count"],
    "interest in the category": [
        "category_view_weight",
        "category_view_share",
        "category_want_weight",
        "category_days_since_view",
    ],
    "interest in the line": ["brand_view_weight", "brand_view_share", "brand_want_weight", "brand_days_since_view"],
    "interest of everybody": [
        "all_viewer_count",
        "all_wanting_count",
        "all_view_weight",
        "all_want_weight",
        "all_want_ratio",
        "all_conversion_ratio",
        "all_click_ratio",
    ],
    "line loyalty, collection affinity": [
        "brand_order_share",
        "brand_weight_share",
        "brand_product_count",
        "brand_recency_days",
    ],
    "price-tier drift": ["recent_price_percentile_gap", "viewed_price_percentile_gap"],
    "full-price share": ["customer_full_price_share"],
    "consideration time": ["customer_consideration_days", "customer_view_count"],
}
PROPENSITY_SIGNALS = {
    "price-tier drift": ["price_percentile_drift", "log_price_drift", "viewed_price_percentile"],
    "full-price share": ["full_price_share"],
    "line loyalty": ["top_brand_share", "brand_count"],
    "collection affinity": ["top_brand_weight_share"],
    "consideration time": ["consideration_days"],
    "visits": ["view_count", "session_count", "days_since_view"],
    "revisits": ["revisited_product_count"],
    "wish-list and cart": ["cart_count", "wishlist_count", "open_cart_count", "open_wish_count", "days_since_want"],
    "gifting season": ["season_order_count", "season_order_share", "gift_order_share"],
    "dormancy and reactivation": ["dormancy_ratio", "reactivation_ratio"],
    "clienteling contact": ["advice_count", "days_since_advice"],
    "mail": [
        "send_count",
        "days_since_send",
        "response_count",
        "days_since_response",
        "redemption_ratio",
        "open_ratio",
    ],
}
JUDGED = """
select features.* from intermediate.int_ranking__candidate_features as features
inner join intermediate.int_calendar__cutoffs as cutoffs using (cutoff_at)
inner join intermediate.int_ranking__eligibility as eligibility using (cutoff_at, customer_id, product_id)
where cutoff_role = 'validate' and not eligibility.is_blocked
    and customer_id in (select customer_id from targets)
order by customer_id, product_id
"""
TARGETS = """
create temp table targets as
select outcomes.customer_id, outcomes.product_id from intermediate.int_ranking__outcomes as outcomes
inner join intermediate.int_calendar__cutoffs as cutoffs using (cutoff_at)
inner join intermediate.int_features__customer_orders as customers using (cutoff_at, customer_id)
where cutoff_role = 'validate' and is_new_product
"""
CUSTOMERS = """
select features.*, outcomes.has_ordered from intermediate.int_features__customers as features
inner join intermediate.int_calendar__cutoffs as cutoffs using (cutoff_at)
inner join intermediate.int_propensity__outcomes as outcomes using (cutoff_at, customer_id)
where cutoff_role = 'validate'
order by customer_id
"""
Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Model:
    """A fitted model, the rows that it is judged on, and how: a higher figure is better."""

    names: list[str]
    matrix: Matrix
    """Shape (rows, features)."""
    customer: NDArray[np.int64]
    """Code of each row's customer, ascending."""
    quality: Callable[[Matrix], Floats]
    """Of a matrix, by customer."""

    def drops(self, features: list[str], shuffles: int, seed: int) -> Floats:
        """Return the quality lost with the features shuffled. Shape (shuffles, customers)."""
        columns = [self.names.index(name) for name in features]
        random = np.random.default_rng(seed)
        whole = self.quality(self.matrix)
        found = []
        for _ in range(shuffles):
            matrix = self.matrix.copy()
            matrix[:, columns] = self.matrix[np.ix_(self._shuffled(features, random), columns)]
            found.append(whole - self.quality(matrix))
        return np.array(found)

    def _shuffled(self, features: list[str], random: np.random.Generator) -> NDArray[np.int64]:
        """Return the row that each row gets its values from: of another customer where they are the customer's."""
        if not all(name.startswith("customer_") for name in features):
            return random.permutation(len(self.customer))
        first = np.searchsorted(self.customer, np.arange(self.customer[-1] + 1))
        return np.asarray(random.permutation(first)[self.customer])


def ranker(warehouse: duckdb.DuckDBPyConnection) -> Model:
    """Return the ranker of a build."""
    fit = _fit(warehouse, "int_ranking__fits")
    warehouse.execute(TARGETS)
    rows, targets = (warehouse.execute(query).to_arrow_table() for query in (JUDGED, "select * from targets"))
    customers, products = distinct_ids(targets["customer_id"]), distinct_ids(rows["product_id"])
    customer = customers.encode(rows["customer_id"])
    pair = customer * len(products) + products.encode(rows["product_id"])
    product = products.encode(targets["product_id"])
    who = customers.encode(targets["customer_id"])
    is_target = np.isin(pair, (who * len(products) + product)[product >= 0])
    gains = 1 / np.log2(np.arange(2, SLOT_COUNT + 2))
    ideal = np.cumsum(gains)[np.minimum(np.bincount(who, minlength=len(customers)), SLOT_COUNT) - 1]
    starts = np.searchsorted(customer, np.arange(len(customers)))

    def ndcg(matrix: Matrix) -> Floats:
        # Rows are in the order of customers and products, and stay so where scores are equal.
        order = np.lexsort((-logit(fit.classifier.predict_proba(matrix)[:, 1]), customer))
        slot = np.arange(len(order)) - starts[customer[order]]
        hit = is_target[order] & (slot < SLOT_COUNT)
        return np.asarray(np.bincount(customer[order][hit], gains[slot[hit]], minlength=len(customers)) / ideal)

    return Model(fit.feature_names, feature_matrix(rows, fit.feature_names), customer, ndcg)


def propensity(warehouse: duckdb.DuckDBPyConnection) -> Model:
    """Return the propensity model of a build."""
    fit = _fit(warehouse, "int_propensity__fits")
    rows = warehouse.execute(CUSTOMERS).to_arrow_table()
    has_ordered = as_doubles(rows["has_ordered"].cast(pa.int8()))

    def log_likelihood(matrix: Matrix) -> Floats:
        chance = np.clip(fit.calibrator(logit(fit.classifier.predict_proba(matrix)[:, 1])), 1e-9, 1 - 1e-9)
        return np.asarray(has_ordered * np.log(chance) + (1 - has_ordered) * np.log(1 - chance))

    return Model(fit.feature_names, feature_matrix(rows, fit.feature_names), np.arange(rows.num_rows), log_likelihood)


def print_table(title: str, model: Model, signals: dict[str, list[str]], shuffles: int) -> None:
    """Print a row a signal and a feature; those that no fit holds are constant or not recorded."""
    print(f"| {title} | feature | lost when shuffled | error, shuffles | error, customers |\n|---|---|---|---|---|")
    for signal, features in signals.items():
        known = [name for name in features if name in model.names]
        if not known:
            print(f"| {signal} | not recorded | | | |")
            continue
        parts = [("all", known)] if len(known) > 1 else []
        for name, part in [*parts, *((name, [name]) for name in known)]:
            drops = model.drops(part, shuffles, seed=0)
            of_shuffle, of_customer = drops.mean(axis=1), drops.mean(axis=0)
            errors = (one.std(ddof=1) / np.sqrt(len(one)) for one in (of_shuffle, of_customer))
            print(f"| {signal} | {name} | {drops.mean():+.5f} | " + " | ".join(f"{one:.5f}" for one in errors) + " |")
    print(f"| nothing shuffled | | {model.quality(model.matrix).mean():.5f} | | |\n", flush=True)


def _fit(warehouse: duckdb.DuckDBPyConnection, table: str) -> Any:
    rows = warehouse.execute(f"select fit_scope, fit_id, model from intermediate.{table}").to_arrow_table()
    _, fit = load_fits(rows)["backtest"]
    if fit.classifier is None:
        raise SystemExit(f"{table} holds no model but the base rate: there is nothing to shuffle.")
    return fit


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warehouse", type=Path, help="folder of a finished build")
    parser.add_argument("--shuffles", type=int, default=5)
    options = parser.parse_args()
    with duckdb.connect(str(options.warehouse / "vitrine.duckdb"), read_only=True) as warehouse:
        print_table("ranker", ranker(warehouse), RANKER_SIGNALS, options.shuffles)
        print_table("propensity", propensity(warehouse), PROPENSITY_SIGNALS, options.shuffles)


if __name__ == "__main__":
    main()
