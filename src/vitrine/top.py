"""The best of many scores, row by row."""

import numpy as np
from numpy.typing import NDArray

from vitrine.compiled import entry, inner
from vitrine.encoding import IntArray
from vitrine.threads import in_parts

Scores = NDArray[np.float32]
Places = NDArray[np.int32]


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
    places = np.empty((len(score), count), np.int32)
    values = np.empty((len(score), count), np.float32)

    def choose(rows: IntArray) -> None:
        part = slice(rows[0], rows[-1] + 1)
        _choose(score[part], places[part], values[part])

    if count:
        in_parts(choose, np.arange(len(score)))
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
def _choose(score: Scores, places: Places, values: Scores) -> None:
    count = places.shape[1]
    for row in range(len(score)):
        kept, at = values[row], places[row]
        # A heap whose every entry is worse than any score.
        for place in range(count):
            kept[place], at[place] = -np.inf, score.shape[1]
        for place in range(score.shape[1]):
            if score[row, place] > kept[0] or at[0] == score.shape[1]:
                _sift(kept, at, count, score[row, place], np.int32(place))
        for size in range(count - 1, 0, -1):
            value, place = kept[size], at[size]
            kept[size], at[size] = kept[0], at[0]
            _sift(kept, at, size, value, place)
