"""Sharing work out over threads."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from vitrine.encoding import IntArray

SMALLEST_PART = 256


def in_parts(work: Callable[[IntArray], None], items: IntArray, smallest: int = SMALLEST_PART) -> None:
    """Call `work` on consecutive parts of the items, in as many threads as there are cores.

    No part is smaller than `smallest`. The parts must not depend on each other; the result is then the same for any
    number of threads. `work` gains from the threads as far as it releases the interpreter lock.
    """
    count = min(4 * (os.cpu_count() or 1), len(items) // smallest)
    if count <= 1:
        if len(items):
            work(items)
        return
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(work, np.array_split(items, count)))
