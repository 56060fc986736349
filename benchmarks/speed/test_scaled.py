"""A scaled shop has each household's baskets and each week's sales again, and no copy is another's twin."""

from pathlib import Path

import duckdb
import pytest
from scaled import write_scaled

LINES = 4000


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the staged input of 40 households."""
    database = tmp_path_factory.mktemp("staged") / "vitrine.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema staging; create schema intermediate")
        connection.execute(
            "create table intermediate.int_calendar__cutoffs as "
            "select timestamp '2024-03-04' as cutoff_at, 'serve' as cutoff_role"
        )
        connection.execute(f"""
            create table staging.stg_order_lines as select
                'l' || i as order_line_id, 'o' || i // 5 as order_id, 'c' || (i // 5) % 40 as customer_id,
                'p' || hash(i) % 60 as product_id,
                timestamp '2024-01-01' + interval (i // 5 % 56) day as ordered_at,
                1.0 as quantity, 2.0 as net_amount, 2.0 as list_amount, false as is_return
            from range({LINES}) as numbers (i)""")
        connection.execute("""
            create table staging.stg_products as select 'p' || i as product_id, 'n' as product_name, 'd' as department,
                'k' || i % 6 as category, null as subcategory, 'b' as brand, true as is_merchandise, false as is_durable
            from range(60) as numbers (i)""")
        connection.execute("""
            create table staging.stg_customers as
            select 'c' || i as customer_id, null as registered_at from range(40) as numbers (i)""")
        for name, columns in {
            "product_states": "product_id, valid_from_at, valid_to_at, is_active, stock_quantity, list_price_amount, "
            "unit_cost_amount, tier",
            "product_attributes": "product_id, attribute_name, attribute_value",
            "consents": "customer_id, channel, is_opted_in, valid_from_at, valid_to_at",
            "events": "event_id, customer_id, session_id, product_id, event_type, occurred_at, send_id",
            "sends": "send_id, customer_id, channel, campaign_id, sent_at",
            "impressions": "impression_id, customer_id, channel, product_id, slot, shown_at, send_id, release_id, "
            "selection_probability",
        }.items():
            selected = ", ".join(f"null as {column.strip()}" for column in columns.split(","))
            connection.execute(f"create table staging.stg_{name} as select {selected} where false")
    return database


@pytest.fixture(scope="module")
def scaled(staged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scaled")
    as_of, entities = write_scaled(staged, folder, 3)
    assert as_of == "2024-03-04 00:00:00"
    assert set(entities) == {"customers", "products", "order_lines"}
    return folder


def counted(folder: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        for path in folder.glob("*.parquet"):
            connection.execute(f"create view {path.stem} as from '{path}'")
        return connection.execute(query).fetchall()


def test_every_copy_has_the_households_and_lines_of_the_shop(scaled: Path) -> None:
    counts = ", ".join(f"count(distinct {name}_id)" for name in ("order_line", "order", "customer"))
    query = f"select count(*), {counts} from order_lines"
    assert counted(scaled, query) == [(3 * LINES, 3 * LINES, 3 * LINES // 5, 120)]
    assert counted(scaled, "select count(distinct customer_id) from customers") == [(120,)]


def test_each_week_sells_each_product_as_often_times_three(scaled: Path) -> None:
    assert counted(
        scaled,
        """
        with sold as (
            select date_trunc('week', ordered_at) as week, product_id, count(*) as line_count,
                count(*) filter (where customer_id not like '%-%') as own_count
            from order_lines group by all
        )
        select count(*) > 0, count(*) filter (where line_count <> 3 * own_count) from sold""",
    ) == [(True, 0)]


def test_a_basket_keeps_its_categories(scaled: Path) -> None:
    assert counted(scaled, """
        with baskets as (
            select split_part(order_id, '-', 1) as basket, order_id, list_sort(list(category)) as categories
            from order_lines inner join products using (product_id) group by all
        )
        select count(distinct categories) as kinds, count(*) as copies from baskets group by basket
        having kinds <> 1 or copies <> 3""") == []  # fmt: skip


def test_no_copy_has_bought_the_same(scaled: Path) -> None:
    ((kept, moved),) = counted(scaled, """
        with lines as (select *, split_part(order_line_id, '-', 1) as line from order_lines)
        select count(*) filter (where a.product_id = b.product_id), count(*)
        from lines as a inner join lines as b using (line)
        where a.order_line_id = a.line and b.order_line_id <> b.line""")  # fmt: skip
    assert 0.45 < float(str(kept)) / float(str(moved)) < 0.65


def test_a_split_deals_orders_to_more_customers(staged: Path, tmp_path: Path) -> None:
    write_scaled(staged, tmp_path, 2, split=3)
    query = "select count(*), count(distinct order_id), count(distinct customer_id) from order_lines"
    ((lines, orders, customers),) = counted(tmp_path, query)
    assert (lines, orders) == (2 * LINES, 2 * LINES // 5) and 200 < int(str(customers)) <= 240
    assert counted(tmp_path, "select count(*) from order_lines anti join customers using (customer_id)") == [(0,)]
    assert counted(tmp_path, "select count(distinct customer_id) from customers") == [(240,)]
