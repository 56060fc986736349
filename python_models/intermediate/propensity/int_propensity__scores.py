"""Purchase probability and expected spend of each customer at the judged cutoffs and to serve.

Grain: one row per cutoff and customer.
Algorithm: `vitrine.propensity.score_propensity` with the fits of int_propensity__fits.
"""

from functools import partial

from vitrine.engines.frames import is_at, map_rows, read_table, together
from vitrine.engines.kept import still_open
from vitrine.tables import load_fits, propensity_score_rows, scored_cutoffs
from vitrine.tables.propensity import SCORE_SCHEMA


def model(dbt, session):
    fits = load_fits(read_table(dbt.ref("int_propensity__fits"), ["fit_scope", "fit_id", "model"]))
    cutoffs = read_table(still_open(dbt, dbt.ref("int_calendar__cutoffs")), ["cutoff_at", "cutoff_role"])
    features = dbt.ref("int_features__customers")

    def scores_at(cutoff, scope):
        fit_id, fit = fits[scope]
        columns, here = ["customer_id", *fit.feature_names], is_at("cutoff_at", [cutoff])
        return map_rows(features, columns, here, SCORE_SCHEMA, partial(propensity_score_rows, cutoff, fit_id, fit))

    return together(scores_at(cutoff, scope) for cutoff, scope in scored_cutoffs(cutoffs))
