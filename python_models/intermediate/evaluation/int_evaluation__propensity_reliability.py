"""Reliability curve of the purchase probabilities with the band of a perfectly calibrated model.

Grain: one row per judged cutoff and bin.
Algorithm: `vitrine.calibration.reliability` (Bröcker and Smith 2007).
"""

from vitrine.engines.frames import is_at, read_table
from vitrine.tables import concat, join_on_keys, judged_cutoffs, reliability_rows

KEYS = ["cutoff_at", "customer_id"]


def model(dbt, session):
    bins = int(dbt.config.meta_get("bins"))
    cutoffs = read_table(dbt.ref("int_calendar__cutoffs"), ["cutoff_at", "cutoff_role"])
    scores = dbt.ref("int_propensity__scores")
    outcomes = dbt.ref("int_propensity__outcomes")

    def curve_at(cutoff, role):
        here = is_at("cutoff_at", [cutoff])
        rows = join_on_keys(
            read_table(scores, [*KEYS, "purchase_probability"], here),
            read_table(outcomes, [*KEYS, "has_ordered"], here),
            KEYS,
        )
        return reliability_rows(cutoff, role, rows, bins)

    return concat(curve_at(cutoff, role) for cutoff, role in judged_cutoffs(cutoffs))
