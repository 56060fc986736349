"""The raw first year of Online Retail II in staging: what is rejected, what becomes a return, what is merchandise."""

import pytest
from harness import PROJECT, Warehouse

DATA = PROJECT.parent / "shared" / "data" / "online_retail_ii.parquet"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is absent")
RAW = f"read_parquet('{DATA}')"
LINES = 818_987


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    warehouse = Warehouse(tmp_path_factory.mktemp("online_retail"))
    variables = {"connector": "online_retail", "source_dir": str(DATA.parent)}
    warehouse.run(["run", "--select", "staging", "connectors"], variables, seeds=True)
    return warehouse


def rejected(warehouse):
    found = warehouse.query("select entity, reason, row_count, is_tolerated from staging.stg_rejection_counts")
    assert all(is_tolerated for *_, is_tolerated in found)
    return {(entity, reason): count for entity, reason, count, _ in found}


def test_the_lines_that_cannot_be_used_are_counted_by_reason(warehouse):
    counts = {reason: n for (entity, reason), n in rejected(warehouse).items() if entity == "order_lines"}
    assert counts == {"missing_customer_id": 100_207, "duplicate_key": 10_002}
    [(raw,)] = warehouse.query(f'select count(*) from {RAW} where "Customer ID" is null')
    assert counts["missing_customer_id"] == raw
    # A negative quantity that is no cancellation never has a customer, so that reason comes first.
    [(corrections,)] = warehouse.query(
        f"""select count(*) from {RAW} where "Quantity" < 0 and "Invoice" not like 'C%' and "Customer ID" is not null"""
    )
    assert corrections == 0


def test_every_line_is_accepted_or_rejected(warehouse):
    [(accepted, ids)] = warehouse.query("select count(*), count(distinct order_line_id) from staging.stg_order_lines")
    assert accepted == ids
    counts = rejected(warehouse)
    assert accepted + sum(n for (entity, _), n in counts.items() if entity == "order_lines") == LINES


def test_of_lines_that_are_the_same_one_is_kept(warehouse):
    """Counted in the raw file, in words that share nothing with the connector."""
    [(distinct,)] = warehouse.query(f"""
        select count(*) from (
            select distinct
                "Invoice", upper(trim("StockCode")), coalesce(trim("Description"), ''), "Quantity", "InvoiceDate", "Price"
            from {RAW} where "Customer ID" is not null
        )
    """)
    assert warehouse.query("select count(*) from staging.stg_order_lines") == [(distinct,)]


def test_cancellations_become_returns_with_positive_amounts(warehouse):
    assert warehouse.query("select count(*) from staging.stg_order_lines where is_return != (order_id like 'C%')") == [
        (0,)
    ]
    [(returns, least, paid_back)] = warehouse.query(
        "select count(*), min(quantity), min(net_amount) from staging.stg_order_lines where is_return"
    )
    assert returns == 9_518
    assert least >= 1
    assert paid_back > 0
    [(units,)] = warehouse.query(
        f"""select -sum("Quantity") from (
            select distinct * from {RAW} where "Invoice" like 'C%' and "Customer ID" is not null
        )"""
    )
    assert warehouse.query("select sum(quantity) from staging.stg_order_lines where is_return") == [(units,)]


def test_most_merchandise_has_a_category(warehouse):
    [(share, categories)] = warehouse.query(
        "select avg(case when category = 'other' then 0.0 else 1.0 end), count(distinct category)"
        " from staging.stg_products where is_merchandise"
    )
    assert share >= 0.88
    assert categories >= 10


def test_fees_postage_and_corrections_are_no_merchandise(warehouse):
    found = dict(warehouse.query("select product_id, is_merchandise from staging.stg_products"))
    codes = [
        "POST",
        "DOT",
        "C2",
        "M",
        "D",
        "S",
        "B",
        "AMAZONFEE",
        "ADJUST",
        "ADJUST2",
        "TEST001",
        "GIFT",
        "BANK CHARGES",
    ]
    assert {code: found.get(code) for code in codes} == dict.fromkeys(codes, False)
    names = warehouse.query(
        "select product_id, product_name from staging.stg_products where is_merchandise and regexp_matches("
        "lower(product_name), '(^| )(postage|bank charges|amazon fee|gift voucher|adjust bad debt)( |$)')"
    )
    assert names == []
    # Every code without five leading digits is either kept out or one of the shop's own lines.
    odd = warehouse.query(
        "select product_id from staging.stg_products where is_merchandise"
        " and not regexp_matches(product_id, '^([0-9]{5}|DCGS|SP)')"
    )
    assert odd == []
