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
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vitrine.encoding import as_doubles, distinct_ids, feature_matrix
from vitrine.tables import load_fits

SLOT_COUNT = 10
THREADS = 2
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
TARGETS = [
    """
    create temp table targets as
    select outcomes.cutoff_at, outcomes.customer_id, outcomes.product_id
    from intermediate.int_ranking__outcomes as outcomes
    inner join intermediate.int_calendar__cutoffs as cutoffs using (cutoff_at)
    inner join intermediate.int_features__customer_orders as customers using (cutoff_at, customer_id)
    where cutoff_role = 'validate' and is_new_product
    """,
    # Who has no target among the candidates has an NDCG of zero in any order.
    """
    create temp table findable as
    select distinct cutoff_at, customer_id from targets
    inner join intermediate.int_ranking__candidates using (cutoff_at, customer_id, product_id)
    """,
]
JUDGED = """
select customer_id, targets.product_id is not null as is_target, {features}
from intermediate.int_ranking__candidate_features as features
inner join findable using (cutoff_at, customer_id)
inner join intermediate.int_ranking__eligibility as eligibility using (cutoff_at, customer_id, product_id)
left join targets using (cutoff_at, customer_id, product_id)
where not eligibility.is_blocked
order by customer_id, product_id
"""
CUSTOMERS = """
select features.*, outcomes.has_ordered from intermediate.int_features__customers as features
inner join intermediate.int_calendar__cutoffs as cutoffs using (cutoff_at)
inner join intermediate.int_propensity__outcomes as outcomes using (cutoff_at, customer_id)
where cutoff_role = 'validate'
order by customer_id
"""
Floats = NDArray[np.float64]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """A fitted model, the rows that it is judged on, and how: a higher figure is better."""

    names: list[str]
    matrix: Matrix
    """Shape (rows, features)."""
    customer: NDArray[np.int64]
    """Code of each row's customer, ascending."""
    classifier: Any
    """Boosted trees (scikit-learn)."""
    quality: Callable[[Floats], Floats]
    """Of the raw scores of the rows, by customer."""
    customer_count: int
    """Customers that means are taken over: those without a row count as zero, shuffled or not."""

    def drops(self, features: list[str], shuffles: int, seed: int) -> Floats:
        """Return the quality lost with the features shuffled. Shape (shuffles, customers)."""
        columns = [self.names.index(name) for name in features]
        random = np.random.default_rng(seed)
        # Only the trees that split on the features can say anything else.
        trees = [tree for tree in self._trees if np.isin(_splits(tree), columns).any()]
        others = self._raw - self._sum(trees)
        kept = self.matrix[:, columns].copy()
        found = np.zeros((shuffles, self.customer_count))
        for shuffle in range(shuffles):
            self.matrix[:, columns] = kept[self._shuffled(features, random)]
            lost = self.whole - self.quality(others + self._sum(trees))
            found[shuffle, : len(lost)] = lost
        self.matrix[:, columns] = kept
        return found

    @cached_property
    def whole(self) -> Floats:
        """The quality with nothing shuffled, by customer."""
        return self.quality(self._raw)

    @cached_property
    def _raw(self) -> Floats:
        return np.asarray(self.classifier.decision_function(self.matrix))

    @property
    def _trees(self) -> list[Any]:
        return [tree for (tree,) in self.classifier._predictors]

    def _sum(self, trees: list[Any]) -> Floats:
        bits, of_feature = self.classifier._bin_mapper.make_known_categories_bitsets()
        found = np.zeros(len(self.matrix))
        for tree in trees:
            found += tree.predict(self.matrix, bits, of_feature, THREADS)
        return found

    def _shuffled(self, features: list[str], random: np.random.Generator) -> NDArray[np.int64]:
        """Return the row that each row gets its values from: of another customer where they are the customer's."""
        if not all(name.startswith("customer_") for name in features):
            return random.permutation(len(self.customer))
        first = np.searchsorted(self.customer, np.arange(self.customer[-1] + 1))
        return np.asarray(random.permutation(first)[self.customer])


