"""How far the features of customers, and their scores, have moved from what the models learned from.

Grain: one row per variable type and variable.
Algorithm: `vitrine.drift.drift`.
"""

from vitrine.engines.frames import is_at, numeric_columns, read_table
from vitrine.tables import concat, drift_rows, training_cutoffs

KEYS = ["cutoff_at", "customer_id", "last_ordered_at"]
SCORES = ["purchase_probability", "expected_spend_amount"]


def model(dbt, session):
    cutoffs = read_table(dbt.ref("int_calendar__cutoffs"), ["cutoff_at", "cutoff_role"])
    by_role = {row["cutoff_role"]: row["cutoff_at"] for row in cutoffs.to_pylist()}
    features, scores = dbt.ref("int_features__customers"), dbt.ref("int_propensity__scores")

    def compared(kind, name, relation, columns, instants):
        reference, current = (read_table(relation, columns, is_at("cutoff_at", at)) for at in instants)
        return drift_rows(kind, name, reference, current, columns)

    serve = [by_role["serve"]]
    names = numeric_columns(features, KEYS)
    return concat(
        [
            compared("feature", "training", features, names, (training_cutoffs(cutoffs, "serve"), serve)),
            compared("score", "evaluate", scores, SCORES, ([by_role["evaluate"]], serve)),
        ]
    )
