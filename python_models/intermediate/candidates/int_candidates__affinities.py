"""Candidates of the affinity models, and the scores of all of them for every candidate.

Grain: one row per cutoff, customer and product.
Algorithm: `vitrine.affinity.propose_by_affinity`. Parameters: `meta.affinity` in the yml, and
the rows of seeds/model_parameters.csv.
"""

from vitrine.affinity_models import AffinityParams
from vitrine.engines.frames import is_at, read_table
from vitrine.engines.kept import still_open
from vitrine.parameters import with_parameters
from vitrine.tables import affinity_rows, als_factors_of, concat

OWNED = ["customer_id", "product_id", "weight", "intent_weight", "days_since_order"]
PRODUCT = ["product_id", "product_name", "category", "brand", "is_sellable"]


def model(dbt, session):
    tuned = read_table(dbt.ref("int_integrity__model_parameters"), ["model", "parameter", "parameter_value"])
    params = with_parameters(AffinityParams(**dbt.config.meta_get("affinity")), tuned, "affinity")
    allow_owned = bool(dbt.config.meta_get("allow_owned"))
    new_category_days = int(dbt.config.meta_get("new_category_days"))
    calendar = still_open(dbt, dbt.ref("int_calendar__cutoffs"))
    cutoffs = read_table(calendar, ["cutoff_at"])["cutoff_at"].to_pylist()
    owned, products = dbt.ref("int_interactions__customer_products"), dbt.ref("int_features__products")
    proposals, categories = dbt.ref("int_candidates__proposals"), dbt.ref("int_features__customer_categories")
    factors, customers = dbt.ref("int_candidates__als_factors"), dbt.ref("int_candidates__customers")

    def rows_at(cutoff):
        here = is_at("cutoff_at", [cutoff])
        known = f"{here} and days_since_order <= {new_category_days}"
        return affinity_rows(
            cutoff,
            read_table(customers, ["customer_id"], here)["customer_id"],
            read_table(owned, OWNED, here),
            read_table(products, PRODUCT, here),
            read_table(proposals, ["customer_id", "product_id"], here),
            read_table(categories, ["customer_id", "category"], known),
            als_factors_of(read_table(factors, ["entity_type", "entity_id", "factors"], here)),
            params,
            allow_owned,
        )

    return concat(rows_at(cutoff) for cutoff in sorted(cutoffs))
