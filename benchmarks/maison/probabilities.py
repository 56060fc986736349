"""Whether the probabilities of the published slates are those of the simulated house, asked of its truth.

    make build CONNECTOR=maison && python benchmarks/maison/probabilities.py

The slates are those of the `evaluate` cutoff, whose probabilities know nothing that happened after it. The click is
that of an opened mail's first slot, an expectation. Carts and purchases within the horizon are shares of many futures
that may follow the cutoff, the real one not among them. Intervals are of the true mean, 95%, by a bootstrap over
customers.
"""

import argparse
import os
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
DRAWS = 500
SLATES = """
select slates.customer_id, slates.product_id, slates.cutoff_at, scores.purchase_probability,
    responses.click_probability, responses.cart_probability
from intermediate.int_ranking__slates as slates
inner join intermediate.int_calendar__cutoffs using (cutoff_at)
inner join intermediate.int_ranking__scores as scores using (cutoff_at, customer_id, product_id)
left join intermediate.int_ranking__response_scores as responses using (cutoff_at, customer_id, product_id)
where cutoff_role = 'evaluate' and slates.channel = 'email'
order by customer_id, product_id
"""


def published(database: Path) -> pd.DataFrame:
    """Return a row for each slot, with what was promised."""
    if not database.exists():
        sys.exit(f"{database} is not there. Run `make build CONNECTOR=maison` first.")
    with duckdb.connect(str(database), read_only=True) as connection:
        built = connection.execute("select connector from intermediate.int_release__fingerprints").fetchone()
        if built != ("maison",):
            sys.exit(f"{database} was built with the connector {built and built[0]}, not maison.")
        return connection.execute(SLATES).df()


def with_truth(slates: pd.DataFrame, params: HouseParams, weeks: int, futures: int) -> pd.DataFrame:
    """Return the slates with the true probabilities beside the promised ones."""
    week = (slates["cutoff_at"].iloc[0].tz_localize(UTC) - params.begins_at).days // 7
    house = draw_house(params)
    timeline = Timeline(house).run(week)
    customer, product = (slates[name].str[1:].astype(int).to_numpy() for name in ("customer_id", "product_id"))
    response = respond(house, timeline.state, customer, product, np.ones(len(slates), dtype=int))
    wanted = customer * len(house.products) + product
    counts = {"cart": np.zeros(len(slates)), "purchase": np.zeros(len(slates))}
    for future in range(futures):
        log = timeline.later(weeks, seed=1000 + future)
        lines, events = log.rows("lines"), log.rows("events")
        is_cart = events["kind"] == "cart"
        happened = {
            "purchase": (lines["customer"], lines["product"]),
            "cart": (events["customer"][is_cart], events["product"][is_cart]),
        }
        for name, (who, what) in happened.items():
            counts[name] += np.isin(wanted, who * len(house.products) + what)
    return slates.assign(
        click=response.clicked, cart=counts["cart"] / futures, purchase=counts["purchase"] / futures
    )  # fmt: skip


def curve(found: pd.DataFrame, name: str, bins: int) -> pd.DataFrame:
    """Return promised and true mean of each bin of equally many slots, and the interval of the true mean."""
    promised = found[f"{name}_probability"].to_numpy()
    place = pd.Series(promised).rank(method="first").to_numpy() - 1
    number = (bins * place // len(found)).astype(int)
    customers, customer = np.unique(found["customer_id"], return_inverse=True)
    sums = np.zeros((2, len(customers), bins))
    np.add.at(sums[0], (customer, number), 1)
    np.add.at(sums[1], (customer, number), found[name].to_numpy())
    random = np.random.default_rng(0)
    draws = np.empty((DRAWS, bins))
    for draw in range(DRAWS):
        weight = np.bincount(random.integers(0, len(customers), len(customers)), minlength=len(customers))
        draws[draw] = (weight @ sums[1]) / np.maximum(weight @ sums[0], 1)
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    return pd.DataFrame(
        {
            "promised": np.bincount(number, promised) / np.bincount(number),
            "true": sums[1].sum(axis=0) / sums[0].sum(axis=0),
            "low": low,
            "high": high,
            "slots": np.bincount(number),
        }
    )


def main() -> None:
    """Print a row for each probability and bin."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=HouseParams().seed, help="of the house that was built")
    parser.add_argument("--futures", type=int, default=100)
    parser.add_argument("--weeks", type=int, default=4, help="of the horizon")
    parser.add_argument("--bins", type=int, default=5)
    options = parser.parse_args()
    slates = published(ROOT / os.environ.get("VITRINE_WAREHOUSE", "warehouse") / "vitrine.duckdb")
    found = with_truth(slates, HouseParams(seed=options.seed), options.weeks, options.futures)
    print("| probability | bin | promised | true [95%] | ratio | slots |")
    print("|---|---|---|---|---|---|")
    for name in ("click", "cart", "purchase"):
        known = found[found[f"{name}_probability"].notna()]
        if not len(known):
            print(f"| {name} | | not learned | | | |")
            continue
        for number, row in enumerate(curve(known, name, options.bins).itertuples(), start=1):
            print(
                f"| {name} | {number} | {row.promised:.4f} | {row.true:.4f} [{row.low:.4f}, {row.high:.4f}] "
                f"| {row.promised / max(row.true, 1e-9):.2f} | {row.slots} |"
            )
        print(
            f"| {name} | all | {known[f'{name}_probability'].mean():.4f} | {known[name].mean():.4f} "
            f"| {known[f'{name}_probability'].mean() / known[name].mean():.2f} | {len(known)} |"
        )


if __name__ == "__main__":
    main()
