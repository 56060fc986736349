"""How the simulated house compares with real shops: marginals of the year before each connector's as_of, as a table.

    python benchmarks/maison/marginals.py

Builds the staged order lines of each connector in target/marginals and reads nothing else.
"""

import os
import subprocess
import sys
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
CONNECTORS = ("maison", "complete_journey", "online_retail")
QUERY = """
with order_lines as (
    select lines.*, max(ordered_at) over () as ends_at
    from staging.stg_order_lines as lines
    inner join staging.stg_products as products using (product_id)
    where not is_return and is_merchandise and quantity > 0
),
known as (
    select *,
        row_number() over (partition by customer_id, product_id order by ordered_at, order_line_id) > 1 as is_repeat
    from order_lines
),
year as (select * from known where ordered_at > ends_at - interval 364 day),
orders as (
    select customer_id, order_id, min(ordered_at) as ordered_at, count(distinct product_id) as product_count,
        sum(net_amount) as amount
    from year group by all
),
gaps as (
    select date_diff(
        'hour', lag(ordered_at) over (partition by customer_id order by ordered_at), ordered_at
    ) / 24.0 as days
    from orders
),
buyers as (select customer_id, count(*) as order_count from orders group by 1),
sold as (
    select sale_count, row_number() over (order by sale_count) as place, count(*) over () as product_count,
        sum(sale_count) over () as total
    from (select product_id, count(*) as sale_count from year group by 1)
)
select
    (select count(*) from buyers) as "customers who bought",
    (select avg(order_count) from buyers) as "orders a customer, mean",
    (select median(order_count) from buyers) as "orders a customer, median",
    (select quantile_cont(order_count, 0.9) from buyers) as "orders a customer, 90th percentile",
    (select avg((order_count = 1)::int) from buyers) as "share of customers with one order",
    (select avg(product_count) from orders) as "products an order, mean",
    (select median(product_count) from orders) as "products an order, median",
    (select median(amount) from orders) as "amount of an order, median",
    (select max(product_count) from sold) as "products sold",
    (select sum((2 * place - product_count - 1) * sale_count) / max(product_count * total) from sold)
        as "Gini of the products' sales",
    (select avg(is_repeat::int) from year) as "share of lines that repeat a product",
    (select median(days) from gaps) as "days between orders, median",
    (select quantile_cont(days, 0.9) from gaps) as "days between orders, 90th percentile",
"""


def marginals(connector: str) -> dict[str, float]:
    """Return the marginals of a connector by name."""
    folder = ROOT / "target" / "marginals" / connector
    environment = {
        **os.environ,
        "VITRINE_WAREHOUSE": str(folder / "warehouse"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    dbt = Path(sys.executable).with_name("dbt")
    command = [dbt, "build", "--quiet", "--resource-type", "model", "--resource-type", "seed"]
    command += ["--select", "+stg_order_lines", "+stg_products"]
    done = subprocess.run(
        [*command, "--vars", f"{{connector: {connector}}}"], cwd=ROOT, env=environment, check=False
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"The connector {connector} could not be staged; see above.")
    with duckdb.connect(str(folder / "warehouse" / "vitrine.duckdb"), read_only=True) as connection:
        found = connection.execute(QUERY)
        return dict(zip([column[0] for column in found.description], found.fetchone(), strict=True))


def shown(value: float) -> str:
    """Return a figure with as many digits as it has to say."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"


def main() -> None:
    """Print the table."""
    found = {connector: marginals(connector) for connector in CONNECTORS}
    print("| of the last year | " + " | ".join(CONNECTORS) + " |\n|---|" + "---|" * len(CONNECTORS))
    for name in found[CONNECTORS[0]]:
        print(f"| {name} | " + " | ".join(shown(found[connector][name]) for connector in CONNECTORS) + " |")


if __name__ == "__main__":
    main()