def ranker(warehouse: duckdb.DuckDBPyConnection) -> Model:
    """Return the ranker of a build."""
    fit = _fit(warehouse, "int_ranking__fits")
    for statement in TARGETS:
        warehouse.execute(statement)
    rows = warehouse.execute(JUDGED.format(features=", ".join(fit.feature_names))).to_arrow_table()
    targets = warehouse.execute("select customer_id, count(*) as n from targets group by all").to_arrow_table()
    customers = distinct_ids(rows["customer_id"])
    customer = customers.encode(rows["customer_id"])
    is_target = np.asarray(rows["is_target"])
    gains = 1 / np.log2(np.arange(2, SLOT_COUNT + 2))
    counts = np.zeros(len(customers) + 1, dtype=np.int64)
    counts[customers.encode(targets["customer_id"])] = as_doubles(targets["n"])
    ideal = np.cumsum(gains)[np.minimum(counts[:-1], SLOT_COUNT) - 1]
    starts = np.searchsorted(customer, np.arange(len(customers)))

    def ndcg(raw: Floats) -> Floats:
        # Rows are in the order of customers and products, and stay so where scores are equal.
        order = np.lexsort((-np.round(raw, 9), customer))
        slot = np.arange(len(order)) - starts[customer[order]]
        hit = is_target[order] & (slot < SLOT_COUNT)
        return np.asarray(np.bincount(customer[order][hit], gains[slot[hit]], minlength=len(customers)) / ideal)

    matrix = feature_matrix(rows, fit.feature_names).astype(np.float64)
    return Model(fit.feature_names, matrix, customer, fit.classifier, ndcg, targets.num_rows)


def propensity(warehouse: duckdb.DuckDBPyConnection) -> Model:
    """Return the propensity model of a build."""
    fit = _fit(warehouse, "int_propensity__fits")
    rows = warehouse.execute(CUSTOMERS).to_arrow_table()
    has_ordered = as_doubles(rows["has_ordered"].cast(pa.int8()))

    def log_likelihood(raw: Floats) -> Floats:
        chance = np.clip(fit.calibrator(raw), 1e-9, 1 - 1e-9)
        return np.asarray(has_ordered * np.log(chance) + (1 - has_ordered) * np.log(1 - chance))

    matrix = feature_matrix(rows, fit.feature_names).astype(np.float64)
    return Model(fit.feature_names, matrix, np.arange(rows.num_rows), fit.classifier, log_likelihood, rows.num_rows)


def print_table(title: str, model: Model, signals: dict[str, list[str]], shuffles: int) -> None:
    """Print a row a signal and a feature; what is not in the model was dropped, is constant or is not recorded."""
    print(f"| {title} | feature | lost when shuffled | error, shuffles | error, customers |\n|---|---|---|---|---|")
    for signal, features in signals.items():
        known = [name for name in features if name in model.names]
        if not known:
            print(f"| {signal} | not in the model | | | |")
            continue
        parts = [("all", known)] if len(known) > 1 else []
        for name, part in [*parts, *((name, [name]) for name in known)]:
            drops = model.drops(part, shuffles, seed=0)
            of_shuffle, of_customer = drops.mean(axis=1), drops.mean(axis=0)
            errors = (one.std(ddof=1) / np.sqrt(len(one)) for one in (of_shuffle, of_customer))
            print(
                f"| {signal} | {name} | {drops.mean():+.5f} | " + " | ".join(f"{one:.5f}" for one in errors) + " |",
                flush=True,
            )
    print(f"| nothing shuffled | | {model.whole.sum() / model.customer_count:.5f} | | |\n", flush=True)


def _splits(tree: Any) -> NDArray[np.int64]:
    """Return the features that a tree splits on."""
    return np.asarray(tree.nodes["feature_idx"][tree.nodes["is_leaf"] == 0])


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
