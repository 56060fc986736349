"""Propensity models: one for the judged cutoffs, one refitted with the newest outcomes to serve.

Grain: one row per fit scope.
Algorithm: `vitrine.propensity.fit_propensity`. Parameters: `meta.propensity` in the yml.
"""

from vitrine.engines.frames import is_at, numeric_columns, read_table
from vitrine.propensity import PropensityParams
from vitrine.tables import concat, join_on_keys, propensity_fit_row, training_cutoffs

KEYS = ["cutoff_at", "customer_id", "last_ordered_at"]


def model(dbt, session):
    params = PropensityParams(**dbt.config.meta_get("propensity"))
    cutoffs = read_table(dbt.ref("int_calendar__cutoffs"), ["cutoff_at", "cutoff_role", "outcome_until_at"])
    features = dbt.ref("int_features__customers")
    outcomes = dbt.ref("int_propensity__outcomes")
    names = numeric_columns(features, KEYS)

    def fit_of(scope):
        here = is_at("cutoff_at", training_cutoffs(cutoffs, scope))
        rows = join_on_keys(
            read_table(features, ["cutoff_at", "customer_id", *names], here),
            read_table(outcomes, ["cutoff_at", "customer_id", "has_ordered", "spend_amount"], here),
            ["cutoff_at", "customer_id"],
        )
        return propensity_fit_row(scope, cutoffs, rows, names, params)

    return concat(fit_of(scope) for scope in ("backtest", "serve"))
