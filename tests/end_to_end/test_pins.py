"""A pin reaches everybody who may be shown the product, and nobody else; that it goes stops no release."""

import pytest
from harness import Warehouse, project_copy
from test_bad_seeds import edited

BUILD = ["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test", "--select"]
RULES = ["int_rules__killed+"]
SLATES = "select customer_id, slot, product_id, relaxed_limits from intermediate.int_release__slates"
OWNED = """
select customer_id from intermediate.int_interactions__customer_products
inner join intermediate.int_calendar__cutoffs using (cutoff_at)
where cutoff_role = 'serve' and product_id = '{}'
"""


@pytest.fixture(scope="module")
def pinned(shop, tmp_path_factory):
    """The shop built with a pin of a product that some own, another that is kept for a tier, and a curated pair."""
    warehouse, variables = shop
    copy = project_copy(tmp_path_factory.mktemp("pins"))
    warehouse = Warehouse(warehouse.folder, copy)
    # Bought by some, long enough ago for no rule to mind.
    product, kept = (row[0] for row in warehouse.query("""
        select product_id from intermediate.int_features__products as products
        inner join intermediate.int_calendar__cutoffs using (cutoff_at)
        where cutoff_role = 'serve' and is_sellable and price_amount is not null
        order by all_time_buyer_count desc, product_id limit 2
    """))  # fmt: skip
    edited(warehouse, "pinned_slots", [f",email,hero,1,{product},Ada,,,a note"])
    edited(warehouse, "price_limits", [])
    edited(warehouse, "curated_pairs", [f",{product},{kept},require,,3650,Ada,,,a note"])
    warehouse.run([*BUILD, "pinned_slots+", "curated_pairs+", "price_limits+"], variables)
    return warehouse, variables, product, kept


def test_a_pin_stands_in_its_slot_for_those_who_do_not_have_the_product(pinned):
    warehouse, _, product, kept = pinned
    owners = {row[0] for row in warehouse.query(OWNED.format(product))}
    blocked = {row[0] for row in warehouse.query(f"""
        select customer_id from intermediate.int_ranking__eligibility
        inner join intermediate.int_calendar__cutoffs using (cutoff_at)
        where cutoff_role = 'serve' and product_id = '{product}' and is_blocked
    """)}  # fmt: skip
    rows = warehouse.query(SLATES)
    customers = {row[0] for row in rows}
    firsts = {customer for customer, slot, found, _ in rows if slot == 1 and found == product}
    assert firsts == customers - owners - blocked and firsts and customers & owners
    assert not any("hero" in (relaxed or "") for *_, relaxed in rows)
    has_kept = {row[0] for row in warehouse.query(OWNED.format(kept))}
    asked = (customers & owners) - has_kept
    shown = {customer for customer, _, found, _ in rows if found == kept}
    assert asked and asked <= shown and not shown & has_kept


def test_the_release_with_pins_passes_its_audits(pinned):
    warehouse, *_ = pinned
    assert warehouse.query("select * from intermediate.int_release__audits where not is_passed") == []
    (live,) = warehouse.query("select distinct release_id from recommendations_email_v1", "recommendations.duckdb")
    assert [live] == warehouse.query("select distinct release_id from intermediate.int_release__slates")


def test_a_pinned_product_that_is_killed_stops_no_release(pinned):
    warehouse, variables, product, _ = pinned
    arguments = f"{{product_id: '{product}', owner: ada, reason: recall}}"
    warehouse.run(["run-operation", "kill_product", "--args", arguments], variables)
    warehouse.run(["run", "--select", *RULES], variables)
    rows = warehouse.query(SLATES)
    assert rows and product not in {found for _, _, found, _ in rows}
    assert not any(relaxed for *_, relaxed in rows)
    assert warehouse.query("select * from intermediate.int_release__audits where not is_passed") == []
