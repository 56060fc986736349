"""Small cases for exploration: products, their posteriors, and what explores."""

import numpy as np
import pyarrow as pa

from vitrine.explore import Exploration, ExploreParams

TASTES = pa.table({"customer_id": ["ada", "ada"], "category": ["k0", "k1"], "share": [0.7, 0.3]})


def posterior_table(pairs, segment="all"):
    """Return (product, alpha, beta) as the table that exploration takes."""
    columns = list(zip(*pairs, strict=True))
    return pa.table(
        {
            "product_id": pa.array(columns[0], pa.string()),
            "segment": pa.array([segment] * len(pairs), pa.string()),
            "alpha": pa.array(columns[1], pa.float64()),
            "beta": pa.array(columns[2], pa.float64()),
        }
    )


NO_SEGMENTS = pa.table({"customer_id": pa.array([], pa.string()), "segment": pa.array([], pa.string())})


def exploration(pairs, **params):
    return Exploration(
        ExploreParams(**{"slot_count": 1, "max_loss_share": 0.9} | params), posterior_table(pairs), NO_SEGMENTS
    )


def simple_rows(scores, customers=("ada",)):
    return [
        {"customer_id": customer, "product_id": f"p{place}", "category": f"k{place}", "price_amount": 1.0}
        | {"objective_score": float(score)}
        for customer in customers
        for place, score in enumerate(scores)
    ]


def random_posteriors(seed, count=9):
    random = np.random.default_rng(seed)
    return [(f"p{place}", random.uniform(0.2, 9), random.uniform(1, 60)) for place in range(count)]
