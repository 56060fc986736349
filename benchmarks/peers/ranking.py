"""From scores of the whole catalogue to the lists of each task; the same exclusions and ties for every peer."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa
from inputs import FloatArray, Inputs, IntArray
from numpy.typing import NDArray
from protocol import ALL_PRODUCTS, LIST_LENGTH, NEW_CATEGORIES, NEW_CATEGORY_DAYS
from scipy.sparse import csr_matrix

Scorer = Callable[[IntArray], FloatArray]
"""Scores of customers, shape (customers, catalogue); NaN and minus infinity are never listed."""
BATCH = 256


class Exclusions:
    """What a task keeps out of a customer's list."""

    def __init__(self, inputs: Inputs) -> None:
        self.bought = csr_matrix(inputs.bought[:, inputs.catalogue])
        late = inputs.age_days <= NEW_CATEGORY_DAYS
        category_count = int(inputs.category.max(initial=-1)) + 2
        self.categories = inputs.category[inputs.catalogue] + 1
        self.recent = np.zeros((inputs.customer_count, category_count), dtype=bool)
        self.recent[inputs.customer[late], inputs.category[inputs.product[late]] + 1] = True

    def of(self, task: str, customers: IntArray) -> NDArray[np.bool_]:
        """Return True where a product may not be listed; shape (customers, catalogue)."""
        if task == ALL_PRODUCTS:
            return np.zeros((len(customers), self.bought.shape[1]), dtype=bool)
        hidden = self.bought[customers].toarray() > 0
        if task == NEW_CATEGORIES:
            hidden |= self.recent[customers][:, self.categories]
        return hidden


def top(scores: FloatArray, count: int) -> list[IntArray]:
    """Return the columns with the highest finite scores of each row, best first; of equal scores the first column."""
    count = min(count, scores.shape[1])
    thresholds = np.partition(scores, scores.shape[1] - count, axis=1)[:, scores.shape[1] - count]
    best = []
    for row, threshold in zip(scores, thresholds, strict=True):
        above = np.flatnonzero(row > threshold)
        above = above[np.argsort(-row[above], kind="stable")]
        equal = np.flatnonzero(row == threshold)[: count - len(above)] if np.isfinite(threshold) else above[:0]
        best.append(np.concatenate([above, equal]))
    return best


def batches(customers: IntArray, size: int = BATCH) -> Iterator[IntArray]:
    """Yield the customers a few at a time, so that memory does not grow with their number."""
    for start in range(0, len(customers), size):
        yield customers[start : start + size]


def rank_scores(
    inputs: Inputs, customers: IntArray, tasks: Sequence[str], scorer: Scorer, length: int = LIST_LENGTH
) -> pa.Table:
    """Rank the whole catalogue for each customer and keep the best products that each task allows.

    Of equal scores the more popular product comes first, so a peer that knows nothing of a customer lists what is
    popular.

    Returns
    -------
    pa.Table
        task, customer, product (numbers of `Inputs`) and rank from 1.
    """
    exclusions = Exclusions(inputs)
    parts = []
    for some in batches(customers):
        scores = np.asarray(scorer(some), dtype=np.float64)
        scores[np.isnan(scores)] = -np.inf
        for task in tasks:
            allowed = np.where(exclusions.of(task, some), -np.inf, scores)
            parts.append(as_lists(task, some, [inputs.catalogue[columns] for columns in top(allowed, length)]))
    return pa.concat_tables(parts)


def factor_scorer(customer_factors: FloatArray, product_factors: FloatArray, inputs: Inputs) -> Scorer:
    """Return scores: dot products of factors; shapes (customers, factors) and (products, factors)."""
    shown = np.ascontiguousarray(product_factors[inputs.catalogue].T)
    return lambda customers: customer_factors[customers] @ shown


def as_lists(task: str, customers: IntArray, products: list[IntArray]) -> pa.Table:
    """Return one row a slot: task, customer, product, rank."""
    lengths = np.array([len(one) for one in products], dtype=np.int64)
    ranks = np.concatenate([np.arange(1, length + 1) for length in lengths] or [np.empty(0, dtype=np.int64)])
    return pa.table(
        {
            "task": pa.array([task] * int(lengths.sum()), pa.string()),
            "customer": np.repeat(customers, lengths).astype(np.int32),
            "product": np.concatenate(products or [np.empty(0, dtype=np.int64)]).astype(np.int32),
            "rank": ranks.astype(np.int16),
        }
    )
