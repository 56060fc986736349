"""What only the build's own warehouse knows of customers and products, where no build is using it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from vitrine.engines.build_lock import WarehouseBusyError, kept_still
from vitrine.engines.connections import connected
from vitrine.engines.email_preview.slates import Release, Slate, Slot

# Of the day of the live release, whatever was built since.
FACTS = """
with audience as (
    select customer_id, propensity_rank, propensity_decile, purchase_probability
    from intermediate.int_propensity__audience where channel = 'email' and cutoff_at = $as_of
), published as (
    select customer_id, max(coalesce(fallback_level, 'personal')) as fallback_level
    from releases.release_slates where channel = 'email' and release_id = $release group by customer_id
), tastes as (
    select customer_id, round(avg(taste_distance), 6) as taste_distance
    from intermediate.int_release__slates where channel = 'email' and release_id = $release group by customer_id
)
select published.customer_id, audience.propensity_rank, audience.propensity_decile, audience.purchase_probability,
    cast(customers.order_count as integer) as order_count, published.fallback_level, tastes.taste_distance
from published
left join audience on published.customer_id = audience.customer_id
left join tastes on published.customer_id = tastes.customer_id
left join intermediate.int_features__customers as customers
    on published.customer_id = customers.customer_id and customers.cutoff_at = $as_of
"""
NAMES = "select product_id, product_name from staging.stg_products"
WITHOUT = "Purchase probabilities, orders, taste distances and names of anchors are not shown"

Rows = list[dict[str, Any]]


def with_facts(slates: list[Slate], warehouse: Path, folder: Path, release: Release) -> tuple[list[Slate], str]:
    """Add to slates what the build's warehouse knows of the customers; return them and why it could not, or nothing."""
    rows, why_not = _asked(warehouse, folder, FACTS, as_of=release.as_of_at, release=release.release_id)
    facts = {row.pop("customer_id"): row for row in rows}
    if not why_not and not any(one["propensity_rank"] for one in facts.values()):
        why_not = f"{WITHOUT}: the last build is not the one of the live release."
    return [replace(one, **facts.get(one.customer_id, {})) for one in slates], why_not


def with_names(slots: dict[str, tuple[Slot, ...]], warehouse: Path, folder: Path) -> dict[str, tuple[Slot, ...]]:
    """Give anchors their names, where the build's warehouse can be read."""
    rows, _ = _asked(warehouse, folder, NAMES)
    names = {row["product_id"]: row["product_name"] for row in rows}
    return {
        customer: tuple(replace(one, anchor_product_name=names.get(one.anchor_product_id)) for one in slate)
        for customer, slate in slots.items()
    }


def _asked(warehouse: Path, folder: Path, query: str, **values: Any) -> tuple[Rows, str]:
    """Return the rows of a query on the build's warehouse, builds kept out meanwhile, or why there are none."""
    database = warehouse / "vitrine.duckdb"
    if not database.exists():
        return [], f"{WITHOUT}: the build's own warehouse is not here."
    try:
        with kept_still(database), connected(folder, database, read_only=True) as connection:
            return connection.execute(query, values or None).to_arrow_table().to_pylist(), ""
    except (WarehouseBusyError, duckdb.IOException):
        return [], f"{WITHOUT}: a build or another program is using the build's own warehouse."
    except (OSError, duckdb.Error):
        return [], f"{WITHOUT}: the build's own warehouse cannot be read, or an earlier version made it."
