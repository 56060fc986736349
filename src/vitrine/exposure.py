"""Products that only so many customers may see: who gets them.

Deferred acceptance: Gale and Shapley, "College Admissions and the Stability of Marriage", American Mathematical Monthly
1962. Every customer's slate asks for its products; a product asked for too often keeps those who come first, and the
others make their slate again without it. A product that let somebody go does not take them back, so this ends.

Where a slate's products depend on each other (a shoe stands only with its care), whoever got one may give it back when
another goes to somebody else, and then it has room that nobody asks for. So what is left is offered again to those who
lost it, first come first, and given to whom it can be given without taking anything from anybody.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vitrine.encoding import FloatArray, IntArray
from vitrine.rerank_desk import Codes, Flags

MOST_OFFERS = 8
"""Rounds in which what is left is offered, each time to twice as many for each place."""


@dataclass(frozen=True)
class Claims:
    """The candidate rows of all customers, and what their products can serve."""

    customer: Codes
    """Customer of each row. Shape (rows,), as below."""
    product: Codes
    score: FloatArray
    is_first: Flags
    """Whether it comes before all rows of which this is not true; then by score, then by customer code."""
    capacity: IntArray
    """Most slates of each product, below 0 without a bound. Shape (products,)."""

    def by_product(self, rows: IntArray) -> IntArray:
        """Return rows by product, who comes first first."""
        order = (self.customer[rows], -self.score[rows], ~self.is_first[rows], self.product[rows])
        return np.asarray(rows[np.lexsort(order)])

    def places(self, rows: IntArray) -> IntArray:
        """Return how many of the same product come before each, of rows by product."""
        of = self.product[rows]
        return np.asarray(np.arange(len(of)) - np.searchsorted(of, of))

    def counts(self, slates: IntArray) -> IntArray:
        """Return how many slates show each product."""
        return np.bincount(self.product[slates[slates >= 0]], minlength=len(self.capacity))


def settle(slates: IntArray, claims: Claims, is_lost: Flags, rank: Callable[[IntArray], None]) -> None:
    """Make slates again until no product stands in more of them than it may, and what is left can be given to nobody.

    Where a slate is the best products that are left, this is stable: nobody goes without a product that has room, or
    that somebody with a lower score has. Where products depend on each other, a stable sharing out need not exist.
    Then nobody goes without a product that has room if they could have it while all others keep theirs, as far as
    `MOST_OFFERS` rounds of offers reach; and no offer takes anything from anybody. The order of the rows makes no
    difference.

    Parameters
    ----------
    slates
        Rows of the candidates in the slates, -1 in empty slots; `rank` writes it. Shape (customers, slots).
    claims
        Who comes first, and how many a product can serve.
    is_lost
        Rows that may not be chosen, written here. Shape (rows,).
    rank
        Makes the slates of the customers that it is given, without lost rows; the same ones for the same lost rows.
    """
    _share_out(slates, claims, is_lost, rank)
    _offer_what_is_left(slates, claims, is_lost, rank)


def _share_out(slates: IntArray, claims: Claims, is_lost: Flags, rank: Callable[[IntArray], None]) -> None:
    """Take products that are asked for too often from those who come last, until none is."""
    while True:
        is_over = (claims.capacity >= 0) & (claims.counts(slates) > claims.capacity)
        if not is_over.any():
            return
        asked = slates[slates >= 0]
        asked = claims.by_product(asked[is_over[claims.product[asked]]])
        lost = asked[claims.places(asked) >= claims.capacity[claims.product[asked]]]
        is_lost[lost] = True
        rank(np.unique(claims.customer[lost]).astype(np.int64))


def _offer_what_is_left(slates: IntArray, claims: Claims, is_lost: Flags, rank: Callable[[IntArray], None]) -> None:
    """Offer products with room to those who lost them; whoever would need what is not left keeps the slate at hand."""
    # Refused: what a slate would have needed, but nothing was left of; not needing it may do.
    is_done, is_refused = np.zeros_like(is_lost), np.zeros_like(is_lost)
    for step in range(MOST_OFFERS):
        left = np.where(claims.capacity >= 0, claims.capacity - claims.counts(slates), 0)
        has_room = left[claims.product] > 0
        offered = claims.by_product(np.flatnonzero(is_lost & ~is_done & has_room))
        offered = offered[claims.places(offered) < left[claims.product[offered]] << step]
        if not len(offered):
            return
        customers = np.unique(claims.customer[offered]).astype(np.int64)
        refused = np.flatnonzero(is_refused & ~is_lost & ~has_room & _marks(customers, slates)[claims.customer])
        before = slates[customers].copy()
        is_lost[offered], is_lost[refused], is_done[offered] = False, True, True
        rank(customers)
        turned_away, missed = _grant(slates, claims, customers, before, left)
        is_turned_away = _marks(turned_away, slates)[claims.customer]
        back = offered[is_turned_away[offered]]
        is_lost[back], is_done[back] = True, False
        is_lost[refused[is_turned_away[refused]]] = False
        is_refused[missed] = True
        rank(turned_away)


def _marks(customers: IntArray, slates: IntArray) -> Flags:
    """Return which of all customers these are. Shape (customers,)."""
    marks = np.zeros(len(slates), np.bool_)
    marks[customers] = True
    return marks


def _grant(
    slates: IntArray, claims: Claims, customers: IntArray, before: IntArray, left: IntArray
) -> tuple[IntArray, IntArray]:
    """Let customers have their new slates, first come first, as far as products are left for all that is new in them.

    Returns
    -------
    tuple
        The customers who may not have them, and the rows that there was nothing left for.
    """
    is_bound = claims.capacity >= 0
    gained: dict[int, list[int]] = {}
    given_back: dict[int, list[int]] = {}
    for changes, these, those in ((gained, slates[customers], before), (given_back, before, slates[customers])):
        is_new = (these >= 0) & ~(these[:, :, None] == those[:, None, :]).any(axis=2)
        rows = these[is_new]
        rows = rows[is_bound[claims.product[rows]]]
        order = (claims.product[rows], claims.customer[rows], -claims.score[rows], ~claims.is_first[rows])
        for row in rows[np.lexsort(order)]:
            changes.setdefault(int(claims.customer[row]), []).append(int(row))
    turned_away: list[int] = []
    missed: list[int] = []
    for customer, rows_gained in gained.items():
        short = [row for row in rows_gained if left[claims.product[row]] <= 0]
        if short:
            turned_away.append(customer)
            missed += short
            continue
        left[claims.product[rows_gained]] -= 1
        left[claims.product[given_back.get(customer, [])]] += 1
    return np.array(sorted(turned_away), np.int64), np.array(missed, np.int64)
