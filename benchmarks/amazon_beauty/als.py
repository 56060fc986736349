"""Measure ALS on Amazon Beauty, beside the published table for the very same file.

    python benchmarks/amazon_beauty/als.py           # the validate item only: tune on this
    python benchmarks/amazon_beauty/als.py --test    # the test item too

Leave the last item out, as in sequence.py. A purchase weighs half as much for each `HALF_LIFE` that came after it.
"""

import argparse
import itertools
import sys

import numpy as np
import pyarrow as pa
import sequence as published

from vitrine.als import AlsParams, fit_als

HALF_LIFE = 8.0
GRID = [
    AlsParams(factors, 15, regularization=1.0, alpha=alpha, popularity_exponent=0.0, min_buyers=1)
    for factors, alpha in itertools.product((64, 128), (1.0, 10.0))
]
Sequences = dict[str, list[str]]


def interactions(sequences: Sequences, left_out: int) -> pa.Table:
    """Return the purchases but the last `left_out`, weighted by how many came after them."""
    rows = published.histories(sequences, left_out)
    length = {customer: len(items) - left_out for customer, items in sequences.items()}
    lengths = np.array([length[customer] for customer in rows["customer_id"].to_pylist()])
    after = lengths - 1 - rows["ordered_at"].to_numpy()
    return rows.append_column("weight", pa.array(np.exp2(-after / HALF_LIFE)))


def ranks(sequences: Sequences, left_out: int, params: AlsParams) -> np.ndarray:
    """Return the rank of the first item left out of each customer among those not had before, infinite if unknown."""
    factors = fit_als(interactions(sequences, left_out), params)
    customers = factors.customers.values.to_pylist()
    targets = factors.products.encode(pa.array([sequences[customer][-left_out] for customer in customers]))
    found = np.full(len(customers), np.inf)
    for begin in range(0, len(customers), 1024):
        scores = factors.customer_factors[begin : begin + 1024] @ factors.product_factors.T
        for row, customer in enumerate(customers[begin : begin + 1024]):
            target = targets[begin + row]
            if target >= 0:
                had = factors.products.encode(pa.array(sequences[customer][:-left_out]))
                score = scores[row, target]
                scores[row, had[had >= 0]] = -np.inf
                found[begin + row] = (~(scores[row] < score)).sum()
    return found


def ndcg(found: np.ndarray) -> float:
    """Return the mean NDCG@10."""
    return float(np.where(found <= 10, 1 / np.log2(found + 1), 0.0).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--test", action="store_true", help="read the test item; do not choose anything by it")
    options = parser.parse_args()
    if not published.DATA.exists():
        sys.exit("There is no Amazon Beauty file in ../shared/data/amazon_beauty, so there is nothing to measure.")
    sequences = published.read_sequences(published.DATA)
    validated = [ranks(sequences, 2, params) for params in GRID]
    for params, found in zip(GRID, validated, strict=True):
        print(f"validate {params.factors} factors, alpha {params.alpha}: {published.figures(found)}", flush=True)
    best = GRID[int(np.argmax([ndcg(found) for found in validated]))]
    if options.test:
        print(f"test {best.factors} factors, alpha {best.alpha}: {published.figures(ranks(sequences, 1, best))}")


if __name__ == "__main__":
    main()
