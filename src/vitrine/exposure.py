"""Products that only so many customers may see: who gets them.

Deferred acceptance: Gale and Shapley, "College Admissions and the Stability of Marriage", American Mathematical Monthly
1962. Every customer's slate asks for its products; a product asked for too often keeps those who come first, and the
others make their slate again without it. A product that let somebody go never takes them back, so this ends.
"""

from collections.abc import Callable

import numpy as np

from vitrine.encoding import FloatArray, IntArray
from vitrine.rerank_kernels import Codes, Flags


def settle(
    slates: IntArray,
    customer: Codes,
    product: Codes,
    score: FloatArray,
    is_first: Flags,
    capacity: IntArray,
    is_lost: Flags,
    rank: Callable[[IntArray], None],
) -> int:
    """Make slates again until no product stands in more of them than it may.

    Parameters
    ----------
    slates
        Rows of the candidates in the slates, -1 in empty slots; `rank` writes it. Shape (customers, slots).
    customer, product, score, is_first
        Customer, product and score of each candidate row, and whether it comes before all rows of which this is not
        true; among equals the higher score comes first, then the smaller customer code. Shape (rows,).
    capacity
        Most slates of each product, below 0 without a bound. Shape (products,).
    is_lost
        Rows that may not be chosen any more, written here. Shape (rows,).
    rank
        Makes the slates of the customers that it is given, without lost rows.

    Returns
    -------
    int
        Rounds that it took.
    """
    rounds = 0
    while True:
        asked = slates[slates >= 0]
        count = np.bincount(product[asked], minlength=len(capacity))
        is_over = (capacity >= 0) & (count > capacity)
        if not is_over.any():
            return rounds
        asked = asked[is_over[product[asked]]]
        of = product[asked]
        order = np.lexsort((customer[asked], -score[asked], ~is_first[asked], of))
        asked, of = asked[order], of[order]
        place = np.arange(len(of)) - np.searchsorted(of, of)
        lost = asked[place >= capacity[of]]
        is_lost[lost] = True
        rank(np.unique(customer[lost]).astype(np.int64))
        rounds += 1
