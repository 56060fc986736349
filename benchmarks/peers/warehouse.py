"""Vitrine's builds as of each cutoff, and what is read from them. Only this module runs dbt or opens a warehouse."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb
import yaml
from protocol import (
    DISCOVERY,
    LIST_LENGTH,
    NEW_CATEGORIES,
    NEW_CATEGORY_DAYS,
    NEW_PRODUCTS,
    RELEVANCE,
    ROOT,
    ComparisonError,
    Protocol,
    day,
)

BUILT_FROM = ("models", "macros", "src", "seeds", "python_models", "dbt_project.yml", "profiles.yml")
SLATES = ("+int_ranking__slates", "+int_propensity__scores")
"""What a build as of a cutoff holds: Vitrine's slates, all they are made from, and who is likely to buy."""
PURCHASES = ("+int_interactions__order_lines",)
"""What the build as of the end of the data holds: enough to know what was bought in the windows."""
CHANNEL = "email"


def pinned_as_of(connector: str) -> datetime | None:
    """Return the end of a demo connector's data, None for one that grows."""
    connectors = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["connectors"]
    if connector not in connectors:
        raise ComparisonError(f"There is no connector {connector}. dbt_project.yml has: {', '.join(connectors)}.")
    pinned = connectors[connector].get("as_of")
    return datetime.fromisoformat(pinned) if pinned else None


def build_all(protocol: Protocol, cutoffs: Sequence[datetime], rebuild: bool) -> None:
    """Build the end of the data and the given cutoffs, each into a folder of its own; what is up to date is kept."""
    build(protocol, protocol.end, protocol.as_of, PURCHASES, rebuild)
    for cutoff in cutoffs:
        build(protocol, day(cutoff), cutoff, SLATES, rebuild)


