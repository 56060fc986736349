"""Reliability of the click, cart and purchase probabilities of candidates, with a bootstrap band over customers.

Grain: one row per probability, judged cutoff and bin.
Algorithm: `vitrine.calibration.clustered_reliability`.
"""

from vitrine.engines.frames import is_at, read_table
from vitrine.tables import concat, judged_cutoffs, probability_reliability_rows

COLUMNS = ["bin_number", "customer_id", "candidate_count", "promised_sum", "outcome_count"]


def model(dbt, session):
    draws = int(dbt.config.meta_get("draws"))
    cutoffs = read_table(dbt.ref("int_calendar__cutoffs"), ["cutoff_at", "cutoff_role"])
    bins = dbt.ref("int_evaluation__probability_bins")

    def curve_at(name, cutoff, role):
        here = f"probability_name = '{name}' and {is_at('cutoff_at', [cutoff])}"
        return probability_reliability_rows(name, cutoff, role, read_table(bins, COLUMNS, here), draws)

    judged = judged_cutoffs(cutoffs)
    return concat(curve_at(name, *one) for name in ("click", "cart", "purchase") for one in judged)
