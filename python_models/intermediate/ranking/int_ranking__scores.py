"""Purchase probability and relevance of each candidate at the judged cutoffs and to serve.

Grain: one row per cutoff, customer and candidate product.
Algorithm: `vitrine.ranker.score_candidates` with the fits of int_ranking__fits.
"""

from functools import partial

from vitrine.engines.frames import is_at, joined, map_rows, read_table, together
from vitrine.engines.kept import still_open
from vitrine.tables import load_fits, ranker_score_rows, scored_cutoffs
from vitrine.tables.ranking import SCORE_SCHEMA


def model(dbt, session):
    fits = load_fits(read_table(dbt.ref("int_ranking__fits"), ["fit_scope", "fit_id", "model"]))
    cutoffs = read_table(still_open(dbt, dbt.ref("int_calendar__cutoffs")), ["cutoff_at", "cutoff_role"])
    candidates, propensity = dbt.ref("int_ranking__candidate_features"), dbt.ref("int_propensity__scores")
    likely = joined(candidates, propensity, ["cutoff_at", "customer_id"], ["purchase_probability"])

    def scores_at(cutoff, scope):
        fit_id, fit = fits[scope]
        columns = ["customer_id", "product_id", "purchase_probability", *fit.feature_names]
        rows_of = partial(ranker_score_rows, cutoff, fit_id, fit)
        return map_rows(likely, columns, is_at("cutoff_at", [cutoff]), SCORE_SCHEMA, rows_of)

    return together(scores_at(cutoff, scope) for cutoff, scope in scored_cutoffs(cutoffs))
