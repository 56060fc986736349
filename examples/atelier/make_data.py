"""Write the tables of a made-up house into a folder: the simulated house Maison under other names. All is simulated.

python make_data.py data
"""

import sys
import tempfile
from pathlib import Path

import duckdb

from vitrine.simulation.__main__ import main as simulate

TABLES = {
    "clients": """
        select customer_id as client_number, coalesce(registered_at, timestamp '2020-01-01') as member_since,
            coalesce(bool_and(is_opted_in) filter (channel = 'email'), false) as may_be_written_to
        from '{from}/customers.parquet' left join '{from}/consents.parquet' using (customer_id)
        group by all order by all
    """,
    "pieces": """
        select product_id as piece, product_name as title, category, brand as collection
        from '{from}/products.parquet' where is_merchandise order by all
    """,
    "receipts": """
        select order_id as receipt, row_number() over (partition by order_id order by order_line_id) as line,
            customer_id as client_number, product_id as piece, ordered_at as sold_at,
            case when is_return then -net_amount else net_amount end as paid
        from '{from}/order_lines.parquet' as lines semi join '{from}/products.parquet' as sold
            on lines.product_id = sold.product_id and sold.is_merchandise
        order by all
    """,
    "forgotten": "select customer_id as client_number, requested_at as asked_at from '{from}/erasure_requests.parquet'",
}


def main(folder: Path, customers: int = 2500, products: int = 400, weeks: int = 157) -> None:
    """Simulate a small house and write its tables."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as simulated, duckdb.connect() as connection:
        sizes = {"--customers": customers, "--products": products, "--weeks": weeks}
        simulate([simulated, *(str(part) for size in sizes.items() for part in size)])
        for name, query in TABLES.items():
            rows = query.replace("{from}", simulated)
            connection.execute(f"copy ({rows}) to '{folder / name}.parquet' (format parquet)")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data"))
