#!/usr/bin/env python3
"""Compare the best hundred products of every customer from ALS factors by implicit and as Vitrine takes them, in turn.

    python benchmarks/speed/best.py
    python benchmarks/speed/best.py --customers 100000 --products 20000 --factors 64

Both leave out what a customer owns. Factors are random, with a scale of each product's own, as popularity gives it:
with equal scales a heap changes more often than in a shop. Memory is how much higher the peak of a process of its own
lies than what it holds before: factors and what is owned.
"""

import argparse
import ctypes
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from implicit.als import AlternatingLeastSquares
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from vitrine.top import best_of_products

Found = tuple[NDArray[np.integer], NDArray[np.float32]]
COUNT = 100


class Shop:
    """Random factors, and what every customer owns."""

    def __init__(self, customers: int, products: int, factors: int) -> None:
        random = np.random.default_rng(0)
        self.customers = random.normal(size=(customers, factors)).astype(np.float32)
        scale = random.lognormal(sigma=0.5, size=(products, 1))
        self.products = (random.normal(size=(products, factors)) * scale).astype(np.float32)
        owned = 50
        columns = random.integers(0, products, customers * owned)
        row = np.repeat(np.arange(customers), owned)
        self.owned = csr_matrix((np.ones(len(row), np.float32), (row, columns)), (customers, products))
        self.owned.data[:] = 1


def by_implicit(shop: Shop) -> Found:
    """Return what `recommend` of a model with these factors returns."""
    model = AlternatingLeastSquares(factors=shop.customers.shape[1])
    model.user_factors, model.item_factors = shop.customers, shop.products
    with threadpool_limits(1, "blas"):
        found: Found = model.recommend(
            np.arange(len(shop.customers)), shop.owned, N=COUNT, filter_already_liked_items=True
        )
    return found


def by_vitrine(shop: Shop) -> Found:
    """Return the same as `vitrine.top` finds it."""
    return best_of_products(shop.customers, shop.products, shop.owned, COUNT)


CONTESTANTS: dict[str, Callable[[Shop], Found]] = {"implicit": by_implicit, "Vitrine": by_vitrine}


def peak_mebibytes(options: argparse.Namespace, contestant: str) -> float:
    """Return the memory that a contestant takes on top of its input, in a process of its own."""
    command = [sys.executable, __file__, "--alone", contestant]
    for name in ("customers", "products", "factors"):
        command += [f"--{name}", str(getattr(options, name))]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(json.loads(printed))


def alone(shop: Shop, contestant: str) -> float:
    """Return by how many MiB this process grows beyond what it holds before; on Linux."""
    CONTESTANTS[contestant](Shop(300, 300, shop.customers.shape[1]))  # compiled and loaded
    ctypes.CDLL("libc.so.6").malloc_trim(0)  # what is free already must not hide what is taken
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = memory("VmRSS")
    CONTESTANTS[contestant](shop)
    return (memory("VmHWM") - before) / 1024


def memory(name: str) -> int:
    """Return a figure of this process in KiB: VmRSS, what it holds, or VmHWM, the most that it held."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1])


def main() -> None:
    """Take turns, check that both found the same scores, print the ratio of the seconds and the memory of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--factors", type=int, default=64)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--alone", choices=sorted(CONTESTANTS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    shop = Shop(options.customers, options.products, options.factors)
    if options.alone:
        print(json.dumps(alone(shop, options.alone)))
        return
    by_vitrine(Shop(300, 300, options.factors))
    ratios = []
    for turn in range(options.turns):
        seconds, values = {}, {}
        for name, contestant in CONTESTANTS.items():
            started = time.perf_counter()
            values[name] = contestant(shop)[1]
            seconds[name] = time.perf_counter() - started
        np.testing.assert_allclose(values["Vitrine"], values["implicit"], rtol=1e-4)
        ratios.append(seconds["implicit"] / seconds["Vitrine"])
        print(f"turn {turn + 1}: " + ", ".join(f"{name} {taken:.2f} s" for name, taken in seconds.items()))
    print(f"implicit takes {median(ratios):.2f} times as long ({min(ratios):.2f} to {max(ratios):.2f})")
    for name in CONTESTANTS:
        print(f"{name}: {peak_mebibytes(options, name):.0f} MiB above its input")


if __name__ == "__main__":
    main()
