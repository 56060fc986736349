"""Measure ALS and the ranker without attributes on Amazon Beauty, beside the published table for the very same file.

    python benchmarks/amazon_beauty/ranker.py           # the validate item only: tune on this
    python benchmarks/amazon_beauty/ranker.py --test    # the test item too

Leave the last item out, as in sequence.py. The ranker learns at the third-last item from what came before it, is
judged on the second-last (validate), and for the test learns from both. A place in the sequence stands for the time.
"""

import argparse
import itertools
import sys

import numpy as np
import pyarrow as pa
import sequence as published

from vitrine.affinity import AffinityParams, encode_interactions, propose_by_affinity
from vitrine.als import AlsParams, fit_als
from vitrine.ranker import RankerParams, fit_ranker, score_candidates

HALF_LIFE, INTENT_HALF_LIFE = 8.0, 0.7
ALS_GRID = [
    AlsParams(factors=factors, regularization=regularization, alpha=alpha, iterations=15, min_buyers=1)
    for factors, regularization, alpha in itertools.product((64, 128), (0.1, 1.0, 10.0), (1.0, 10.0))
]
AFFINITY = AffinityParams(
    max_candidates=60,
    max_new_category_candidates=0,
    min_buyers=1,
    max_products=20_000,
    linear_regularization=20.0,
    max_linear_size=6_000,
    recent_days=2,
)
Sequences = dict[str, list[str]]


def interactions(sequences: Sequences, left_out: int) -> pa.Table:
    """Return the purchases but the last `left_out`, weighted by how many came after them."""
    rows = [
        (customer, item, len(items) - left_out - 1 - place)
        for customer, items in sequences.items()
        for place, item in enumerate(items[:-left_out])
    ]
    after = np.array([row[2] for row in rows], dtype=float)
    return pa.table(
        {
            "customer_id": [row[0] for row in rows],
            "product_id": [row[1] for row in rows],
            "weight": np.exp2(-after / HALF_LIFE),
            "intent_weight": np.exp2(-after / INTENT_HALF_LIFE),
            "days_since_order": after,
        }
    )


def candidates(sequences: Sequences, left_out: int, als: AlsParams) -> pa.Table:
    """Return each customer's candidates for the item `left_out` from the end, with features and has_bought."""
    owned = interactions(sequences, left_out)
    encoded = encode_interactions(owned, AFFINITY)
    products = encoded.products.values
    described = pa.table(
        {
            "product_id": products,
            "category": pa.array(["all"] * len(products)),
            "description": pa.array([""] * len(products)),
            "is_offered": pa.array([True] * len(products)),
        }
    )
    nothing = pa.table({"customer_id": pa.array([], pa.string()), "product_id": pa.array([], pa.string())})
    no_category = pa.table({"customer_id": pa.array([], pa.string()), "category": pa.array([], pa.string())})
    factors = fit_als(owned, als)
    found = pa.concat_tables(
        propose_by_affinity(encoded, encoded.customers.values, described, nothing, no_category, factors, AFFINITY)
    ).drop_columns(["content_score", "content_ratio", "content_rank", "anchor_product_id"])
    code = encoded.products.encode(found["product_id"])
    row = encoded.customers.encode(found["customer_id"])
    counts = np.diff(encoded.weights.tocsc().indptr)
    late = np.bincount(encoded.recent.indices, minlength=len(products))
    lengths = np.diff(encoded.weights.indptr)
    target = pa.array([sequences[customer][-left_out] for customer in encoded.customers.values.to_pylist()])
    return (
        found.append_column("buyer_count", pa.array(counts[code].astype(np.float32)))
        .append_column("late_share", pa.array((late[code] / np.maximum(counts[code], 1)).astype(np.float32)))
        .append_column("history_length", pa.array(lengths[row].astype(np.float32)))
        .append_column("has_bought", pa.array(encoded.products.encode(target)[row] == code))
        .append_column("cutoff_at", pa.array(np.full(len(code), left_out)))
    )


def ranks(table: pa.Table, score: np.ndarray, customers: list[str]) -> np.ndarray:
    """Return the rank of each customer's bought candidate by the score, infinite without one."""
    place = {customer: number for number, customer in enumerate(customers)}
    row = np.array([place[customer] for customer in table["customer_id"].to_pylist()])
    is_target = np.asarray(table["has_bought"].to_numpy(zero_copy_only=False), dtype=bool)
    order = np.lexsort((is_target, -np.nan_to_num(score, nan=-np.inf), row))  # ties count against
    row, is_target = row[order], is_target[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row) + 1
    found = np.full(len(customers), np.inf)
    found[row[is_target]] = rank[is_target]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--test", action="store_true", help="read the test item; do not choose anything by it")
    options = parser.parse_args()
    if not published.DATA.exists():
        sys.exit("There is no Amazon Beauty file in ../shared/data/amazon_beauty, so there is nothing to measure.")
    sequences = published.read_sequences(published.DATA)
    customers = sorted(sequences)
    best, best_ndcg = ALS_GRID[0], -1.0
    for als in ALS_GRID:
        found = als_ranks(sequences, 2, als, customers)
        ndcg = float(np.where(found <= 10, 1 / np.log2(found + 1), 0).mean())
        print(f"validate ALS {als.factors} {als.regularization} {als.alpha}: {ndcg:.4f}", flush=True)
        if ndcg > best_ndcg:
            best, best_ndcg = als, ndcg
    params = RankerParams(iterations=200, learning_rate=0.05)
    third, second = candidates(sequences, 3, best), candidates(sequences, 2, best)
    names = [n for n in third.column_names if n not in ("customer_id", "product_id", "has_bought", "cutoff_at")]
    fit = fit_ranker(third, names, 1.0, params)
    print("validate ranker", published.figures(ranks(second, score_candidates(fit, second)[1], customers)), flush=True)
    if options.test:
        fit = fit_ranker(pa.concat_tables([third, second]), names, 1.0, params)
        last = candidates(sequences, 1, best)
        print("test ALS", published.figures(als_ranks(sequences, 1, best, customers)))
        print("test ranker", published.figures(ranks(last, score_candidates(fit, last)[1], customers)))


def als_ranks(sequences: Sequences, left_out: int, als: AlsParams, customers: list[str]) -> np.ndarray:
    """Return the rank of the item left out of each customer among all items that the customer did not have."""
    factors = fit_als(interactions(sequences, left_out), als)
    known = factors.customers.values.to_pylist()
    place = {customer: number for number, customer in enumerate(customers)}
    targets = factors.products.encode(pa.array([sequences[customer][-left_out] for customer in known]))
    found = np.full(len(customers), np.inf)
    for begin in range(0, len(known), 1024):
        scores = factors.customer_factors[begin : begin + 1024] @ factors.product_factors.T
        for row, customer in enumerate(known[begin : begin + 1024]):
            target = targets[begin + row]
            if target >= 0:
                had = factors.products.encode(pa.array(sequences[customer][:-left_out]))
                score = scores[row, target]
                scores[row, had] = -np.inf
                found[place[customer]] = (~(scores[row] < score)).sum()
    return found


if __name__ == "__main__":
    main()
