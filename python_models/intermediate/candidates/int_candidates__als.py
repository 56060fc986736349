"""Products close to the customer's taste in the factors of ALS.

Grain: one row per cutoff, customer and product.
Algorithm: `vitrine.als.propose`. Parameters: vars handed over in int_candidates__als.yml.
"""

from vitrine.engines.frames import is_at, read_table
from vitrine.tables import als_candidate_rows, als_factors_of, concat


def model(dbt, session):
    max_candidates = int(dbt.config.meta_get("max_candidates"))
    allow_owned = bool(dbt.config.meta_get("allow_owned"))
    calendar = dbt.ref("int_calendar__cutoffs")
    cutoffs = read_table(calendar, ["cutoff_at"])["cutoff_at"].to_pylist()
    factors = dbt.ref("int_candidates__als_factors")
    owned = dbt.ref("int_interactions__customer_products")
    products = dbt.ref("int_features__products")

    def candidates_at(cutoff):
        here = is_at("cutoff_at", [cutoff])
        return als_candidate_rows(
            cutoff,
            als_factors_of(read_table(factors, ["entity_type", "entity_id", "factors"], here)),
            read_table(owned, ["customer_id", "product_id", "weight"], here),
            read_table(products, ["product_id"], here + " and is_sellable")["product_id"],
            max_candidates,
            allow_owned,
        )

    return concat(candidates_at(cutoff) for cutoff in sorted(cutoffs))
