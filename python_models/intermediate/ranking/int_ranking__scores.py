"""Purchase probability and relevance of each candidate at the judged cutoffs and to serve.

Grain: one row per cutoff, customer and candidate product.
Algorithm: `vitrine.ranker.score_candidates` with the fits of int_ranking__fits.
"""

from vitrine.engines.frames import is_at, read_table
from vitrine.tables import als_factors_of, concat, load_fits, ranker_score_rows, scored_cutoffs


def model(dbt, session):
    fits = load_fits(read_table(dbt.ref("int_ranking__fits"), ["fit_scope", "fit_id", "model"]))
    cutoffs = read_table(dbt.ref("int_calendar__cutoffs"), ["cutoff_at", "cutoff_role"])
    candidates = dbt.ref("int_ranking__candidate_features")
    factors = dbt.ref("int_candidates__als_factors")

    def scores_at(cutoff, scope):
        fit_id, fit = fits[scope]
        here = is_at("cutoff_at", [cutoff])
        stored = [name for name in fit.feature_names if name in candidates.columns]
        rows = read_table(candidates, ["customer_id", "product_id", *stored], here)
        als = als_factors_of(read_table(factors, ["entity_type", "entity_id", "factors"], here))
        return ranker_score_rows(cutoff, fit_id, fit, rows, als)

    return concat(scores_at(cutoff, scope) for cutoff, scope in scored_cutoffs(cutoffs))
