"""From lists and what was bought to one value per customer: what tuning and the report take their means from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import yaml
from metrics import Catalogue, FloatArray, IntArray, long_tail, relevance
from numpy.typing import NDArray
from protocol import (
    ALL_PRODUCTS,
    HIGH_PROPENSITY_SHARE,
    LIST_LENGTH,
    LONG_TAIL_SHARE,
    NEW_CATEGORIES,
    NEW_PRODUCTS,
    ROOT,
    ComparisonError,
    Protocol,
)

REPEAT, EXPLORE = "all_products_repeat", "all_products_explore"
TARGETS = {
    NEW_PRODUCTS: NEW_PRODUCTS,
    NEW_CATEGORIES: NEW_CATEGORIES,
    ALL_PRODUCTS: ALL_PRODUCTS,
    REPEAT: ALL_PRODUCTS,
    EXPLORE: ALL_PRODUCTS,
}
"""What is to be found, and the task whose lists look for it: of all_products also its two parts alone."""


@dataclass(frozen=True)
class Window:
    """What was bought in the window of one cutoff, and by whom. Customers and products have their numbers there."""

    cutoff: datetime
    customer_ids: NDArray[np.object_]
    catalogue: Catalogue
    is_high_propensity: NDArray[np.bool_]
    customer: IntArray
    """Of each purchase, that is customer and product; all shape (purchases,)."""
    product: IntArray
    """-1 for one not sold before."""
    net_amount: FloatArray
    target: dict[str, NDArray[np.bool_]]
    """Whether the purchase is to be found, by target."""

    def judged(self, target: str) -> IntArray:
        """Return the customers with something to be found, in order."""
        return np.unique(self.customer[self.target[target]])

    def relevance(self, lists: IntArray, target: str) -> dict[str, FloatArray]:
        """Return the metrics of the judged customers' lists; each shape (judged,)."""
        judged, wanted = self.judged(target), self.target[target]
        width = len(self.catalogue.category)
        known = wanted & (self.product >= 0)
        pairs = self.customer[known] * width + self.product[known]
        mine = lists[judged]
        hits = (mine >= 0) & np.isin(judged[:, None] * width + mine, pairs)
        counts = np.bincount(self.customer[wanted], minlength=len(self.customer_ids))[judged]
        return relevance(hits, counts)

    def captured_amount(self, lists: IntArray) -> FloatArray:
        """Return what each customer then spent on the products of the list; shape (customers,)."""
        width = len(self.catalogue.category)
        known = self.product >= 0
        pairs = self.customer[known] * width + self.product[known]
        order = np.argsort(pairs)
        pairs, amounts = pairs[order], self.net_amount[known][order]
        wanted = np.arange(len(lists))[:, None] * width + lists
        places = np.minimum(np.searchsorted(pairs, wanted), max(len(pairs) - 1, 0))
        found = (lists >= 0) & (pairs[places] == wanted) if len(pairs) else np.zeros(lists.shape, dtype=bool)
        return np.where(found, amounts[places] if len(pairs) else 0.0, 0.0).sum(axis=1)


def read_window(protocol: Protocol, cutoff: datetime) -> Window:
    """Read what was bought in a window; this is the one function that looks at it."""
    if not protocol.truth_file(cutoff).exists():
        raise ComparisonError(
            f"What was bought from {cutoff:%Y-%m-%d} on is not exported. Run: run.py {protocol.connector} prepare"
        )
    customers = pq.read_table(protocol.inputs_folder(cutoff) / "customers.parquet")
    products = pq.read_table(protocol.inputs_folder(cutoff) / "products.parquet")
    truth = pq.read_table(protocol.truth_file(cutoff))
    sellable = products["is_sellable"].to_numpy().astype(bool)
    catalogue = Catalogue(
        **{name: products[name].to_numpy().astype(np.int64) for name in ("category", "brand")},
        is_sellable=sellable,
        **{
            name: np.nan_to_num(products[name].to_numpy().astype(float))
            for name in ("price_amount", "price_percentile", "popularity_percentile")
        },
        is_long_tail=long_tail(products["buyer_count"].to_numpy().astype(np.int64), sellable, LONG_TAIL_SHARE),
    )
    probability = pq.read_table(protocol.inputs_folder(cutoff).parent / "propensity.parquet")["purchase_probability"]
    is_new = truth["is_new_product"].to_numpy().astype(bool)
    return Window(
        cutoff=cutoff,
        customer_ids=customers["customer_id"].to_numpy(),
        catalogue=catalogue,
        is_high_propensity=best_share(probability.to_numpy(), HIGH_PROPENSITY_SHARE),
        customer=truth["customer"].to_numpy().astype(np.int64),
        product=truth["product"].fill_null(-1).to_numpy().astype(np.int64),
        net_amount=truth["net_amount"].to_numpy().astype(float),
        target={
            NEW_PRODUCTS: is_new,
            NEW_CATEGORIES: truth["is_new_category"].to_numpy().astype(bool),
            ALL_PRODUCTS: np.ones(len(is_new), dtype=bool),
            REPEAT: ~is_new,
            EXPLORE: is_new,
        },
    )


def best_share(scores: FloatArray, share: float) -> NDArray[np.bool_]:
    """Return which are the highest share of the scores, of equal ones the first; rounded up."""
    chosen = np.zeros(len(scores), dtype=bool)
    chosen[np.argsort(-scores, kind="stable")[: int(np.ceil(share * len(scores)))]] = True
    return chosen


def read_lists(file: Path, customer_count: int) -> dict[str, IntArray]:
    """Return the lists of a file by task; each shape (customers, slots), -1 where a slot is empty."""
    table = pq.read_table(file)
    task = table["task"].to_numpy()
    customer, product, rank = (table[name].to_numpy().astype(np.int64) for name in ("customer", "product", "rank"))
    found = {}
    for name in np.unique(task.astype(str)) if len(task) else []:
        mine = task == name
        lists = np.full((customer_count, LIST_LENGTH), -1, dtype=np.int64)
        lists[customer[mine], rank[mine] - 1] = product[mine]
        found[str(name)] = lists
    return found


def scores_of(window: Window, file: Path, tasks: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return the mean NDCG and recall of a file's lists by task, for tuning."""
    lists = read_lists(file, len(window.customer_ids))
    scores = {}
    for task in tasks:
        if task in lists and len(window.judged(task)):
            found = window.relevance(lists[task], task)
            scores[task] = {name: round(float(found[name].mean()), 6) for name in ("ndcg", "recall")}
    return scores


def distance_weights() -> dict[str, float]:
    """Return the weights of the parts of two products' distance, as Vitrine's own evaluation has them."""
    settings = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]
    return {part: float(settings[f"{part}_distance_weight"]) for part in ("category", "brand", "price")}
