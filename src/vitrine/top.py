"""The best of many scores, row by row."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from vitrine.compiled import entry, inner
from vitrine.encoding import IntArray
from vitrine.threads import in_parts

Scores = NDArray[np.float32]
Places = NDArray[np.int32]

TILE = (64, 4096)
"""Rows and columns of scores that are made and looked through at once: 1 MiB, which stays in a core's cache."""
STRIDE = 32
"""Scores of a row that are compared with the worst of its best at once."""


def best_of_rows(score: Scores, count: int) -> tuple[Places, Scores]:
    """Return the places of each row's best scores, best first, and the scores. Each shape (rows, at most count).

    Of equal scores the first place comes first. One pass over a row with a heap of the best so far: what is not better
    than the worst of them costs one comparison.

    Parameters
    ----------
    score
        Shape (rows, columns), no NaN.
    count
        How many of a row are wanted; of narrower rows all are returned.
    """
    count = min(count, score.shape[1])
    places = np.full((len(score), count), score.shape[1], np.int32)
    values = np.full((len(score), count), -np.inf, np.float32)

    def choose(rows: IntArray) -> None:
        part = slice(rows[0], rows[-1] + 1)
        _add(score[part], 0, places[part], values[part])
        _settle(places[part], values[part])

    if count:
        in_parts(choose, np.arange(len(score)))
    return places, values


def best_of_products(rows: Scores, columns: Scores, hidden: csr_matrix, count: int) -> tuple[Places, Scores]:
    """Return what `best_of_rows` returns of ``rows @ columns.T``, and never hold more than a tile of it a thread.

    Parameters
    ----------
    rows, columns
        Factors of customers and of products: shapes (n, f) and (m, f), finite.
    hidden
        Shape (n, m). What stands in it may not be chosen: it scores minus infinity.
    count
        How many of a row are wanted; all, where there are fewer columns.
    """
    count = min(count, len(columns))
    places = np.full((len(rows), count), len(columns), np.int32)
    values = np.full((len(rows), count), -np.inf, np.float32)
    columns = np.ascontiguousarray(columns)
    starts, owned = hidden.indptr.astype(np.int64), hidden.indices.astype(np.int32)

    def choose(tiles: IntArray) -> None:
        for first in (tiles * TILE[0]).tolist():
            some = slice(first, min(first + TILE[0], len(rows)))
            own = np.ascontiguousarray(rows[some])
            for begin in range(0, len(columns), TILE[1]):
                score = np.matmul(own, columns[begin : begin + TILE[1]].T)
                _hide(score, begin, starts[some], starts[first + 1 : some.stop + 1], owned)
                _add(score, begin, places[some], values[some])
            _settle(places[some], values[some])

    if count:
        # The threads are these, and the tiles the same for any number of them: other shapes would be rounded otherwise.
        with threadpool_limits(1, "blas"):
            in_parts(choose, np.arange(-(-len(rows) // TILE[0])), smallest=1)
    return places, values


@inner
def _sift(values: Scores, places: Places, size: int, value: np.float32, place: np.int32) -> None:
    """Put an entry into the heap in place of its root, which is the worst: the lowest score, of equal ones the last."""
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        other = child + 1
        if other < size and (
            values[other] < values[child] or (values[other] == values[child] and places[other] > places[child])
        ):
            child = other
        if values[child] > value or (values[child] == value and places[child] < place):
            break
        values[at], places[at] = values[child], places[child]
        at = child
    values[at], places[at] = value, place


@entry
def _hide(score: Scores, begin: int, starts: IntArray, ends: IntArray, owned: Places) -> None:
    """Let nobody choose what is hidden of a tile's columns, which begin at a place."""
    for row in range(len(score)):
        for at in range(starts[row], ends[row]):
            column = owned[at] - begin
            if 0 <= column < score.shape[1]:
                score[row, column] = -np.inf


@entry
def _add(score: Scores, begin: int, places: Places, values: Scores) -> None:
    """Put the scores of columns that begin at a place into the heaps of their rows.

    An empty place of a heap has no score and a place behind all: it is worse than any score.
    """
    width = score.shape[1]
    for row in range(len(score)):
        kept, at = values[row], places[row]
        for first in range(0, width, STRIDE):
            last = min(first + STRIDE, width)
            # Most strides hold nothing that is good enough: this loop has no branch and runs on vectors.
            count = 0
            for column in range(first, last):
                count += score[row, column] >= kept[0]
            if count == 0:
                continue
            for column in range(first, last):
                value = score[row, column]
                if value > kept[0] or (value == kept[0] and begin + column < at[0]):
                    _sift(kept, at, len(kept), value, np.int32(begin + column))


@entry
def _settle(places: Places, values: Scores) -> None:
    """Sort heaps, best first."""
    for row in range(len(values)):
        kept, at = values[row], places[row]
        for size in range(len(kept) - 1, 0, -1):
            value, place = kept[size], at[size]
            kept[size], at[size] = kept[0], at[0]
            _sift(kept, at, size, value, place)
