"""Purchase probability and relevance of each candidate at the judged cutoffs and to serve.

Grain: one row per cutoff, customer and candidate product.
Algorithm: `vitrine.ranker.score_candidates` with the fits of int_ranking__fits.
"""

from vitrine.engines.frames import is_at, read_table
from vitrine.tables import concat, load_fits, ranker_score_rows, scored_cutoffs


def model(dbt, session):
    fits = load_fits(read_table(dbt.ref("int_ranking__fits"), ["fit_scope", "fit_id", "model"]))
    cutoffs = read_table(dbt.ref("int_calendar__cutoffs"), ["cutoff_at", "cutoff_role"])
    candidates = dbt.ref("int_ranking__candidate_features")
    propensity = dbt.ref("int_propensity__scores")

    def scores_at(cutoff, scope):
        fit_id, fit = fits[scope]
        here = is_at("cutoff_at", [cutoff])
        rows = read_table(candidates, ["customer_id", "product_id", *fit.feature_names], here)
        customers = read_table(propensity, ["customer_id", "purchase_probability"], here)
        return ranker_score_rows(cutoff, fit_id, fit, rows, customers)

    return concat(scores_at(cutoff, scope) for cutoff, scope in scored_cutoffs(cutoffs))
