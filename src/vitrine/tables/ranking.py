"""Rows of the ranker and of the slates."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vitrine.als import AlsFactors
from vitrine.fits import parameters_json
from vitrine.ranker import RankerFit, RankerParams, fit_ranker, score_candidates
from vitrine.rerank import RerankParams, rerank
from vitrine.tables.frames import TIMESTAMP, repeated, with_first
from vitrine.tables.propensity import fit_row

ALS_FEATURE = "als_pair_score"
"""Affinity of customer and product in the factors: known for candidates of every source, not of ALS only."""


def with_als_feature(rows: pa.Table, als: AlsFactors) -> pa.Table:
    """Return candidates of one cutoff with their ALS affinity."""
    return rows.append_column(
        ALS_FEATURE, pa.array(als.score(rows["customer_id"], rows["product_id"]), from_pandas=True)
    )


def ranker_fit_row(
    scope: str,
    cutoffs: pa.Table,
    rows: pa.Table,
    names: list[str],
    als: dict[datetime, AlsFactors],
    negative_share: float,
    params: RankerParams,
) -> pa.Table:
    """Fit on candidates with known outcomes and return the fit's row."""
    parts = [
        with_als_feature(rows.filter(pc.equal(rows["cutoff_at"], pa.scalar(cutoff, TIMESTAMP))), factors)
        for cutoff, factors in als.items()
    ]
    nothing = rows.slice(0, 0).append_column(ALS_FEATURE, pa.array([], pa.float32()))
    features = [*names, ALS_FEATURE]
    fit = fit_ranker(pa.concat_tables([nothing, *parts]), features, negative_share, params)
    parameters = parameters_json(params, negative_share=negative_share)
    return fit_row("ranker", scope, cutoffs, fit, parameters, features)


def ranker_score_rows(cutoff: datetime, name: str, fit: RankerFit, rows: pa.Table, als: AlsFactors) -> pa.Table:
    """Return the scores of all candidates of one cutoff."""
    probability, relevance = score_candidates(fit, with_als_feature(rows, als))
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
    slates = rerank(candidates, params)
    return with_first(
        slates,
        {
            "cutoff_at": repeated(cutoff, slates.num_rows, TIMESTAMP),
            "channel": repeated(channel, slates.num_rows, pa.string()),
        },
    )
