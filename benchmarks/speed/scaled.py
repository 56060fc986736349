"""Shops of another size than Complete Journey with the same baskets, popularity and weeks.

Every copy of a household but the first is one of its own: each of its order lines keeps its order, time, quantity and
amounts, and half of them, chosen by a hash, take the product of another line of the same category and week. So every
product is sold exactly as often in each week, times the number of copies; a basket keeps its size and its categories;
and no two copies have bought the same.

With ``split`` each copy's orders are dealt to so many customers, which makes lighter ones: a shop of many customers who
buy seldom, where a supermarket has few who buy often.
"""

import sys
from functools import partial
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
from staged import write_staged  # noqa: E402

# Names of rows of one customer: a copy's are its own. Products, campaigns and releases are the shop's.
OWN_IDS = ("order_line_id", "order_id", "event_id", "session_id", "send_id", "impression_id")
# Share of a copy's lines whose product is another's.
EXCHANGED = 0.5


def write_scaled(database: Path, folder: Path, factor: int, split: int = 1) -> tuple[str, list[str]]:
    """Write the staged input of a built warehouse as files of the contract, times a factor.

    Returns
    -------
    tuple
        The instant of the build, and the entities that have rows.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set preserve_insertion_order = false")
        return write_staged(connection, folder, partial(scaled_rows, factor=factor, split=split))


def scaled_rows(name: str, columns: dict[str, str], factor: int, split: int) -> str:
    """Return the query of an entity's rows, times a factor where they are a customer's."""
    kinds = {column: f"cast({column} as {kind}) as {column}" for column, kind in columns.items()}
    if "customer_id" not in columns:
        return f"select {', '.join(kinds.values())} from staging.stg_{name}"
    for column in columns:
        if column in OWN_IDS:
            kinds[column] = f"{column} || copy_name as {column}"
    # Whose order, send or visit it is; what has none of these goes to the first of the split.
    dealt_by = next((column for column in ("order_id", "send_id", "session_id") if column in columns), None)
    part = f"hash({dealt_by}) % {split}" if dealt_by and split > 1 and name != "customers" else "0"
    copies = f"range(0, {factor})"
    if name in ("customers", "consents") and split > 1:
        part = "part"
        copies += f" as copies (copy) cross join range(0, {split}) as parts (part)"
    else:
        copies += " as copies (copy)"
    kinds["customer_id"] = "customer_id || copy_name || case when part > 0 then '/' || part else '' end as customer_id"
    rows = f"select rows.*, copy, case when copy > 0 then '-' || copy else '' end as copy_name, {part} as part"
    rows += f" from staging.stg_{name} as rows cross join {copies}"
    if name == "order_lines" and factor > 1:
        rows = exchanged_products(rows)
    return f"select {', '.join(kinds.values())} from ({rows})"


def exchanged_products(rows: str) -> str:
    """Return order lines of copies, half of whose products change places within a copy, a category and a week."""
    moves = f"copy > 0 and hash(order_line_id, copy) % 1000 < {int(EXCHANGED * 1000)}"
    group = "partition by copy, category, date_trunc('week', ordered_at), moves"
    return f"""
with lines as (
    select lines.*, products.category, {moves} as moves from ({rows}) as lines
    left join staging.stg_products as products using (product_id)
),
places as (
    select *,
        row_number() over ({group} order by order_line_id) as place,
        row_number() over ({group} order by hash(order_line_id, copy, 1), order_line_id) as other_place
    from lines
)
select places.* exclude (product_id), if(places.moves, others.product_id, places.product_id) as product_id
from places
inner join places as others
    on places.copy = others.copy
    and places.category is not distinct from others.category
    and date_trunc('week', places.ordered_at) = date_trunc('week', others.ordered_at)
    and places.moves = others.moves
    and places.place = others.other_place
"""
