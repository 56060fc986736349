"""What guardrails cost a build: its ranking stages with 5 rules and with 20, in turn, on a copy of a finished build.

    python benchmarks/guardrails/run.py warehouse complete_journey [--repeats 3]

Five are rule models alone: no seed row. Twenty are all ten rule models and ten rows of the seeds, written from what
the build sells most. Both read the same candidates and scores. Times are dbt's own per model, the seeds and their
checks left out; the ratio is that of the medians over the repeats.
"""

import argparse
import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
FEW_RULES = ["recently_bought", "not_sellable", "not_contactable", "price_band", "killed"]
MANY_RULES = [*FEW_RULES, "excluded", "min_margin", "tier_only", "curated", "pinned"]
GUARDRAIL_SEEDS = (
    "slate_limits",
    "slate_pairs",
    "pinned_slots",
    "curated_pairs",
    "customer_tiers",
    "price_limits",
    "rule_exclusions",
)
STAGES = [
    "int_features__product_attributes",
    "int_features__product_price_limits",
    "int_features__tiers",
    "int_features__customer_tiers",
    *(f"int_rules__{name}" for name in ("required", "pairs", *MANY_RULES, "verdicts")),
    "int_ranking__eligibility",
    "int_ranking__reserve_groups",
    "int_ranking__pools",
    "int_ranking__objectives",
    "int_ranking__exposure_capacities",
    "int_ranking__slates",
    "int_release__slates",
    "int_release__slot_attributes",
    "int_release__slot_checks",
    "int_release__slate_checks",
    "int_release__broken_limits",
    "int_release__broken_pairs",
    "int_release__broken_guardrails",
    "int_release__exposure_checks",
]
SOLD = """
select {column} from intermediate.int_features__products
inner join intermediate.int_calendar__cutoffs using (cutoff_at)
where cutoff_role = 'serve' and is_sellable and {column} is not null
group by all order by sum(buyer_count) desc, {column} limit {count}
"""


def best_sellers(warehouse: Path, column: str, count: int) -> list[str]:
    """Return the values of a column of the products that sell most at the serve cutoff."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return [str(row[0]) for row in connection.execute(SOLD.format(column=column, count=count)).fetchall()]


def ten_rows(warehouse: Path) -> dict[str, list[dict[str, object]]]:
    """Return ten rows of guardrails by seed, none of them impossible to keep."""
    category, product = best_sellers(warehouse, "category", 6), best_sellers(warehouse, "product_id", 4)

    def limit(name, kind, attribute, count, value=None):
        return {
            "limit_name": name,
            "limit_type": kind,
            "attribute_name": attribute,
            "attribute_value": value,
            "slot_count": count,
        }

    def never(name, one, other):
        return {
            "pair_name": name,
            "pair_type": "never",
            "attribute_name": "category",
            "attribute_value": one,
            "other_attribute_name": "category",
            "other_attribute_value": other,
        }

    return {
        "slate_limits": [
            limit("five categories", "at_least_distinct", "category", 5),
            limit("two of the best category", "at_most", "category", 2, category[0]),
            limit("six of a price band", "at_most", "price_band", 6),
            limit("two of the middle band", "at_least", "price_band", 2, "3"),
            limit("three price bands", "at_least_distinct", "price_band", 3),
        ],
        "slate_pairs": [never("first", category[1], category[2]), never("second", category[3], category[4])],
        "pinned_slots": [{"channel": "email", "pin_name": "campaign", "slot": 10, "product_id": product[0]}],
        "curated_pairs": [
            {
                "anchor_product_id": product[1],
                "product_id": product[2],
                "verdict": "boost",
                "weight": 1,
                "within_days": 56,
            }
        ],
        "price_limits": [{"max_price_ratio": 3, "min_price_ratio": 0.05}],
    }


def write_seeds(folder: Path, rows: dict[str, list[dict[str, object]]]) -> None:
    """Replace the guardrail seeds of a copy of the project by these rows, empty where there are none."""
    for seed in GUARDRAIL_SEEDS:
        path = folder / "seeds" / f"{seed}.csv"
        with path.open(newline="") as file:
            columns = next(csv.reader(file))
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows({"owner": "Benchmark", "note": "a benchmark", **row} for row in rows.get(seed, []))


def timed(folder: Path, warehouse: Path, variables: dict[str, object], rules: list[str]) -> dict[str, float]:
    """Run the ranking stages of a copy of the project; return the seconds by model."""
    target = folder / "target"
    environment = {
        **os.environ,
        "VITRINE_WAREHOUSE": str(warehouse.parent),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(folder / "logs"),
        "PYTHONPATH": str(folder / "src"),
    }
    dbt = Path(sys.executable).with_name("dbt")
    given = json.dumps({**variables, "rules": rules})
    for command in (
        ["seed", "--full-refresh", "--select", *GUARDRAIL_SEEDS],
        ["run", "--select", *(f"+{seed}+1,int_integrity__*" for seed in GUARDRAIL_SEEDS), "int_integrity__known_names"],
        ["run", "--select", *(stage for stage in STAGES if is_active(stage, rules))],
    ):
        subprocess.run([dbt, *command, "--quiet", "--vars", given], cwd=folder, env=environment, check=True)
    results = json.loads((target / "run_results.json").read_text())["results"]
    return {result["unique_id"].split(".")[-1]: result["execution_time"] for result in results}


def is_active(stage: str, rules: list[str]) -> bool:
    """Say whether a stage runs under these rules: the model of a rule that is not among them does not."""
    name = stage.removeprefix("int_rules__")
    return not stage.startswith("int_rules__") or name in {"required", "pairs", "verdicts"} or name in rules


def main() -> None:
    """Print a row a group of stages, and the ratio of the whole."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warehouse", type=Path, help="folder of a finished build; it is copied")
    parser.add_argument("connector")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    source = options.warehouse.resolve()
    variables: dict[str, object] = {"connector": options.connector}
    if options.connector == "maison":
        variables["source_dir"] = str(ROOT / "target" / "maison")
    times: dict[str, list[dict[str, float]]] = {"few": [], "many": []}
    with tempfile.TemporaryDirectory(dir=source.parent) as scratch:
        folder = Path(scratch) / "project"
        ignored = shutil.ignore_patterns("target", "warehouse", ".venv*", ".git", "logs", "export", ".*_cache")
        shutil.copytree(ROOT, folder, ignore=ignored)
        warehouse = Path(scratch) / "warehouse" / "vitrine.duckdb"
        warehouse.parent.mkdir()
        shutil.copy(source / "vitrine.duckdb", warehouse)
        many = ten_rows(warehouse)
        for _ in range(options.repeats):
            for name, rules, rows in (("few", FEW_RULES, {}), ("many", MANY_RULES, many)):
                write_seeds(folder, rows)
                times[name].append(timed(folder, warehouse, variables, rules))
    print(f"{options.connector}, {options.repeats} runs in turn, medians of seconds\n")
    print("| stage | 5 rules | 20 rules |\n|---|---|---|")
    for stage in STAGES:
        few, many_s = (statistics.median(run.get(stage, 0.0) for run in times[name]) for name in ("few", "many"))
        print(f"| {stage} | {few:.2f} | {many_s:.2f} |")
    few, many_s = (statistics.median(sum(run.values()) for run in times[name]) for name in ("few", "many"))
    print(f"| all | {few:.2f} | {many_s:.2f} |\n\nratio {many_s / few:.2f}")


if __name__ == "__main__":
    main()
