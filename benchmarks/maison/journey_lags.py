"""Learned lags of journeys beside those that the simulated house has, as a table.

    python benchmarks/maison/journey_lags.py        # the house of target/maison
    python benchmarks/maison/journey_lags.py 1 2    # houses by seed, simulated where they lack

Builds what the lags of seeds/journey_steps.csv are learned from in target/journey_lags; only the last column is asked
of the truth.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb

from vitrine.simulation.house import COMPLEMENTS

ROOT = Path(__file__).resolve().parents[2]
TRUTH = {(one.after, one.wanted): one.lag_days for one in COMPLEMENTS}
QUERY = """
select anchor_value, next_value, lag_days, low_days, high_days, peak_ratio, is_supported, reason
from intermediate.int_journeys__lags order by anchor_value, lag_days
"""


def lags(seed: int | None) -> dict[tuple[str, str], tuple]:
    """Return the rows of the lags of a house by pair."""
    source = ROOT / "target" / ("maison" if seed is None else f"maison_{seed}")
    if not (source / "customers.parquet").exists():
        command = [sys.executable, "-m", "vitrine.simulation", str(source)]
        subprocess.run([*command, "--seed", str(seed or 1)], cwd=ROOT, check=True)
    folder = ROOT / "target" / "journey_lags" / source.name
    environment = {
        **os.environ,
        "VITRINE_WAREHOUSE": str(folder / "warehouse"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    dbt = Path(sys.executable).with_name("dbt")
    command = [dbt, "build", "--quiet", "--resource-type", "model", "--resource-type", "seed"]
    variables = json.dumps({"connector": "maison", "source_dir": str(source)})
    done = subprocess.run(
        [*command, "--select", "+int_journeys__lags", "--vars", variables], cwd=ROOT, env=environment, check=False
    )
    if done.returncode:
        raise SystemExit(done.returncode)
    with duckdb.connect(str(folder / "warehouse" / "vitrine.duckdb"), read_only=True) as connection:
        return {row[:2]: row[2:] for row in connection.execute(QUERY).fetchall()}


def cell(row: tuple | None) -> str:
    """Return a lag with its 95% interval, or why there is none."""
    if row is None:
        return "-"
    lag, low, high, _, is_supported, reason = row
    return f"{lag:.1f} [{low:.1f}, {high:.1f}]" if is_supported else f"- ({reason})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", nargs="*", type=int)
    seeds = parser.parse_args().seeds or [None]
    houses = [lags(seed) for seed in seeds]
    names = [f"house {seed}" if seed else "learned" for seed in seeds]
    print(f"| after | next | {' | '.join(names)} | mean of the houses | true |\n|---|---|{'---|' * (len(names) + 2)}")
    within = [0] * len(houses)
    for pair in sorted(set().union(*houses), key=lambda one: (one[0], TRUTH.get(one, 0))):
        rows = [house.get(pair) for house in houses]
        known = [row[0] for row in rows if row and row[4]]
        truth = TRUTH.get(pair)
        for place, row in enumerate(rows):
            within[place] += bool(row and row[4] and truth and abs(row[0] / truth - 1) < 0.15)
        mean = f"{sum(known) / len(known):.1f}" if known else "-"
        print(f"| {pair[0]} | {pair[1]} | {' | '.join(cell(row) for row in rows)} | {mean} | {truth or '-'} |")
    print(f"| within 15% of the truth | | {' | '.join(map(str, within))} | | of {len(TRUTH)} |")


if __name__ == "__main__":
    main()
