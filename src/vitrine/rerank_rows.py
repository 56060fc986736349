"""Candidate rows by customer, best first."""

import numpy as np

from vitrine.compiled import entry, inner
from vitrine.encoding import FloatArray, IntArray
from vitrine.rerank_desk import Codes, Flags


@entry
def group_rows(customer: Codes, count: int) -> tuple[IntArray, IntArray]:
    """Return where each customer's rows begin, and the row numbers by customer. Shapes (count + 1,), (rows,)."""
    starts = np.zeros(count + 1, np.int64)
    for row in range(len(customer)):
        if customer[row] >= 0:
            starts[customer[row] + 1] += 1
    for c in range(count):
        starts[c + 1] += starts[c]
    following = starts[:-1].copy()
    rows = np.empty(starts[-1], np.int64)
    for row in range(len(customer)):
        if customer[row] >= 0:
            rows[following[customer[row]]] = row
            following[customer[row]] += 1
    return starts, rows


@inner
def comes_before(one: int, other: int, product: Codes, score: FloatArray, is_reserve: Flags) -> bool:
    """Return whether a candidate is better by itself: no reserve, higher score, smaller id."""
    if len(is_reserve) > 0 and is_reserve[one] != is_reserve[other]:
        return bool(is_reserve[other])
    if score[one] != score[other]:
        return score[one] > score[other]
    return product[one] < product[other]


@entry
def sort_rows(
    starts: IntArray, rows: IntArray, product: Codes, score: FloatArray, is_reserve: Flags, first: int, last: int
) -> None:
    """Sort each customer's row numbers, best first, in place (Shell 1959: few rows each, often sorted already)."""
    for customer in range(first, last):
        begin, end = starts[customer], starts[customer + 1]
        for gap in (701, 301, 132, 57, 23, 10, 4, 1):
            for i in range(begin + gap, end):
                row = rows[i]
                at = i
                while at - gap >= begin and comes_before(row, rows[at - gap], product, score, is_reserve):
                    rows[at] = rows[at - gap]
                    at -= gap
                rows[at] = row
