"""Probability of a click each time that a candidate was shown after a judged cutoff, in its slot, and whether it came.

Grain: one row per judged cutoff, customer and time that a candidate was shown; none where clicks could not be learned.
Algorithm: `vitrine.response.score_response` with the fits of int_ranking__response_fits.
"""

from vitrine.engines.frames import is_at, numeric_columns, read_table
from vitrine.tables import click_promise_rows, concat, judged_cutoffs, load_response_fits

KEYS = ["response_name", "cutoff_at", "product_id", "sample_weight", "customer_weight"]


def model(dbt, session):
    fits = load_response_fits(
        read_table(dbt.ref("int_ranking__response_fits"), ["fit_scope", "fit_id", "model_name", "model"])
    )
    cutoffs = read_table(dbt.ref("int_calendar__cutoffs"), ["cutoff_at", "cutoff_role"])
    candidates = dbt.ref("int_ranking__response_candidates")
    names = numeric_columns(candidates, KEYS)

    def promises_at(cutoff):
        here = f"response_name = 'click' and {is_at('cutoff_at', [cutoff])}"
        return click_promise_rows(cutoff, fits.get("backtest", {}), read_table(candidates, names, here))

    return concat(promises_at(cutoff) for cutoff, _ in judged_cutoffs(cutoffs))
