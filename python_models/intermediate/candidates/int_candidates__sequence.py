"""Products that come next for the customer, in the order that customers buy them; needs the extra `sequence`.

Grain: one row per cutoff, customer and product.
Algorithm: `vitrine.sequence`, fitted at each cutoff. Parameters: `meta` in int_candidates__sequence.yml.
"""

from vitrine.engines.frames import is_at, read_table
from vitrine.engines.kept import still_open
from vitrine.sequence_network import SequenceParams
from vitrine.tables import concat, sequence_candidate_rows


def model(dbt, session):
    params = SequenceParams(**dbt.config.meta_get("sequence"))
    max_candidates = int(dbt.config.meta_get("max_candidates"))
    allow_owned = bool(dbt.config.meta_get("allow_owned"))
    calendar = still_open(dbt, dbt.ref("int_calendar__cutoffs"))
    cutoffs = read_table(calendar, ["cutoff_at"])["cutoff_at"].to_pylist()
    owned = dbt.ref("int_interactions__customer_products")
    products = dbt.ref("int_features__products")

    def candidates_at(cutoff):
        here = is_at("cutoff_at", [cutoff])
        return sequence_candidate_rows(
            cutoff,
            read_table(owned, ["customer_id", "product_id", "first_ordered_at"], here),
            read_table(products, ["product_id"], here + " and is_sellable")["product_id"],
            params,
            max_candidates,
            allow_owned,
        )

    return concat(candidates_at(cutoff) for cutoff in sorted(cutoffs))
