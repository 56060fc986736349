"""Predictions of boosted trees for many rows, a few rows at a time through all trees.

scikit-learn sends all rows through one tree after the other, so that a matrix larger than the processor's caches is
read from memory once a tree. Here all trees go over a few rows, which stay in the cache: the same sums in the same
order, so the same bits.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from vitrine.compiled import entry
from vitrine.encoding import FloatArray, IntArray
from vitrine.threads import in_parts

LEAF = -1
_TILE = 64
"""Rows that go through all trees together."""


class Trees(NamedTuple):
    """The nodes of all trees, one tree after the other; a leaf's `feature` is LEAF."""

    baseline: float
    roots: NDArray[np.int32]
    """Where each tree begins. Shape (trees,)."""
    feature: NDArray[np.int32]
    threshold: FloatArray
    """A value of at most this goes to the left. Shape (nodes,), as are the others."""
    unknown_left: NDArray[np.bool_]
    child: NDArray[np.int32]
    """Where the left and the right child stand. Shape (2 nodes,)."""
    value: FloatArray


def trees_of(classifier: Any) -> Trees:
    """Return the trees of a fitted HistGradientBoostingClassifier of two classes.

    Raises
    ------
    ValueError
        If it has other than two classes, or categorical features, which Vitrine's models do not use.
    """
    if len(classifier.classes_) != 2 or classifier.is_categorical_ is not None:
        raise ValueError("Only trees of two classes and of numbers are taken.")
    nodes = [predictor.nodes for (predictor,) in classifier._predictors]
    starts = np.concatenate([[0], np.cumsum([len(tree) for tree in nodes])]).astype(np.int32)
    whole = np.concatenate(nodes)
    shift = np.repeat(starts[:-1], np.diff(starts))
    return Trees(
        float(np.ravel(classifier._baseline_prediction)[0]),
        starts[:-1].copy(),
        np.where(whole["is_leaf"], LEAF, whole["feature_idx"]).astype(np.int32),
        whole["num_threshold"].astype(np.float64),
        whole["missing_go_to_left"].astype(bool),
        np.stack([whole["left"] + shift, whole["right"] + shift], axis=1).ravel().astype(np.int32),
        whole["value"].astype(np.float64),
    )


def positive_probability(classifier: Any, matrix: NDArray[np.float32]) -> FloatArray:
    """Return what ``classifier.predict_proba(matrix)[:, 1]`` returns. Shape (n,).

    Parameters
    ----------
    classifier
        A fitted HistGradientBoostingClassifier of two classes.
    matrix
        Shape (n, features), rows next to each other in memory, NaN where a value is unknown.

    Raises
    ------
    ValueError
        As `trees_of`, or if the matrix is not of float32 or has another number of features than the classifier knows.
    """
    if matrix.dtype != np.float32:
        raise ValueError(f"The matrix is of {matrix.dtype}, must be of float32.")
    if matrix.shape[1] != classifier.n_features_in_:
        raise ValueError(f"{matrix.shape[1]} features, but the trees know {classifier.n_features_in_}.")
    trees = trees_of(classifier)
    matrix = np.ascontiguousarray(matrix)
    raw = np.empty(len(matrix))

    def add_up(rows: IntArray) -> None:
        part = slice(rows[0], rows[-1] + 1)
        _add_up(matrix[part], raw[part], *trees)

    in_parts(add_up, np.arange(len(matrix)))
    return np.asarray(expit(raw))


@entry
def _add_up(
    matrix: NDArray[np.float32],
    raw: FloatArray,
    baseline: float,
    roots: NDArray[np.int32],
    feature: NDArray[np.int32],
    threshold: FloatArray,
    unknown_left: NDArray[np.bool_],
    child: NDArray[np.int32],
    value: FloatArray,
) -> None:
    for begin in range(0, len(raw), _TILE):
        end = min(begin + _TILE, len(raw))
        for row in range(begin, end):
            raw[row] = baseline
        for root in roots:
            for row in range(begin, end):
                node = root
                while feature[node] != LEAF:
                    known = np.float64(matrix[row, feature[node]])
                    goes_left = known <= threshold[node] or (unknown_left[node] and np.isnan(known))
                    node = child[2 * node + (not goes_left)]
                raw[row] += value[node]
