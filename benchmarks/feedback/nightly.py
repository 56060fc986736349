"""What a night of feedback costs on top of a year, against working out the whole year: rows and seconds by model.

A made-up year of mails (a parquet file an entity, in the shape of the input contract) is built up to the day before the
last; then comes the last day, as a night; then everything once more with --full-refresh. Times are those of dbt's own
``run_results.json``: without parsing, and without staging, which reads its sources as a whole on every build.

    PYTHONPATH=src python benchmarks/feedback/nightly.py --impressions 2000000 --folder target/nightly
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb

DBT = Path(sys.executable).with_name("dbt")
FEEDBACK = ["clicks", "send_outcomes", "touches", "credits", "impression_outcomes", "daily_counts", "daily_results"]
MODELS = ["period", *FEEDBACK, "built"]
TIMES = {"clicks": "occurred_at", "send_outcomes": "sent_at", "touches": "shown_at", "credits": "occurred_at"}
TIMES |= {"impression_outcomes": "shown_at", "daily_counts": "shown_on", "daily_results": "feedback_on"}
SLOTS, DAYS, CUSTOMERS, PRODUCTS = 5, 364, 50_000, 3_000

# Every number is a hash of the row's own, so that a year is the same on every machine.
YEAR = f"""
create macro draw(i, salt) as (hash(i * 31 + salt) % 1000000) / 1000000.0;
create table sends as
select 's' || i as send_id, 'c' || hash(i * 7) % {CUSTOMERS} as customer_id, 'email' as channel,
    'week ' || (i * {DAYS} // $sends) // 7 as campaign_id,
    timestamp '2024-01-01' + to_seconds(i * {DAYS * 86400.0} / $sends) as sent_at, i
from range($sends) as numbers (i);
create table impressions as
select 'i' || i || '-' || slot as impression_id, send_id, customer_id, channel,
    'p' || hash(i * 97 + slot) % {PRODUCTS} as product_id, slot::integer as slot, 'r' || campaign_id as release_id,
    sent_at + to_seconds(60 + draw(i, 1) * 172800) as shown_at, 0.1::double as selection_probability, i
from sends cross join range(1, {SLOTS + 1}) as slots (slot);
create table clicked as
select *, shown_at + to_seconds(draw(i * 10 + slot, 3) * 86400) as clicked_at
from impressions where draw(i * 10 + slot, 2) < 0.03;
create table events as
select 'o' || i as event_id, customer_id, null::varchar as session_id, null::varchar as product_id,
    'open' as event_type, shown_at as occurred_at, send_id
from impressions where slot = 1 and draw(i, 4) < 0.5
union all select 'k' || impression_id, customer_id, null, product_id, 'click', clicked_at, send_id from clicked
union all select 'b' || impression_id, customer_id, null, product_id, 'cart', clicked_at + interval 1 hour, null
from clicked where draw(i, 5) < 0.3
union all select 'v' || impression_id, customer_id, null, product_id, 'view', shown_at, null
from impressions where slot <= 2;
create table order_lines as
select 'l' || impression_id as order_line_id, 'o' || impression_id as order_id, customer_id, product_id,
    clicked_at + to_seconds(draw(i, 6) * 864000) as ordered_at, 1.0::double as quantity, 20.0::double as net_amount,
    20.0::double as list_amount, false as is_return
from clicked where draw(i, 7) < 0.2
union all select 'x' || i, 'x' || i, 'c' || hash(i * 13) % {CUSTOMERS}, 'p' || hash(i * 17) % {PRODUCTS},
    timestamp '2024-01-01' + to_seconds(i * {DAYS * 86400.0} / $sends), 1.0, 20.0, 20.0, false
from range($sends) as numbers (i);
create table customers as
select 'c' || i as customer_id, timestamp '2023-12-01' as registered_at from range({CUSTOMERS}) as numbers (i);
create table products as
select 'p' || i as product_id, 'Product ' || i as product_name, 'house' as department,
    'category ' || i % 20 as category, null::varchar as subcategory, null::varchar as brand,
    true as is_merchandise, false as is_durable
from range({PRODUCTS}) as numbers (i);
"""
ENTITIES = ["customers", "products", "order_lines", "events", "sends", "impressions"]


def write_year(folder: Path, impressions: int) -> None:
    """Write the year, in the order in which it happened."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        for statement in YEAR.replace("$sends", str(impressions // SLOTS)).split(";\n"):
            connection.execute(statement) if statement.strip() else None
        for name in ENTITIES:
            columns = [row[0] for row in connection.execute(f"describe {name}").fetchall() if row[0] != "i"]
            time = next((column for column in columns if column.endswith("_at")), None)
            connection.execute(
                f"copy (select {', '.join(columns)} from {name} order by {time or 1}) to '{folder / name}.parquet'"
            )


def build(folder: Path, day: int, *flags: str) -> dict[str, float]:
    """Build staging and feedback as of the start of a day of the year; return seconds by model."""
    variables = {
        "connector": "nightly",
        "as_of": str(duckdb.sql(f"select (date '2024-01-01' + {day})::varchar").fetchall()[0][0]),
        "connectors": {"nightly": {"folder": "contract_files", "entities": ENTITIES, "currency_code": "EUR"}},
        "source_dir": str(folder / "source"),
    }
    environment = os.environ | {
        "VITRINE_WAREHOUSE": str(folder / "warehouse"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    command = [str(DBT), "run", "--quiet", "--select", "+int_feedback__built", "--vars", json.dumps(variables), *flags]
    subprocess.run(command, check=True, env=environment)
    results = json.loads((folder / "target/run_results.json").read_text())["results"]
    times = {result["unique_id"].rpartition(".")[2]: result["execution_time"] for result in results}
    return {name: times[f"int_feedback__{name}"] for name in MODELS}


def rows(folder: Path) -> dict[str, tuple[int, int]]:
    """Return for each table how many rows the last build worked out, and how many it has."""
    with duckdb.connect(str(folder / "warehouse/vitrine.duckdb"), read_only=True) as connection:
        (since,) = connection.execute("select since_at from intermediate.int_feedback__period").fetchone()
        query = "select count(*) filter ({} >= ?), count(*) from intermediate.int_feedback__{}"
        return {name: connection.execute(query.format(TIMES[name], name), [since]).fetchone() for name in FEEDBACK}


def main() -> None:
    """Build the year, a night and the year again, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--impressions", type=int, default=2_000_000)
    parser.add_argument("--folder", type=Path, default=Path("target/nightly"))
    given = parser.parse_args()
    write_year(given.folder / "source", given.impressions)
    build(given.folder, DAYS - 1)
    night = build(given.folder, DAYS)
    counts = rows(given.folder)
    again = build(given.folder, DAYS)
    whole = build(given.folder, DAYS, "--full-refresh")
    table: dict[str, tuple[int, ...]] = {name: (*counts.get(name, (1, 1)),) for name in MODELS}
    seconds = {name: [times[name] for times in (night, again, whole)] for name in MODELS}
    table["all"] = tuple(sum(column) for column in zip(*table.values(), strict=True))
    seconds["all"] = [sum(column) for column in zip(*seconds.values(), strict=True)]
    print("| model | rows of a night | rows | night, s | the same night again, s | whole, s | night / whole |")
    print("|---|---|---|---|---|---|---|")
    for name, (worked, kept) in table.items():
        measured = " | ".join(f"{second:.2f}" for second in seconds[name])
        print(f"| {name} | {worked:,} | {kept:,} | {measured} | {seconds[name][0] / seconds[name][2]:.2f} |")


if __name__ == "__main__":
    main()
