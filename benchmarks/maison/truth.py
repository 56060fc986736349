"""What slates would earn in the simulated house, asked of its truth: ours, and those of simpler methods.

    python benchmarks/maison/truth.py 1 2 3 4 5        # houses of these seeds: simulate, build, ask

Each house is built as of its end; the slates are those of the `evaluate` cutoff, four weeks before, and the truth is
asked what a mail with them would bring that day, to the half of the customers who are likeliest to buy. No outcome is
drawn: figures are expectations over the truth, means over customers. What a house answers is kept in
target/maison_truth/<seed>; its warehouse, some 5 GB, is not, unless --keep.
"""

import argparse
import os
import shutil
import subprocess
import sys
from datetime import UTC
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from vitrine.simulation.behaviour import respond
from vitrine.simulation.house import HouseParams, draw_house
from vitrine.simulation.timeline import Timeline

ROOT = Path(__file__).resolve().parents[2]
VARIANTS = ("popularity", "co_purchase", "als", "ranker", "vitrine_email")
SLATES = """
select slate_variant, customer_id, product_id, slot, cutoff_at from intermediate.int_evaluation__slates
where cutoff_role = 'evaluate' and slate_variant in {variants}
"""
AUDIENCE = """
select customer_id from intermediate.int_propensity__scores
inner join intermediate.int_calendar__cutoffs using (cutoff_at)
where cutoff_role = 'evaluate'
qualify percent_rank() over (order by purchase_probability desc) <= 0.5
"""


def built(seed: int) -> Path:
    """Return the warehouse of a house, simulated and built where it is not there."""
    folder = ROOT / "target" / "maison_truth" / str(seed)
    warehouse = folder / "warehouse" / "vitrine.duckdb"
    done = folder / "done"
    if not done.exists() or not warehouse.exists():
        environment = {
            # 12 million candidates are more than the default limit of the warehouse is for.
            "VITRINE_MEMORY_LIMIT": "3GB",
            **os.environ,
            "VITRINE_WAREHOUSE": str(warehouse.parent),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        }
        source = folder / "source"
        subprocess.run([sys.executable, "-m", "vitrine.simulation", source, "--seed", str(seed)], cwd=ROOT, check=True)
        dbt = Path(sys.executable).with_name("dbt")
        command = [dbt, "build", "--quiet", "--resource-type", "model", "--resource-type", "seed"]
        command += ["--select", "+int_evaluation__slates", "+int_propensity__scores"]
        variables = f"{{connector: maison, source_dir: {source}}}"
        subprocess.run([*command, "--vars", variables], cwd=ROOT, env=environment, check=True)
        done.touch()
    return warehouse


def expected(seed: int, is_kept: bool) -> pd.DataFrame:
    """Return a row for each variant and customer: what a mail with the slate would bring."""
    answers = ROOT / "target" / "maison_truth" / str(seed) / "expected.parquet"
    if not answers.exists():
        warehouse = built(seed)
        asked(seed, warehouse).to_parquet(answers)
        if not is_kept:
            shutil.rmtree(warehouse.parent)
    return pd.read_parquet(answers)


def asked(seed: int, warehouse: Path) -> pd.DataFrame:
    """Return what the truth of a house says of its slates."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        slates = connection.execute(SLATES.format(variants=VARIANTS)).df()
        audience = set(connection.execute(AUDIENCE).df()["customer_id"])
    params = HouseParams(seed=seed)
    week = (slates["cutoff_at"].iloc[0].tz_localize(UTC) - params.begins_at).days // 7
    state = Timeline(house := draw_house(params)).run(week).state
    slates = slates[slates["customer_id"].isin(audience)]
    customer, product = (slates[name].str[1:].astype(int).to_numpy() for name in ("customer_id", "product_id"))
    response = respond(house, state, customer, product, slates["slot"].to_numpy())
    slates = slates.assign(
        clicks=response.click, purchases=response.purchase, amount=response.purchase * state.price[product]
    )
    found = slates.groupby(["slate_variant", "customer_id"])[["clicks", "purchases", "amount"]].sum()
    every = pd.MultiIndex.from_product([VARIANTS, sorted(audience)], names=found.index.names)
    return found.reindex(every, fill_value=0.0)


def main() -> None:
    """Print a row a house and variant, and the means over houses."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seeds", type=int, nargs="+")
    parser.add_argument("--keep", action="store_true", help="keep the warehouses")
    options = parser.parse_args()
    print("| house | slates | clicks a 1,000 mails | purchases | EUR a 1,000 mails | against popularity [95%] |")
    print("|---|---|---|---|---|---|")
    ratios: dict[str, list[float]] = {variant: [] for variant in VARIANTS}
    for seed in options.seeds:
        found = expected(seed, options.keep)
        base = found.loc["popularity", "amount"].to_numpy()
        draws = np.random.default_rng(0).integers(0, len(base), (1000, len(base)))
        for variant in VARIANTS:
            mine = found.loc[variant]
            amount = mine["amount"].to_numpy()
            ratios[variant].append(amount.mean() / base.mean())
            low, high = np.percentile(amount[draws].mean(axis=1) / base[draws].mean(axis=1), [2.5, 97.5])
            print(
                f"| {seed} | {variant} | {1000 * mine['clicks'].mean():.0f} | {1000 * mine['purchases'].mean():.1f} "
                f"| {1000 * amount.mean():,.0f} | {ratios[variant][-1]:.2f} [{low:.2f}, {high:.2f}] |",
                flush=True,
            )
    for variant, values in ratios.items():
        error = np.std(values, ddof=1) / len(values) ** 0.5 if len(values) > 1 else float("nan")
        print(f"| all | {variant} | | | | {np.mean(values):.2f} ± {error:.2f} |")


if __name__ == "__main__":
    main()
