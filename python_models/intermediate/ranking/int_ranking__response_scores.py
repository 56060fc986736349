"""Probabilities that each candidate is clicked when shown first, and put into the cart, at judged cutoffs and to serve.

Grain: one row per cutoff, customer and candidate product; none where neither response could be learned.
Algorithm: `vitrine.response.score_response` with the fits of int_ranking__response_fits.
"""

from vitrine.engines.frames import is_at, read_table
from vitrine.tables import concat, load_response_fits, no_response_scores, response_score_rows, scored_cutoffs


def model(dbt, session):
    fits = load_response_fits(
        read_table(dbt.ref("int_ranking__response_fits"), ["fit_scope", "fit_id", "model_name", "model"])
    )
    cutoffs = read_table(dbt.ref("int_calendar__cutoffs"), ["cutoff_at", "cutoff_role"])
    candidates = dbt.ref("int_ranking__candidate_features")
    customers = dbt.ref("int_features__customers")
    wanted = sorted({name for scope in fits.values() for _, fit in scope.values() for name in fit.feature_names})
    of_candidate = [name for name in wanted if name in candidates.columns]
    of_customer = [name for name in wanted if name in customers.columns and name not in candidates.columns]

    def scores_at(cutoff, scope):
        here = is_at("cutoff_at", [cutoff])
        rows = read_table(candidates, ["customer_id", "product_id", *of_candidate], here)
        return response_score_rows(
            cutoff, fits[scope], rows, read_table(customers, ["customer_id", *of_customer], here)
        )

    found = (scores_at(cutoff, scope) for cutoff, scope in scored_cutoffs(cutoffs) if scope in fits)
    return concat([no_response_scores(), *found])
