"""Models of clicks and carts: one for the judged cutoffs, one refitted with the newest outcomes to serve.

Grain: one row per response and fit scope.
Algorithm: `vitrine.response.fit_response`. Parameters: `meta.response` in the yml.
"""

from vitrine.engines.frames import is_at, numeric_columns, read_table
from vitrine.response import ResponseParams
from vitrine.tables import concat, response_fit_row, training_cutoffs
from vitrine.tables.response import RESPONSES

KEYS = ["cutoff_at", "customer_id", "product_id", "has_responded", "sample_weight"]


def model(dbt, session):
    params = ResponseParams(**dbt.config.meta_get("response"))
    cutoffs = read_table(dbt.ref("int_calendar__cutoffs"), ["cutoff_at", "cutoff_role", "outcome_until_at"])
    candidates = dbt.ref("int_ranking__response_candidates")
    names = numeric_columns(candidates, [*KEYS, "customer_weight", "response_name"])

    def fit_of(response, scope):
        here = f"response_name = '{response}' and {is_at('cutoff_at', training_cutoffs(cutoffs, scope))}"
        rows = read_table(candidates, [*KEYS, *names], here)
        return response_fit_row(response, scope, cutoffs, rows, names, params)

    return concat(fit_of(response, scope) for response in RESPONSES for scope in ("backtest", "serve"))
