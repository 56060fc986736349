"""Measure candidates and ranker on Amazon Beauty, without any attribute of the items: see README.md.

    python benchmarks/amazon_beauty/ranker.py           # the validate item only
    python benchmarks/amazon_beauty/ranker.py --test    # the test item too

The ranker learns from the last item but two, is looked at on the last but one and reported on the last. What it may
know of a customer is what came before the item in question: candidates and scores of the five affinity models
(content has no words to read) and how often and how lately the item was bought.
"""

import argparse
import sys

import als
import numpy as np
import pyarrow as pa
import sequence as published

from vitrine.affinity import MODELS, propose_by_affinity
from vitrine.affinity_models import AffinityParams, encode_interactions
from vitrine.als import AlsParams, fit_als
from vitrine.ranker import RankerParams, fit_ranker, score_candidates

ALS = AlsParams(128, 15, regularization=1.0, alpha=10.0, popularity_exponent=0.0, min_buyers=1)
"""The best of als.py on the validate item."""
INTENT_HALF_LIFE = 1.0
CANDIDATES = AffinityParams(
    max_candidates=80,
    min_buyers=1,
    max_products=13_000,
    max_linear_size=6_000,
    linear_popularity_exponent=0.0,
    recent_days=4,
    max_new_category_candidates=0,
)
NEGATIVE_SHARE = 0.05
SHARE_LOOKED_AT = 3
"""One customer of so many is learned from and validated on; the test item is everybody's."""
POPULARITY_SHARES = (1.0, 0.3, 0.1)
"""Parts of each customer's history, newest first, that buyers are counted in."""
KEYS = ("customer_id", "product_id", "anchor_product_id", "new_category_rank", "has_bought", "cutoff_at")


def candidates(sequences: als.Sequences, left_out: int, asked: list[str]) -> pa.Table:
    """Return the candidates of the asked customers after leaving out the last items, with features and has_bought.

    The models know the purchases of everybody; has_bought says whether the candidate is the first item left out.
    """
    rows = als.interactions(sequences, left_out)
    after = -als.HALF_LIFE * np.log2(rows["weight"].to_numpy())
    rows = rows.append_column("intent_weight", pa.array(np.exp2(-after / INTENT_HALF_LIFE)))
    rows = rows.append_column("days_since_order", pa.array(after))
    known = encode_interactions(rows, CANDIDATES)
    items = known.products.values
    products = pa.table(
        {
            "product_id": items,
            "category": ["none"] * len(items),
            "description": [""] * len(items),
            "is_offered": [True] * len(items),
        }
    )
    nothing = pa.table({name: pa.array([], pa.string()) for name in ("customer_id", "product_id", "category")})
    factors = fit_als(rows, ALS)
    found = pa.concat_tables(
        propose_by_affinity(known, pa.array(asked), products, nothing, nothing, factors, CANDIDATES)
    )
    code = known.products.encode(rows["product_id"])
    at = known.products.encode(found["product_id"])
    for share in POPULARITY_SHARES:
        late = after <= share * 10
        count = np.bincount(code[late], minlength=len(items))
        found = found.append_column(f"buyer_count_{share:g}", pa.array(count[at].astype(float)))
    lengths = {customer: len(items) - left_out for customer, items in sequences.items()}
    wanted = {customer: items[-left_out] for customer, items in sequences.items()}
    customers, offered = found["customer_id"].to_pylist(), found["product_id"].to_pylist()
    found = found.append_column("item_count", pa.array([float(lengths[customer]) for customer in customers]))
    is_bought = [wanted[customer] == product for customer, product in zip(customers, offered, strict=True)]
    return found.append_column("has_bought", pa.array(is_bought))


def thinned(found: pa.Table) -> pa.Table:
    """Return all that were bought and a share of the others."""
    drawn = np.random.default_rng(0).random(found.num_rows) < NEGATIVE_SHARE
    kept = np.asarray(found["has_bought"]) | drawn
    return found.filter(pa.array(kept)).append_column("cutoff_at", pa.array(np.zeros(kept.sum())))


def ranks(found: pa.Table, score: np.ndarray, customer_count: int) -> np.ndarray:
    """Return the rank of each customer's item, infinite where it is no candidate; a tie counts against the model."""
    _, customer = np.unique(np.asarray(found["customer_id"]), return_inverse=True)
    has_bought = np.asarray(found["has_bought"])
    target = np.full(customer.max() + 1, np.inf)
    target[customer[has_bought]] = score[has_bought]
    above = np.bincount(customer[score >= target[customer]], minlength=len(target))
    return np.concatenate([np.where(np.isfinite(target), above, np.inf), np.full(customer_count - len(target), np.inf)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--test", action="store_true", help="read the test item; do not choose anything by it")
    options = parser.parse_args()
    if not published.DATA.exists():
        sys.exit("There is no Amazon Beauty file in ../shared/data/amazon_beauty, so there is nothing to measure.")
    sequences = published.read_sequences(published.DATA)
    everybody = list(sequences)
    some = everybody[::SHARE_LOOKED_AT]
    learned = candidates(sequences, 3, some)
    names = [name for name in learned.column_names if name not in KEYS]
    fit = fit_ranker(thinned(learned), names, NEGATIVE_SHARE, RankerParams())
    for left_out, item, asked in ((2, "validate", some), (1, "test", everybody))[: 1 + options.test]:
        found = candidates(sequences, left_out, asked)
        for model in MODELS[:4]:
            alone = np.nan_to_num(found[f"{model}_score"].to_numpy(), nan=-np.inf)
            print(f"{item} {model} alone: {published.figures(ranks(found, alone, len(asked)))}", flush=True)
        _, relevance = score_candidates(fit, found)
        print(f"{item} ranker: {published.figures(ranks(found, relevance, len(asked)))}", flush=True)


if __name__ == "__main__":
    main()
