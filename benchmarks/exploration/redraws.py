"""Draw the slates of a build anew with other seeds and compare the frequencies with the probabilities that it stored.

    python benchmarks/exploration/redraws.py <warehouse.duckdb> --channel email --draws 2000 --customers 200

Reads the last build's serve cutoff; the channel must explore with the method thompson. Writes results.md beside this
file.

The slates without exploration are made once, by the Python model's own code; then exploring slots are drawn again
for each seed, of some customers, evenly spread. Pearson's chi-square compares the counts of
each slot with its stored probabilities, cells of less than five expected counts thrown together, and is corrected over
all slots after Holm ("A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics
1979): the chance of any rejection is 5% where every probability is right. The p-values of all slots must also lie
evenly between 0 and 1 (Kolmogorov-Smirnov), which sees what is a little wrong everywhere; and probabilities made worse
on purpose must be found.
"""

import argparse
import importlib.util
import time
from pathlib import Path
from types import SimpleNamespace

import duckdb
import numpy as np
import yaml
from scipy.stats import chi2, kstest

import vitrine.tables.ranking
from vitrine.explore import redraws
from vitrine.rerank import posed, solve

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "python_models/intermediate/ranking/int_ranking__slate_choices.py"
LEAST_EXPECTED, LEVEL = 5, 0.05


def slate_problem(connection, channel):
    """Return the problem of the channel's audience, its greedy slates and what exploration goes by."""
    given = vars_of_project()
    meta = {
        "similarity": {name: given[f"{name.removesuffix('_weight')}_distance_weight"] for name in WEIGHTS},
        "exploration": {name: given[f"exploration_{name}"] for name in EXPLORATION},
    }
    at = connection.sql(
        "select cutoff_at from intermediate.int_calendar__cutoffs where cutoff_role = 'serve'"
    ).fetchone()[0]

    def ref(name):
        relation = connection.table(f"intermediate.{name}")
        return relation.filter(f"cutoff_at = timestamp '{at}'") if name == "int_calendar__cutoffs" else relation

    seen = {}

    def choose(candidates, params, guardrails, attributes, tastes, capacities, exploration):
        if exploration.occasion.startswith(f"{channel}, ") and capacities is not None:
            problem = posed(candidates, params, guardrails, attributes, tastes, capacities)
            seen["all"] = problem, solve(problem), exploration
        return ORIGINAL(candidates, params, guardrails, attributes, tastes, capacities, exploration)

    vitrine.tables.ranking.choose = choose
    spec = importlib.util.spec_from_file_location("slate_choices", MODEL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    config = SimpleNamespace(meta_get=lambda name: meta[name])
    module.model(SimpleNamespace(ref=ref, config=config), None)
    return at, *seen["all"]


ORIGINAL = vitrine.tables.ranking.choose
WEIGHTS = ("category_weight", "brand_weight", "price_weight")
EXPLORATION = ("outcome", "ucb_width", "pool_size", "path_count", "seed")


def vars_of_project():
    """Return the vars of dbt_project.yml; the build must not have been given others of these."""
    return yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]


def p_values(counts, stored, draws):
    """Return the p-value of each slot of more than one cell."""
    found = []
    for slot, probabilities in stored.items():
        products = sorted(probabilities, key=probabilities.get, reverse=True)
        expected = draws * np.array([probabilities[product] for product in products])
        seen = np.array([counts.get((*slot, product), 0) for product in products], float)
        # From the most likely on, as many as are frequent enough; all others are the last cell.
        kept = int((expected >= LEAST_EXPECTED).sum())
        while kept > 0 and 0 < expected[kept:].sum() < LEAST_EXPECTED:
            kept -= 1
        expected, seen = (np.append(part[:kept], part[kept:].sum()) for part in (expected, seen))
        expected, seen = expected[expected > 0], seen[expected > 0]
        if len(expected) > 1:
            found.append(chi2.sf(((seen - expected) ** 2 / expected).sum(), len(expected) - 1))
    return np.array(found)


