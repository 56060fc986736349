"""Factors of customers and products at each cutoff, from implicit-feedback ALS.

Grain: one row per cutoff, entity type and entity.
Algorithm: `vitrine.engines.factors.factor_rows`. Parameters: `meta.als` in the yml, and
the rows of seeds/model_parameters.csv.
"""

from vitrine.als import AlsParams
from vitrine.engines.factors import factor_rows
from vitrine.engines.frames import read_table, together
from vitrine.engines.kept import still_open
from vitrine.parameters import with_parameters


def model(dbt, session):
    tuned = read_table(dbt.ref("int_integrity__model_parameters"), ["model", "parameter", "parameter_value"])
    params = with_parameters(AlsParams(**dbt.config.meta_get("als")), tuned, "als")
    calendar = still_open(dbt, dbt.ref("int_calendar__cutoffs"))
    interactions = dbt.ref("int_interactions__customer_products")
    cutoffs = read_table(calendar, ["cutoff_at"])["cutoff_at"].to_pylist()
    return together(factor_rows(interactions, cutoff, params) for cutoff in sorted(cutoffs))
