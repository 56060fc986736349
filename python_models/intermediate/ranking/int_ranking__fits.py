"""Rankers: one for the judged cutoffs, one refitted with the newest outcomes to serve.

Grain: one row per fit scope.
Algorithm: `vitrine.ranker.fit_ranker`. Parameters: `meta.ranker` in the yml, and the rows of
seeds/model_parameters.csv.
"""

from vitrine.engines.frames import is_at, numeric_columns, read_table
from vitrine.parameters import with_parameters
from vitrine.ranker import RankerParams
from vitrine.tables import concat, ranker_fit_row, training_cutoffs

KEYS = ["cutoff_at", "customer_id", "product_id", "has_bought"]


def model(dbt, session):
    tuned = read_table(dbt.ref("int_integrity__model_parameters"), ["model", "parameter", "parameter_value"])
    params = with_parameters(RankerParams(**dbt.config.meta_get("ranker")), tuned, "ranker")
    negative_share = float(dbt.config.meta_get("negative_share"))
    cutoffs = read_table(dbt.ref("int_calendar__cutoffs"), ["cutoff_at", "cutoff_role", "outcome_until_at"])
    candidates = dbt.ref("int_ranking__training_candidates")
    names = numeric_columns(candidates, KEYS)

    def fit_of(scope):
        here = is_at("cutoff_at", training_cutoffs(cutoffs, scope))
        rows = read_table(candidates, [*KEYS, *names], here)
        return ranker_fit_row(scope, cutoffs, rows, names, negative_share, params)

    return concat(fit_of(scope) for scope in ("backtest", "serve"))
