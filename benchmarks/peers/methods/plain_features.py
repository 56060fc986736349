"""Features of a customer and a product that anybody would write first: popularity, recency, taste, price, scores."""

from dataclasses import dataclass

import numpy as np
from inputs import FloatArray, Inputs, IntArray

WINDOWS = (7, 28, 84, 182)
LONG_AGO_DAYS = 1000.0


@dataclass(frozen=True)
class Features:
    """Candidates, all shape (candidates,) or (candidates, features)."""

    customer: IntArray
    column: IntArray
    """Place in `Inputs.catalogue`."""
    values: FloatArray


def plain_features(inputs: Inputs, customer: IntArray, column: IntArray, scores: FloatArray) -> Features:
    """Return the features of pairs.

    `scores`, shape (candidates, sources), are added as they are and as their place among the customer's candidates.
    """
    product = inputs.catalogue[column]
    parts = [*_of_products(inputs, product), *_of_customers(inputs, customer), *_of_tastes(inputs, customer, product)]
    paid = _mean(inputs.customer, inputs.net_amount, inputs.customer_count, inputs.quantity)
    price = inputs.price_amount[product]
    parts += [price, np.log1p(price) - np.log1p(np.maximum(paid[customer], 0))]
    for score in scores.T:
        parts += [score, places(customer, score)]
    return Features(customer, column, np.column_stack(parts).astype(np.float32))


def _of_products(inputs: Inputs, product: IntArray) -> list[FloatArray]:
    buyers = [inputs.buyers_within(days) for days in WINDOWS]
    first = np.zeros(inputs.product_count)
    np.maximum.at(first, inputs.product, inputs.age_days)
    last = np.full(inputs.product_count, LONG_AGO_DAYS)
    np.minimum.at(last, inputs.product, inputs.age_days)
    trend = (1 + buyers[1]) / (1 + buyers[2] * WINDOWS[1] / WINDOWS[2])
    orders = np.bincount(inputs.product, minlength=inputs.product_count)
    everyone = np.maximum(inputs.buyers_within(np.inf), 1)
    columns = [*(np.log1p(some) for some in buyers), first, last, trend, orders / everyone]
    return [some[product] for some in columns]


def _of_customers(inputs: Inputs, customer: IntArray) -> list[FloatArray]:
    count = inputs.customer_count
    _, first = np.unique(inputs.order, return_index=True)
    order_count = np.bincount(inputs.customer[first], minlength=count)
    line_count = np.bincount(inputs.customer, minlength=count)
    newest, oldest = np.full(count, LONG_AGO_DAYS), np.zeros(count)
    np.minimum.at(newest, inputs.customer, inputs.age_days)
    np.maximum.at(oldest, inputs.customer, inputs.age_days)
    products = np.diff(inputs.bought.indptr)
    late = inputs.age_days[first] <= WINDOWS[1]
    recent_orders = np.bincount(inputs.customer[first][late], minlength=count)
    gap = (oldest - newest) / np.maximum(order_count - 1, 1)
    basket = line_count / np.maximum(order_count, 1)
    columns = [order_count, recent_orders, newest, oldest, gap, basket, products, products / np.maximum(line_count, 1)]
    return [some[customer].astype(float) for some in columns]


def _of_tastes(inputs: Inputs, customer: IntArray, product: IntArray) -> list[FloatArray]:
    """Return, for category and brand: share of the lines, of the lines of late, lines, and days since the last one."""
    parts = []
    for kind in (inputs.category, inputs.brand):
        width = int(kind.max(initial=-1)) + 2
        key = inputs.customer * width + kind[inputs.product] + 1
        wanted = customer * width + kind[product] + 1
        late = inputs.age_days <= WINDOWS[2]
        lines = np.bincount(key, minlength=inputs.customer_count * width)
        late_lines = np.bincount(key[late], minlength=inputs.customer_count * width)
        newest = np.full(inputs.customer_count * width, LONG_AGO_DAYS)
        np.minimum.at(newest, key, inputs.age_days)
        all_lines = lines.reshape(-1, width).sum(axis=1)
        all_late = late_lines.reshape(-1, width).sum(axis=1)
        parts += [
            lines[wanted] / np.maximum(all_lines[customer], 1),
            late_lines[wanted] / np.maximum(all_late[customer], 1),
            lines[wanted].astype(float),
            newest[wanted],
        ]
        buyers = inputs.buyers_within(WINDOWS[2])
        totals = np.bincount(kind + 1, weights=buyers, minlength=width)
        parts.append(buyers[product] / np.maximum(totals[kind[product] + 1], 1))
    return parts


def _mean(keys: IntArray, values: FloatArray, count: int, weights: FloatArray) -> FloatArray:
    """Return the sums of values over the sums of weights."""
    sums = np.bincount(keys, weights=values, minlength=count)
    return sums / np.maximum(np.bincount(keys, weights=np.maximum(weights, 0), minlength=count), 1)


def places(customer: IntArray, score: FloatArray) -> FloatArray:
    """Return the place of each score among its customer's, 0 the highest."""
    order = np.lexsort((-score, customer))
    starts = np.flatnonzero(np.r_[True, np.diff(customer[order]) != 0])
    lengths = np.diff(np.r_[starts, len(order)])
    found = np.empty(len(order))
    found[order] = np.arange(len(order)) - np.repeat(starts, lengths)
    return found