def rejections(values):
    """Return how many are rejected after Holm's correction."""
    ordered = np.sort(values)
    passed = ordered > LEVEL / np.arange(len(ordered), 0, -1)
    return int(np.argmax(passed)) if passed.any() else len(ordered)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("--channel", default="email")
    parser.add_argument("--data", default="", help="what the build was made from, for the report")
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--customers", type=int, default=200)
    args = parser.parse_args()
    connection = duckdb.connect(str(args.warehouse), read_only=True)
    at, problem, slates, exploration = slate_problem(connection, args.channel)
    every = max(len(problem.customers) // args.customers, 1)
    chosen = np.arange(0, len(problem.customers), every)[: args.customers]
    names = set(problem.customers.values.take(chosen).to_pylist())
    stored = {}
    table = connection.table("intermediate.int_ranking__selection_probabilities")
    rows = table.filter(f"cutoff_at = timestamp '{at}' and channel = '{args.channel}'").to_arrow_table()
    for row in rows.to_pylist():
        if row["customer_id"] in names:
            stored.setdefault((row["customer_id"], row["slot"]), {})[row["product_id"]] = row["selection_probability"]
    start, totals = time.perf_counter(), {}
    seeds = (f"redraw {draw}" for draw in range(args.draws))
    for explored in redraws(problem, slates, exploration, seeds, chosen):
        slots = explored.slots[chosen]
        customer, place = np.nonzero(slots >= 0)
        slot = slots[customer, place]
        product = problem.pool.product[explored.rows[chosen[customer], slot]]
        for key in zip(chosen[customer].tolist(), slot.tolist(), product.tolist(), strict=True):
            totals[key] = totals.get(key, 0) + 1
    seconds = time.perf_counter() - start
    ids, products = problem.customers.values.to_pylist(), problem.products.values.to_pylist()
    counts = {
        (ids[customer], slot + 1, products[product]): count for (customer, slot, product), count in totals.items()
    }
    foreign = sum(count for (*slot, product), count in counts.items() if product not in stored.get(tuple(slot), {}))
    # A tenth too even.
    worse = {
        slot: {product: 0.9 * share + 0.1 / len(shares) for product, share in shares.items()}
        for slot, shares in stored.items()
    }
    values, worse_values = p_values(counts, stored, args.draws), p_values(counts, worse, args.draws)
    smallest, worse_smallest = (min(one.min() * len(one), 1) for one in (values, worse_values))
    evenness, worse_evenness = (kstest(one, "uniform").pvalue for one in (values, worse_values))
    cells = sum(len(shares) for shares in stored.values())
    report = f"""# Draws anew against the probabilities stored

`benchmarks/exploration/redraws.py`: {args.data or args.warehouse.stem}, channel {args.channel}, as of {at:%Y-%m-%d};
{len(names)} customers
of {len(problem.customers):,}, {exploration.params.slot_count} exploring slots each, {args.draws:,} seeds,
{seconds:,.0f} s. {cells / len(stored):.1f} products could stand in a slot in the mean; draws of a product without a
stored probability: {foreign}.

| | stored probabilities | made a tenth too even |
|---|---|---|
| exploring slots | {len(stored)} | {len(worse)} |
| compared, since they have more than one cell | {len(values)} | {len(worse_values)} |
| rejected after Holm's correction, level {LEVEL} | **{rejections(values)}** | {rejections(worse_values)} |
| smallest p-value times their number | {smallest:.3f} | {worse_smallest:.1e} |
| share of p-values below .05 | {(values < LEVEL).mean():.3f} | {(worse_values < LEVEL).mean():.3f} |
| evenness of the p-values, p by Kolmogorov-Smirnov | {evenness:.3f} | {worse_evenness:.1e} |
"""
    (Path(__file__).parent / "results.md").write_text(report, encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
