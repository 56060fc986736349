"""Purchases seen as baskets: how many orders ago each was made."""

from dataclasses import dataclass

import numpy as np
from inputs import Inputs, IntArray


@dataclass(frozen=True)
class Baskets:
    """Of each purchase; both shape (purchases,)."""

    age_rank: IntArray
    """Orders that the customer has made since, 0 for the newest."""
    count: IntArray
    """Orders of the customer."""


def baskets_of(inputs: Inputs) -> Baskets:
    """Number each customer's orders from the newest."""
    orders, first, purchase_order = np.unique(inputs.order, return_index=True, return_inverse=True)
    owner = inputs.customer[first]
    ages = np.full(len(orders), np.inf)
    np.minimum.at(ages, purchase_order, inputs.age_days)
    by_age = np.lexsort((orders, ages, owner))
    starts = np.searchsorted(owner[by_age], np.arange(inputs.customer_count))
    rank = np.empty(len(orders), dtype=np.int64)
    rank[by_age] = np.arange(len(orders)) - starts[owner[by_age]]
    counts = np.bincount(owner, minlength=inputs.customer_count)
    return Baskets(rank[purchase_order], counts[inputs.customer])
