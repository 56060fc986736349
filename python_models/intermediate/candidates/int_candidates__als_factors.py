"""Factors of customers and products at each cutoff, from implicit-feedback ALS.

Grain: one row per cutoff, entity type and entity.
Algorithm: `vitrine.als.fit_als`. Parameters: `meta.als` in the yml, and
the rows of seeds/model_parameters.csv.
"""

from vitrine.als import AlsParams
from vitrine.engines.frames import is_at, read_table
from vitrine.parameters import with_parameters
from vitrine.tables import als_factor_rows, concat


def model(dbt, session):
    tuned = read_table(dbt.ref("int_integrity__model_parameters"), ["model", "parameter", "parameter_value"])
    params = with_parameters(AlsParams(**dbt.config.meta_get("als")), tuned, "als")
    calendar = dbt.ref("int_calendar__cutoffs")
    cutoffs = read_table(calendar, ["cutoff_at"])["cutoff_at"].to_pylist()
    interactions = dbt.ref("int_interactions__customer_products")
    columns = ["customer_id", "product_id", "weight"]

    return concat(
        als_factor_rows(cutoff, read_table(interactions, columns, is_at("cutoff_at", [cutoff])), params)
        for cutoff in sorted(cutoffs)
    )
