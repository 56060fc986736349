"""What re-ranking costs: 100,000 customers with 100 candidates and 10 slots, tables in and out included.

The peer is greedy MMR written plainly in numpy, one customer at a time, on a sample of the customers; its time is
scaled up to all of them. Times depend on the machine, so each is also given as a share of the peer's.

    python benchmarks/rerank/run.py [--customers 100000]
"""

import argparse
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa

from vitrine.rerank import Guardrails, PairRule, Pin, RerankParams, SlotLimit, rerank

CANDIDATES, PRODUCTS, CATEGORIES, BRANDS, ATTRIBUTES = 100, 5_000, 30, 60, 8
METHODS = ("mmr", "dpp", "calibration", "quota")


def names(letter, count):
    return pa.array([f"{letter}{position:06}" for position in range(count)])


def made_candidates(customers, is_shuffled=False):
    random = np.random.default_rng(1)
    customer = np.repeat(np.arange(customers), CANDIDATES)
    step = random.integers(1, PRODUCTS // CANDIDATES, customers)
    first = random.integers(0, PRODUCTS, customers)
    product = (first[:, None] + step[:, None] * np.arange(CANDIDATES)).ravel() % PRODUCTS
    category = random.integers(0, CATEGORIES, PRODUCTS)
    brand = random.integers(0, BRANDS, PRODUCTS)
    price = np.round(np.exp(random.normal(3, 1, PRODUCTS)), 2)
    table = pa.table(
        {
            "customer_id": names("c", customers).take(pa.array(customer)),
            "product_id": names("p", PRODUCTS).take(pa.array(product)),
            "category": names("k", CATEGORIES).take(pa.array(category[product])),
            "brand": names("b", BRANDS).take(pa.array(brand[product])),
            "price_amount": price[product],
            "objective_score": np.round(random.normal(size=len(product)), 6),
        }
    )
    return table.take(pa.array(random.permutation(len(product)))) if is_shuffled else table


def made_tastes(customers):
    random = np.random.default_rng(2)
    customer = np.repeat(np.arange(customers), 5)
    category = random.integers(0, CATEGORIES, len(customer))
    return pa.table(
        {
            "customer_id": names("c", customers).take(pa.array(customer)),
            "category": names("k", CATEGORIES).take(pa.array(category)),
            "share": random.random(len(customer)),
        }
    )


def made_attributes():
    random = np.random.default_rng(3)
    products = names("p", PRODUCTS)
    values = names("v", 6)
    return pa.concat_tables(
        pa.table(
            {
                "product_id": products,
                "attribute_name": pa.array([f"attribute{attribute}"] * PRODUCTS),
                "attribute_value": values.take(pa.array(random.integers(0, 6, PRODUCTS))),
            }
        )
        for attribute in range(ATTRIBUTES)
    )


def made_guardrails(count):
    kinds = []
    for position in range(count):
        attribute, value = f"attribute{position % ATTRIBUTES}", f"v{position % 6:06}"
        if position % 5 == 0:
            kinds.append(SlotLimit(f"cap{position}", "at_most", attribute, value, 3))
        elif position % 5 == 1:
            kinds.append(SlotLimit(f"floor{position}", "at_least", attribute, value, 1))
        elif position % 5 == 2:
            kinds.append(PairRule(f"never{position}", "never", attribute, value, "category", f"k{position:06}"))
        elif position % 5 == 3:
            kinds.append(SlotLimit(f"distinct{position}", "at_least_distinct", attribute, None, 3))
        else:
            kinds.append(Pin(f"pin{position}", 1 + position // 5, f"p{position:06}"))
    return Guardrails(
        tuple(kind for kind in kinds if isinstance(kind, SlotLimit)),
        tuple(kind for kind in kinds if isinstance(kind, PairRule)),
        tuple(kind for kind in kinds if isinstance(kind, Pin)),
    )


def peer_seconds(table, params, sample):
    """Greedy MMR by the book, one customer at a time."""
    part = table.slice(0, sample * CANDIDATES)
    category = np.array(part["category"].to_pylist()).reshape(sample, -1)
    brand = np.array(part["brand"].to_pylist()).reshape(sample, -1)
    log_price = np.log(part["price_amount"].to_numpy()).reshape(sample, -1)
    score = part["objective_score"].to_numpy().reshape(sample, -1)
    begin = time.perf_counter()
    for k, b, p, s in zip(category, brand, log_price, score, strict=True):
        relevance = (s - s.min()) / (s.max() - s.min())
        closest, is_open, slate = np.zeros(CANDIDATES), np.ones(CANDIDATES, bool), []
        while len(slate) < params.slot_count and is_open.any():
            value = (1 - params.diversity_strength) * relevance - params.diversity_strength * closest
            pick = int(np.argmax(np.where(is_open, value, -np.inf)))
            slate.append(pick)
            alike = 0.5 * (k == k[pick]) + 0.25 * (b == b[pick]) + 0.25 * np.exp(-np.abs(p - p[pick]))
            closest = np.maximum(closest, alike)
            is_open[pick] = False
            if (k[slate] == k[pick]).sum() >= params.max_per_category:
                is_open &= k != k[pick]
            if (b[slate] == b[pick]).sum() >= params.max_per_brand:
                is_open &= b != b[pick]
    return time.perf_counter() - begin


def seconds(*arguments):
    begin = time.perf_counter()
    rerank(*arguments)
    return time.perf_counter() - begin


def peak_mebibytes(customers):
    """Peak memory of a process that makes the candidates, and of one that re-ranks them too."""
    code = (
        "import resource, sys; sys.path.insert(0, sys.argv[1]); import run\n"
        "table = run.made_candidates(int(sys.argv[2]))\n"
        "if sys.argv[3] == 'rerank': run.rerank(table, run.RerankParams())\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    return [
        int(subprocess.check_output([sys.executable, "-c", code, sys.path[0], str(customers), step], text=True))
        for step in ("make", "rerank")
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=100_000)
    customers = parser.parse_args().customers
    # Before this process is large: a child's peak starts at the size of its parent.
    for part in (customers // 2, customers):
        made, ranked = peak_mebibytes(part)
        print(f"peak memory, {part} customers: {made} MiB to make the candidates, {ranked} MiB with re-ranking")
    table, tastes, attributes = made_candidates(customers), made_tastes(customers), made_attributes()
    first = seconds(table.slice(0, 1000), RerankParams())
    print(f"first call, compiling or reading the cache: {first:.1f} s")
    sample = min(2_000, customers)
    peer = peer_seconds(table, RerankParams(), sample) * customers / sample
    print(f"peer, MMR in numpy: {peer:.1f} s (scaled from {sample} customers)")
    for method in METHODS:
        took = seconds(table, RerankParams(method=method), Guardrails(), None, tastes)
        print(f"{method}: {took:.2f} s, {took / peer:.3f} of the peer")
    took = seconds(made_candidates(customers, is_shuffled=True), RerankParams())
    print(f"mmr, rows in random order: {took:.2f} s")
    for count in (5, 20):
        took = seconds(table, RerankParams(), made_guardrails(count), attributes)
        print(f"mmr with {count} guardrails: {took:.2f} s, {took / peer:.3f} of the peer")


if __name__ == "__main__":
    main()
