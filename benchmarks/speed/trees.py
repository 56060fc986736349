#!/usr/bin/env python3
"""Compare boosted trees' probabilities by scikit-learn and by `vitrine.trees`, in turn: processor time of all threads.

OMP_NUM_THREADS=1 python benchmarks/speed/trees.py
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from vitrine.ranker import RankerParams
from vitrine.trees import positive_probability

ROWS, FEATURES, TURNS = 250_000, 100, 5


def processor_seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor seconds of all threads, and what the work returns."""
    started = time.process_time()
    found = work()
    return time.process_time() - started, found


def main() -> None:
    """Learn once, predict in turn, print the ratio of the processor seconds."""
    params, random = RankerParams(), np.random.default_rng(0)
    matrix = random.normal(size=(ROWS, FEATURES)).astype(np.float32)
    matrix[random.random(matrix.shape) < 0.3] = np.nan
    known = np.nan_to_num(matrix[:60_000])
    outcome = known[:, 0] + known[:, 1] * known[:, 2] + random.normal(size=len(known)) > 1
    classifier = HistGradientBoostingClassifier(
        max_iter=params.iterations, max_leaf_nodes=params.leaves, min_samples_leaf=params.min_leaf_rows, random_state=0
    ).fit(matrix[:60_000], outcome)
    positive_probability(classifier, matrix[:10])
    ratios = []
    for turn in range(TURNS):
        theirs, expected = processor_seconds(lambda: classifier.predict_proba(matrix)[:, 1])
        ours, found = processor_seconds(lambda: positive_probability(classifier, matrix))
        assert (found == expected).all()
        ratios.append(theirs / ours)
        print(f"turn {turn + 1}: scikit-learn {theirs:.2f} s, vitrine.trees {ours:.2f} s, the same bits")
    print(f"scikit-learn takes {median(ratios):.1f} times as long ({min(ratios):.1f} to {max(ratios):.1f})")


if __name__ == "__main__":
    main()
