"""Probabilities that each candidate is clicked when shown first, and put into the cart, at judged cutoffs and to serve.

Grain: one row per cutoff, customer and candidate product; none where neither response could be learned.
Algorithm: `vitrine.response.score_response` with the fits of int_ranking__response_fits.
"""

from functools import partial

from vitrine.engines.frames import is_at, joined, map_rows, read_table, together
from vitrine.engines.kept import still_open
from vitrine.response import SLOTS_ABOVE
from vitrine.tables import load_response_fits, response_score_rows, scored_cutoffs
from vitrine.tables.response import SCORE_SCHEMA


def model(dbt, session):
    fits = load_response_fits(
        read_table(dbt.ref("int_ranking__response_fits"), ["fit_scope", "fit_id", "model_name", "model"])
    )
    cutoffs = read_table(still_open(dbt, dbt.ref("int_calendar__cutoffs")), ["cutoff_at", "cutoff_role"])
    candidates = dbt.ref("int_ranking__candidate_features")
    customers = dbt.ref("int_features__customers")
    learned = {name for scope in fits.values() for _, fit in scope.values() for name in fit.feature_names}
    # A candidate has no slot yet: it is asked about as if it were shown first.
    wanted = sorted(learned - {SLOTS_ABOVE})
    of_customer = [name for name in wanted if name in customers.columns and name not in candidates.columns]
    features = joined(candidates, customers, ["cutoff_at", "customer_id"], of_customer)

    def scores_at(cutoff, scope):
        rows_of = partial(response_score_rows, cutoff, fits[scope])
        here = is_at("cutoff_at", [cutoff])
        return map_rows(features, ["customer_id", "product_id", *wanted], here, SCORE_SCHEMA, rows_of)

    found = [scores_at(cutoff, scope) for cutoff, scope in scored_cutoffs(cutoffs) if scope in fits]
    return together(found) if found else SCORE_SCHEMA.empty_table()
