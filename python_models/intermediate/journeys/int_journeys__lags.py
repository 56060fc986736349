"""How long after an anchor purchase the next one is wanted, from the purchases before the serve cutoff.

Grain: one row per pair of anchor and next in a step.
Algorithm: `vitrine.journey.fit_lag`. Parameters: `meta.lag` in the yml.
"""

from vitrine.engines.frames import read_table
from vitrine.journey import LagParams
from vitrine.tables import lag_rows
from vitrine.tables.journey import PAIR


def model(dbt, session):
    params = LagParams(**dbt.config.meta_get("lag"))
    (cutoff,) = read_table(dbt.ref("int_calendar__cutoffs"), ["cutoff_at"], "cutoff_role = 'serve'")["cutoff_at"]
    columns = [*PAIR, "customer_id", "days_since_anchor", "purchase_count", "next_count"]

    return lag_rows(cutoff.as_py(), read_table(dbt.ref("int_journeys__lag_counts"), columns), params)
