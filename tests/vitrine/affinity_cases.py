"""Small shops for the affinity models, and what they find there."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from vitrine.affinity import MODELS, propose_by_affinity
from vitrine.affinity_models import AffinityParams, encode_interactions
from vitrine.als import AlsParams, fit_als
from vitrine.encoding import distinct_ids

PARAMS = AffinityParams(
    max_candidates=3,
    max_new_category_candidates=0,
    min_buyers=1,
    linear_regularization=0.1,
    linear_popularity_exponent=0.0,
    neighbour_count=5,
)
ALS = AlsParams(factors=8, iterations=10, regularization=0.1, alpha=5.0, min_buyers=1)
ONE = float(np.e - 1)
"""A weight whose logarithm, after one is added, is one."""
KEYS = [("customer_id", "ascending"), ("product_id", "ascending")]


def bought(rows):
    """Return interactions from {customer: {product: weight}}; a weight may be (weight, intent weight, days)."""
    found = {"customer_id": [], "product_id": [], "weight": [], "intent_weight": [], "days_since_order": []}
    for customer, products in rows.items():
        for product, value in products.items():
            row = (customer, product, *(value if isinstance(value, tuple) else (value, value, 1)))
            for name, cell in zip(found, row, strict=True):
                found[name].append(cell)
    kinds = (pa.string(), pa.string(), pa.float64(), pa.float64(), pa.int64())
    return pa.table(
        {name: pa.array(cells, kind) for (name, cells), kind in zip(found.items(), kinds, strict=True)},
    )


def catalogue(ids, categories=None, descriptions=None, offered=None):
    """Return products, all of one category, without a word and offered unless told otherwise."""
    return pa.table(
        {
            "product_id": pa.array(ids, pa.string()),
            "category": pa.array([(categories or {}).get(name, "all") for name in ids], pa.string()),
            "description": pa.array([(descriptions or {}).get(name, "") for name in ids], pa.string()),
            "is_offered": pa.array([offered is None or name in offered for name in ids], pa.bool_()),
        }
    )


def pairs_of(rows, name="product_id"):
    customers, others = zip(*rows, strict=True) if rows else ((), ())
    return pa.table({"customer_id": pa.array(customers, pa.string()), name: pa.array(others, pa.string())})


def no_factors():
    return fit_als(bought({"c": {"p": 1.0}}), replace(ALS, min_buyers=2))


def candidates(table, params=PARAMS, products=None, given=(), known=(), customers=None, factors=None, **options):
    """Return the candidates of all customers, or an empty list where there is no batch."""
    batches = list(
        propose_by_affinity(
            encode_interactions(table, params),
            table["customer_id"] if customers is None else pa.chunked_array([pa.array(customers, pa.string())]),
            catalogue(distinct_ids(table["product_id"]).values.to_pylist()) if products is None else products,
            pairs_of(given),
            pairs_of(known, "category"),
            fit_als(table, ALS) if factors is None else factors,
            params,
            **options,
        )
    )
    return pa.concat_tables(batches) if batches else []


def scores_of(found, model, what="score"):
    """Return {(customer, product): score} of the rows that have one."""
    names = zip(found["customer_id"].to_pylist(), found["product_id"].to_pylist(), strict=True)
    values = found[f"{model}_{what}"].to_pylist()
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def kept(found, model):
    """Return the products that a model proposes to each customer, best first."""
    ranks = sorted((customer, rank, product) for (customer, product), rank in scores_of(found, model, "rank").items())
    slates = {}
    for customer, _, product in ranks:
        slates.setdefault(customer, []).append(product)
    return slates


def shop(seed=0, customers=40, products=30, density=0.2):
    """Return interactions without any tie, and products of three categories with words."""
    random = np.random.default_rng(seed)
    names = [f"p{column:02}" for column in range(products)]
    rows = {}
    for row in range(customers):
        mine = np.flatnonzero(random.random(products) < density)
        mine = mine if len(mine) else np.array([row % products])
        values = zip(random.uniform(0.2, 3, len(mine)), random.uniform(0.05, 2, len(mine)), strict=True)
        rows[f"c{row:02}"] = {
            names[column]: (*value, int(random.integers(0, 60))) for column, value in zip(mine, values, strict=True)
        }
    words = ["red", "blue", "cup", "pot", "tin", "mug", "jar", "lid"]
    described = {name: " ".join(random.choice(words, 3)) for name in names}
    return bought(rows), catalogue(names, {name: f"k{i % 3}" for i, name in enumerate(names)}, described)


def checker_board(size=24):
    """Every even customer bought every even product, every odd one every odd one; the diagonal is withheld."""
    return bought(
        {
            f"c{row:02}": {f"p{column:02}": 1.0 for column in range(row % 2, size, 2) if column != row}
            for row in range(size)
        }
    )


def assert_same(one, other, rtol=1e-4, atol=1e-5):
    """Compare candidates: rows, anchors and ranks exactly, scores but for the rounding of sums."""
    one, other = one.sort_by(KEYS), other.sort_by(KEYS)
    numbers = [f"{model}_{what}" for model in MODELS for what in ("score", "ratio")]
    assert one.drop_columns(numbers).equals(other.drop_columns(numbers))
    for name in numbers:
        np.testing.assert_allclose(one[name], other[name], rtol=rtol, atol=atol, err_msg=name)
