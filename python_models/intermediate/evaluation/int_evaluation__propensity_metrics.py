"""How good the purchase probabilities are: AUC, Brier score and its skill, lift, expected spend.

Grain: one row per judged cutoff and metric.
Algorithm: `vitrine.calibration`, standard errors from a bootstrap over customers.
"""

from vitrine.engines.frames import is_at, read_table
from vitrine.tables import concat, join_on_keys, judged_cutoffs, propensity_metric_rows

KEYS = ["cutoff_at", "customer_id"]
SCORES = ["purchase_probability", "expected_spend_amount", "baseline_probability", "logistic_probability"]


def model(dbt, session):
    draws = int(dbt.config.meta_get("draws"))
    cutoffs = read_table(dbt.ref("int_calendar__cutoffs"), ["cutoff_at", "cutoff_role"])
    scores = dbt.ref("int_propensity__scores")
    outcomes = dbt.ref("int_propensity__outcomes")

    def metrics_at(cutoff, role):
        here = is_at("cutoff_at", [cutoff])
        rows = join_on_keys(
            read_table(scores, [*KEYS, *SCORES], here),
            read_table(outcomes, [*KEYS, "has_ordered", "spend_amount"], here),
            KEYS,
        )
        return propensity_metric_rows(cutoff, role, rows, draws)

    return concat(metrics_at(cutoff, role) for cutoff, role in judged_cutoffs(cutoffs))
