"""Slates from scored candidates: relevance against variety, under caps, for many customers at once.

Greedy maximal marginal relevance: Carbonell and Goldstein, "The Use of MMR, Diversity-Based Reranking for
Reordering Documents and Producing Summaries", SIGIR 1998.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vitrine.encoding import FloatArray, IntArray, as_doubles, distinct_ids


@dataclass(frozen=True)
class RerankParams:
    """How one channel's slates are made."""

    slot_count: int = 10
    diversity_strength: float = 0.2
    """0 keeps the order of relevance, 1 looks at variety only."""
    max_per_category: int = 3
    max_per_brand: int = 4
    category_weight: float = 0.5
    """Similarity of two products of one category; the three weights add up to 1."""
    brand_weight: float = 0.25
    price_weight: float = 0.25
    """Similarity of two products of one price; it falls by a factor e per factor e in price."""
    batch_size: int = 4096
    """Customers handled at once; memory grows with it, not with the number of customers."""


@dataclass(frozen=True)
class _Batch:
    """Candidates of a batch, one row a customer, padded. All of shape (customers, candidates)."""

    relevance: FloatArray
    category: IntArray
    brand: IntArray
    log_price: FloatArray
    filled: NDArray[np.bool_]


def rerank(candidates: pa.Table, params: RerankParams) -> pa.Table:
    """Choose and order each customer's slate.

    Parameters
    ----------
    candidates
        Columns customer_id, product_id, category, brand (NULL: none, never capped), price_amount and
        objective_score (higher is better), one row a customer and product.
    params
        The policy.

    Returns
    -------
    pa.Table
        Columns customer_id, product_id, slot (1 is first), objective_score, marginal_score (the trade-off that
        won the slot). A customer whose candidates the caps exhaust gets a shorter slate. The same for any
        order of the rows.
    """
    customers, products = distinct_ids(candidates["customer_id"]), distinct_ids(candidates["product_id"])
    customer = customers.encode(candidates["customer_id"])
    product = products.encode(candidates["product_id"])
    score = as_doubles(candidates["objective_score"])
    order = np.lexsort((product, -score, customer))
    customer, product, score = customer[order], product[order], score[order]
    category = distinct_ids(candidates["category"]).encode(candidates["category"])[order]
    brand = distinct_ids(candidates["brand"]).encode(candidates["brand"])[order]
    price = np.nan_to_num(as_doubles(candidates["price_amount"])[order], nan=1.0)
    log_price = np.log(np.maximum(price, 1e-6))
    starts = np.searchsorted(customer, np.arange(len(customers) + 1))
    chosen: list[IntArray] = []
    slots: list[IntArray] = []
    marginals: list[FloatArray] = []
    for begin, end in _ranges(len(customers), params.batch_size):
        places, filled = _padded(starts[begin : end + 1])
        batch = _Batch(_normalised(score[places], filled), category[places], brand[places], log_price[places], filled)
        for slot, (rows, picks, marginal) in enumerate(_greedy(batch, params), start=1):
            chosen.append(places[rows, picks])
            slots.append(np.full(len(rows), slot))
            marginals.append(marginal)
    at = np.concatenate(chosen) if chosen else np.empty(0, np.int64)
    slot_of = np.concatenate(slots) if slots else np.empty(0, np.int64)
    marginal_of = np.concatenate(marginals) if marginals else np.empty(0)
    return pa.table(
        {
            "customer_id": customers.decode(customer[at]),
            "product_id": products.decode(product[at]),
            "slot": pa.array(slot_of, pa.int32()),
            "objective_score": score[at],
            "marginal_score": np.round(marginal_of, 9),
        }
    )


def _ranges(count: int, size: int) -> Iterator[tuple[int, int]]:
    for begin in range(0, count, size):
        yield begin, min(begin + size, count)


def _padded(starts: IntArray) -> tuple[IntArray, NDArray[np.bool_]]:
    """Return the place of each customer's candidates and which places are real. Each shape (customers, width)."""
    counts = np.diff(starts)
    width = np.arange(counts.max(initial=1))
    filled = width[None, :] < counts[:, None]
    return np.where(filled, starts[:-1, None] + width[None, :], 0), filled


def _normalised(score: FloatArray, filled: NDArray[np.bool_]) -> FloatArray:
    """Bring each customer's scores to 0 to 1, so that one diversity strength means the same for all."""
    low = np.min(np.where(filled, score, np.inf), axis=1, keepdims=True)
    high = np.max(np.where(filled, score, -np.inf), axis=1, keepdims=True)
    spread = np.where(high > low, high - low, 1.0)
    return np.where(filled, (score - low) / spread, 0.0)


def _greedy(batch: _Batch, params: RerankParams) -> Iterator[tuple[IntArray, IntArray, FloatArray]]:
    """Yield per slot the customers who get one, their picks, and what each pick scored."""
    open_places = batch.filled.copy()
    closest = np.zeros_like(batch.relevance)
    category_count = np.zeros(batch.relevance.shape, np.int16)
    brand_count = np.zeros(batch.relevance.shape, np.int16)
    strength = params.diversity_strength
    for _ in range(params.slot_count):
        value = np.where(open_places, (1 - strength) * batch.relevance - strength * closest, -np.inf)
        picks = np.argmax(value, axis=1)
        best = np.take_along_axis(value, picks[:, None], axis=1)[:, 0]
        rows = np.flatnonzero(np.isfinite(best))
        if not len(rows):
            return
        yield rows, picks[rows], best[rows]
        picked = picks[:, None]
        # The similarity to the slate so far is that to its closest product.
        one_category = _same(batch.category, picked)
        one_brand = _same(batch.brand, picked)
        gap = np.abs(batch.log_price - np.take_along_axis(batch.log_price, picked, axis=1))
        similarity = (
            params.category_weight * one_category + params.brand_weight * one_brand + params.price_weight * np.exp(-gap)
        )
        np.maximum(closest, similarity, out=closest)
        category_count += one_category
        brand_count += one_brand
        np.put_along_axis(open_places, picked, False, axis=1)
        open_places &= category_count < params.max_per_category
        open_places &= brand_count < params.max_per_brand


def _same(values: IntArray, picked: IntArray) -> NDArray[np.bool_]:
    """Return where a value equals that of the pick; unknown values (-1) equal nothing."""
    chosen = np.take_along_axis(values, picked, axis=1)
    return np.asarray((values == chosen) & (values >= 0))
