"""`make maison`: simulate the house and write its tables, and beside them how it compares with real shops."""

import argparse
import sys
from pathlib import Path

from vitrine.simulation.house import HouseParams, draw_house
from vitrine.simulation.tables import contract_tables, write_tables
from vitrine.simulation.timeline import Timeline


def main(arguments: list[str] | None = None) -> None:
    """Simulate and write."""
    parser = argparse.ArgumentParser(prog="vitrine.simulation", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the parquet files go")
    parser.add_argument("--seed", type=int, default=HouseParams.seed)
    parser.add_argument("--customers", type=int, default=HouseParams.customers)
    parser.add_argument("--products", type=int, default=HouseParams.products)
    parser.add_argument("--weeks", type=int, default=HouseParams.weeks)
    options = parser.parse_args(arguments)
    params = HouseParams(options.customers, options.products, options.weeks, seed=options.seed)
    try:
        house = draw_house(params)
    except ValueError as problem:
        sys.exit(str(problem))
    tables = contract_tables(Timeline(house).run())
    write_tables(tables, options.folder)
    counts = ", ".join(f"{table.num_rows:,} {entity}" for entity, table in tables.items())
    print(f"Maison, a simulated house, seed {params.seed}, as of {params.ends_at:%Y-%m-%d}: {counts}")
    print(f"Written to {options.folder}")


if __name__ == "__main__":
    main()
