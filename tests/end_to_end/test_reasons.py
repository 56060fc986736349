"""What customers are told is true of them, and what cannot be told is named with its line."""

import re
from collections import defaultdict
from datetime import datetime

import pytest
from harness import Warehouse, project_copy, stopped
from shop import AS_OF

MONTHS = [datetime(2024, month, 1).strftime("%B") for month in range(1, 13)]
CHECKS = ["int_integrity__template_conflicts", "int_integrity__seed_errors", "int_integrity__reason_templates"]


def test_every_sentence_that_names_a_purchase_is_true(shop):
    """The name, the month and the year in the text against the staged lines."""
    warehouse, _ = shop
    bought, returned = defaultdict(set), set()
    for customer, product, at, is_return in warehouse.query(
        "select customer_id, product_name, ordered_at, is_return from staging.stg_order_lines "
        "inner join staging.stg_products using (product_id)"
    ):
        if is_return:
            returned.add((customer, product))
        elif at < AS_OF:
            bought[customer, product].add(f"{MONTHS[at.month - 1]} {at.year}")
    rows = warehouse.query("select customer_id, reason from recommendations_email_v1", "recommendations.duckdb")
    told = [(who, re.fullmatch(r"Goes with the (.*) you bought in (\w+ \d+)", text)) for who, text in rows]
    named = [(who, *found.groups()) for who, found in told if found]
    assert named
    assert [one for one in named if one[2] not in bought[one[0], one[1]] or (one[0], one[1]) in returned] == []


def test_wishes_and_carts_are_the_customer_s_own(shop):
    warehouse, _ = shop
    false = warehouse.query("""
        select reason, count(*) from recommendations.recommendations_email_v1 as slots
        where (reason like '%cart%' or reason like '%wish list%') and not exists (
            select 1 from staging.stg_events as events where events.customer_id = slots.customer_id
            and events.product_id = slots.product_id
            and events.event_type = case when reason like '%cart%' then 'cart' else 'wishlist' end)
        group by 1
    """)
    assert false == []
    kinds = "select distinct reason_type from intermediate.int_release__slates"
    assert {"anchor_bought", "carted", "wished"} <= {kind for (kind,) in warehouse.query(kinds)}


@pytest.fixture(scope="module")
def edited(shop, tmp_path_factory):
    """A copy of the project that stands before the shop's warehouse."""
    warehouse, variables = shop
    return Warehouse(warehouse.folder, project_copy(tmp_path_factory.mktemp("edited"))), variables


def with_templates(edited, rows, models):
    warehouse, _ = edited
    lines = ["connector,channel,reason_type,template,owner,note", *rows]
    (warehouse.project / "seeds" / "reason_templates.csv").write_text("\n".join(lines) + "\n")
    return [
        "build",
        "--select",
        "reason_templates",
        *models,
        "--exclude-resource-type",
        "test",
        "--exclude-resource-type",
        "unit_test",
    ]


def test_a_sentence_that_cannot_be_filled_is_named_with_line_and_placeholder(edited):
    rows = [
        ",,popular,Bought with {anchor_product},CRM,a note",
        ",,anchor_bought,Goes with {anchor_prodcut},CRM,a note",
        ",,taste,Close to {brand},CRM,a note",
        ",email,trendy,In fashion,CRM,a note",
        ",,viewed,You saw {product,CRM,a note",
        ",,popular,Bought by many,CRM,a note",
        "contract_files,,popular,Bought by many,CRM,",
    ]
    said = stopped(edited[0], with_templates(edited, rows, CHECKS), edited[1])
    assert "line 2, popular: template has the placeholder {anchor_product}, which the type popular cannot fill" in said
    assert "line 3, anchor_bought: template has the placeholder {anchor_prodcut}, which the type anchor_b" in said
    assert "it has {product}, {category}, {brand}, {anchor_product}, {anchor_month}, {anchor_year}" in said
    assert "line 4, taste: template has the placeholder {brand}, which the type taste cannot fill; it has {pr" in said
    assert "line 5, trendy: reason_type is trendy, must be pinned, curated," in said
    assert "line 6, viewed: template has a brace that is no placeholder" in said
    assert "line 7, popular: reason_type is there twice: line 2 is for the same connector and channel" in said
    assert "line 8, popular: note is empty" in said


def test_a_channel_without_a_last_resort_is_named(edited):
    rows = [
        "maison,,taste,For you,CRM,a note",
        ",letter,taste,For you,CRM,a note",
        ",,popular,Bought by many,CRM,a note",
    ]
    said = stopped(edited[0], with_templates(edited, rows, CHECKS), edited[1])
    assert "channel email: reason_type has no row taste: add one" in said


def test_an_edited_sentence_is_what_the_next_release_says(edited):
    warehouse, variables = edited
    rows = [
        ",,anchor_bought,Since you have {anchor_product},CRM,a note",
        "contract_files,,taste,For you: {product},CRM,a note",
        ",,taste,Never said,CRM,a note",
    ]
    warehouse.run(with_templates(edited, rows, ["reason_templates+"]), variables)
    texts = [
        text
        for (text,) in warehouse.query("select reason from recommendations_email_v1", "recommendations.duckdb")
        if not re.fullmatch(r"Since you have Product \d+|For you: Product \d+", text)
    ]
    assert texts == []