def build(protocol: Protocol, name: str, as_of: datetime, select: Sequence[str], rebuild: bool = False) -> None:
    """Run dbt build as of an instant, unless the same code and vars have built it already."""
    folder = protocol.build_folder(name)
    variables = {**dict(protocol.variables), "connector": protocol.connector, "as_of": day(as_of)}
    variables["horizon_days"] = protocol.horizon_days
    made_from = {"code": code_fingerprint(), "vars": variables, "select": list(select)}
    stamp = folder / "build.json"
    if not rebuild and stamp.exists() and json.loads(stamp.read_text()) == made_from:
        print(f"{protocol.connector} as of {day(as_of)} ({name}): up to date")
        return
    stamp.unlink(missing_ok=True)
    for old in ("vitrine.duckdb", "vitrine.duckdb.wal", "spill", "target"):
        shutil.rmtree(folder / old, ignore_errors=True)
        if (folder / old).is_file():
            (folder / old).unlink()
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{protocol.connector} as of {day(as_of)} ({name}): building {' '.join(select)}", flush=True)
    environment = {
        **os.environ,
        "VITRINE_WAREHOUSE": str(folder.relative_to(ROOT)),
        "DBT_TARGET_PATH": str(folder.relative_to(ROOT) / "target"),
        "DBT_LOG_PATH": str(folder.relative_to(ROOT) / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    }
    kinds = ["--resource-type", "seed", "--resource-type", "model"]
    command = [str(Path(sys.executable).with_name("dbt")), "--no-use-colors", "build", *kinds]
    command += ["--select", *select, "--vars", json.dumps(variables)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        absent = sorted({line.strip() for line in lines if "was not found" in line})
        said = "\n".join(absent or lines[-25:])
        raise ComparisonError(f"dbt could not build {protocol.connector} as of {day(as_of)}:\n{said}")
    stamp.write_text(json.dumps(made_from, indent=2) + "\n")


def code_fingerprint() -> str:
    """Return a hash of every file that a build depends on, committed or not."""
    digest = hashlib.sha256()
    for name in BUILT_FROM:
        path = ROOT / name
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


@contextmanager
def opened(protocol: Protocol, name: str, cutoff: datetime) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a build read-only, with `cutoff_at` set as a variable, and close it."""
    file = protocol.build_folder(name) / "vitrine.duckdb"
    if not file.exists():
        raise ComparisonError(
            f"{file.relative_to(ROOT)} is not there. Run: benchmarks/peers/run.py {protocol.connector} prepare"
        )
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'; set threads = 1; set memory_limit = '2GB'")
        connection.execute(f"set variable cutoff_at = timestamp '{cutoff:%Y-%m-%d %H:%M:%S}'")
        connection.execute(f"set variable horizon = interval {protocol.horizon_days} day")
        connection.execute(f"set variable new_category = interval {NEW_CATEGORY_DAYS} day")
        yield connection


PURCHASE_LINES = """
    select customer_id, product_id, order_id, ordered_at, quantity, net_amount, category
    from {database}intermediate.int_interactions__order_lines
    where is_merchandise and not is_return
"""

EXPORTS = {
    "customers": """
        select
            cast(row_number() over (order by customer_id) - 1 as integer) as customer,
            customer_id
        from (select distinct customer_id from lines where ordered_at < getvariable('cutoff_at'))
        order by customer
    """,
    "products": """
        with features as (
            select * from intermediate.int_features__products where cutoff_at = getvariable('cutoff_at')
        ),
        known as (
            select product_id, any_value(category order by ordered_at) as category
            from lines where ordered_at < getvariable('cutoff_at') group by product_id
        )
        select
            cast(row_number() over (order by known.product_id) - 1 as integer) as product,
            known.product_id,
            cast(dense_rank() over (order by coalesce(features.category, known.category)) - 1 as integer) as category,
            coalesce(features.category, known.category) as category_name,
            cast(case when features.brand is null then -1
                else dense_rank() over (order by features.brand nulls last) - 1 end as integer) as brand,
            coalesce(features.is_sellable, false) as is_sellable,
            cast(features.price_amount as double) as price_amount,
            cast(features.popularity_percentile as double) as popularity_percentile,
            cast(features.price_percentile as double) as price_percentile,
            cast(coalesce(features.buyer_count, 0) as integer) as buyer_count
        from known left join features on known.product_id = features.product_id
        order by product
    """,
    "purchases": """
        with orders as (
            select
                customer_id, product_id, order_id, min(ordered_at) as ordered_at,
                cast(sum(cast(quantity as decimal(28, 6))) as double) as quantity,
                cast(sum(cast(net_amount as decimal(28, 6))) as double) as net_amount
            from lines where ordered_at < getvariable('cutoff_at')
            group by customer_id, product_id, order_id
        )
        select
            customers.customer,
            products.product,
            cast(dense_rank() over (order by orders.customer_id, orders.order_id) - 1 as integer) as "order",
            date_diff('second', orders.ordered_at, getvariable('cutoff_at')) / 86400.0 as age_days,
            orders.quantity,
            orders.net_amount
        from orders
        inner join customers on orders.customer_id = customers.customer_id
        inner join products on orders.product_id = products.product_id
        order by "order", product
    """,
}


def export_inputs(protocol: Protocol, cutoff: datetime) -> None:
    """Write what peers may know at a cutoff, and apart from it who is in the high-propensity segment."""
    folder = protocol.inputs_folder(cutoff)
    folder.mkdir(parents=True, exist_ok=True)
    with opened(protocol, day(cutoff), cutoff) as connection:
        connection.execute(f"create temp view lines as {PURCHASE_LINES.format(database='')}")
        for name, query in EXPORTS.items():
            connection.execute(f"create temp table {name} as {query}")
            connection.execute(f"copy (from {name}) to '{folder / name}.parquet' (format parquet)")
        connection.execute(f"""
            copy (
                select customers.customer, coalesce(scores.purchase_probability, 0) as purchase_probability
                from customers
                left join intermediate.int_propensity__scores as scores
                    on customers.customer_id = scores.customer_id and scores.cutoff_at = getvariable('cutoff_at')
                order by customers.customer
            ) to '{folder.parent / "propensity"}.parquet' (format parquet)
        """)


def export_vitrine(protocol: Protocol, cutoff: datetime) -> None:
    """Write Vitrine's lists at the serve cutoff of the build as of it: task, customer, product, rank."""
    inputs, lists = protocol.inputs_folder(cutoff), protocol.lists_folder(cutoff)
    lists.mkdir(parents=True, exist_ok=True)
    with opened(protocol, day(cutoff), cutoff) as connection:
        for name in ("customers", "products", "purchases"):
            connection.execute(f"create temp table {name} as from read_parquet('{inputs / name}.parquet')")
        # What a task leaves out is left out of everybody's lists, Vitrine's too.
        connection.execute("""
            create temp table bought as select distinct customer, product from purchases;
            create temp table recent as
                select distinct purchases.customer, products.category
                from purchases inner join products on purchases.product = products.product
                where purchases.age_days <= epoch(getvariable('new_category')) / 86400;
        """)
        relevance = """
            select scores.customer_id, scores.product_id, scores.relevance_score as score
            from intermediate.int_ranking__scores as scores
            inner join intermediate.int_ranking__eligibility as eligibility
                on scores.cutoff_at = eligibility.cutoff_at and scores.customer_id = eligibility.customer_id
                and scores.product_id = eligibility.product_id and not eligibility.is_blocked
            where scores.cutoff_at = getvariable('cutoff_at')
        """
        discovery = f"""
            select customer_id, product_id, -slot as score from intermediate.int_ranking__slates
            where cutoff_at = getvariable('cutoff_at') and channel = '{CHANNEL}'
        """
        new_category = "and (customers.customer, products.category) not in (select (customer, category) from recent)"
        wanted = {
            RELEVANCE: [(NEW_PRODUCTS, relevance, ""), (NEW_CATEGORIES, relevance, new_category)],
            DISCOVERY: [(NEW_PRODUCTS, discovery, "")],
        }
        for method, parts in wanted.items():
            queries = [
                f"""
                select '{task}' as task, customers.customer, products.product,
                    cast(row_number() over (
                        partition by customers.customer order by ranked.score desc, ranked.product_id asc
                    ) as smallint) as rank
                from ({ranked}) as ranked
                inner join customers on ranked.customer_id = customers.customer_id
                inner join products on ranked.product_id = products.product_id and products.is_sellable
                left join bought on customers.customer = bought.customer and products.product = bought.product
                where bought.product is null {condition}
                qualify rank <= {LIST_LENGTH}
                """
                for task, ranked, condition in parts
            ]
            # Ordered, so that two builds of the same slates write the same file.
            query = f"select * from ({' union all '.join(queries)}) order by task, customer, rank"
            connection.execute(f"copy ({query}) to '{lists / method}.parquet' (format parquet)")


def export_truth(protocol: Protocol, cutoff: datetime) -> None:
    """Write what known customers bought in the window of a cutoff, from the build as of the end of the data.

    One row per customer and product: their numbers at the cutoff (product NULL where it was not sold before), the
    amount, whether the customer had never bought it, and whether not from its category lately.
    """
    inputs, file = protocol.inputs_folder(cutoff), protocol.truth_file(cutoff)
    with opened(protocol, protocol.end, cutoff) as connection:
        connection.execute(f"create temp view lines as {PURCHASE_LINES.format(database='')}")
        for name in ("customers", "products", "purchases"):
            connection.execute(f"create temp table {name} as from read_parquet('{inputs / name}.parquet')")
        connection.execute(f"""
            copy (
                with window_purchases as (
                    select
                        customers.customer, lines.product_id, products.product,
                        coalesce(products.category_name, any_value(lines.category order by lines.ordered_at))
                            as category_name,
                        cast(sum(cast(lines.net_amount as decimal(28, 6))) as double) as net_amount
                    from lines
                    inner join customers on lines.customer_id = customers.customer_id
                    left join products on lines.product_id = products.product_id
                    where lines.ordered_at >= getvariable('cutoff_at')
                        and lines.ordered_at < getvariable('cutoff_at') + getvariable('horizon')
                    group by customers.customer, lines.product_id, products.product, products.category_name
                ),
                bought as (select distinct customer, product from purchases),
                recent as (
                    select distinct purchases.customer, products.category_name
                    from purchases inner join products on purchases.product = products.product
                    where purchases.age_days <= epoch(getvariable('new_category')) / 86400
                )
                select
                    window_purchases.customer, window_purchases.product, window_purchases.product_id,
                    window_purchases.net_amount,
                    bought.product is null as is_new_product,
                    bought.product is null and recent.category_name is null as is_new_category
                from window_purchases
                left join bought
                    on window_purchases.customer = bought.customer and window_purchases.product = bought.product
                left join recent
                    on window_purchases.customer = recent.customer
                    and window_purchases.category_name is not distinct from recent.category_name
                order by window_purchases.customer, window_purchases.product_id
            ) to '{file}' (format parquet)
        """)
