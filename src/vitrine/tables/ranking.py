"""Rows of the ranker and of the slates."""

from datetime import datetime

import numpy as np
import pyarrow as pa

from vitrine.encoding import as_doubles, distinct_ids
from vitrine.fits import parameters_json
from vitrine.ranker import RankerFit, RankerParams, fit_ranker, score_candidates
from vitrine.rerank import RerankParams, rerank
from vitrine.tables.frames import TIMESTAMP, repeated, with_first
from vitrine.tables.propensity import fit_row


def ranker_fit_row(
    scope: str, cutoffs: pa.Table, rows: pa.Table, names: list[str], negative_share: float, params: RankerParams
) -> pa.Table:
    """Fit on candidates with known outcomes and return the fit's row."""
    fit = fit_ranker(rows, names, negative_share, params)
    return fit_row("ranker", scope, cutoffs, fit, parameters_json(params, negative_share=negative_share), names)


def ranker_score_rows(cutoff: datetime, name: str, fit: RankerFit, rows: pa.Table, customers: pa.Table) -> pa.Table:
    """Return the scores of all candidates of one cutoff.

    The ranker learned from customers who ordered, so its probability holds given an order; `customers` (customer_id,
    purchase_probability) says how likely an order is, and the product of both is the probability of the purchase.
    """
    known = distinct_ids(customers["customer_id"])
    order_probability = np.zeros(len(known) + 1)
    order_probability[known.encode(customers["customer_id"])] = as_doubles(customers["purchase_probability"])
    given_order, relevance = score_candidates(fit, rows)
    probability = given_order * order_probability[known.encode(rows["customer_id"])]
    return pa.table(
        {
            "cutoff_at": repeated(cutoff, rows.num_rows, TIMESTAMP),
            "customer_id": rows["customer_id"],
            "product_id": rows["product_id"],
            "purchase_probability": np.round(probability, 9),
            "relevance_score": np.round(relevance, 9),
            "fit_id": repeated(name, rows.num_rows, pa.string()),
        }
    )


def slate_rows(cutoff: datetime, channel: str, candidates: pa.Table, params: RerankParams) -> pa.Table:
    """Return the slates of one cutoff and channel."""
    slates = rerank(candidates, params).drop_columns(["relaxed_limits"])
    return with_first(
        slates,
        {
            "cutoff_at": repeated(cutoff, slates.num_rows, TIMESTAMP),
            "channel": repeated(channel, slates.num_rows, pa.string()),
        },
    )
