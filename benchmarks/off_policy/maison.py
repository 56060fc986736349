"""Judge five policies from a campaign that the simulated house logged, beside what its truth says of them.

    python benchmarks/off_policy/maison.py [--seeds 100] [--customers 20000] [--write]

Each seed is a house of its own: customers and products live for a year, then one mail goes to everybody, its slates
drawn by the simulator's logging policy with known probabilities. A candidate policy draws its slates in the same way,
slot after slot without putting back (Plackett and Luce), but with weights of its own. It is judged from the log by
`vitrine.off_policy`, with a reward model that is cross-fitted over customers on what a shop can know. Its true value is
what a slot of an opened mail would get if the policy's own slates had been sent: clicks in expectation, by the truth.

A log holds the probability of a product given the slots above, and those are the logging policy's. So what is
estimated is one step of the policy after slots of another, while its own slates have used up its favourites above. The
truth tells the value of that step as well: the difference of the two is the price of judging slot by slot.
The candidates are as far apart as policies that somebody would want to tell apart.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression

from vitrine.calibration import FloatArray, IntArray, sigmoid
from vitrine.off_policy import ESTIMATORS, Evaluation, LoggedRows, evaluate_policy
from vitrine.simulation import behaviour
from vitrine.simulation.behaviour import CLICK, State, examination, probability, respond, utilities
from vitrine.simulation.campaigns import SLOT_COUNT, drawn_slates
from vitrine.simulation.house import CATEGORIES, House, HouseParams, draw_house
from vitrine.simulation.timeline import Timeline

RESULT = Path(__file__).resolve().parent / "results" / "maison.md"
WEEKS, PRODUCTS, FOLDS = 60, 300, 2
TRUTH_DRAWS = 5
"""Slates of each customer that a true value is the mean over."""


@dataclass(frozen=True)
class Campaign:
    """Everybody who might be mailed, and all that the mail may show."""

    house: House
    state: State
    customers: IntArray
    pool: IntArray
    """Products."""

    def policies(self) -> dict[str, FloatArray]:
        """Return each candidate's logarithms of weights, from worse to better. Shape (customers, pool)."""
        likes = utilities(self.house, self.state, self.customers, self.pool).astype(np.float64)
        sales = np.log1p(self.state.sales[self.pool]).astype(np.float64)[None, :]
        return {
            "against taste": -0.25 * likes,
            "at random": 0 * likes,
            "known categories": 0.5 * sales + 1.5 * self.knows(),
            "bestsellers": 1.4 * sales + 0 * likes,
            "taste": 0.7 * likes,
        }

    def knows(self) -> FloatArray:
        """Return 1 where the customer bought from the product's category before. Shape (customers, pool)."""
        known = self.state.last_weeks[self.customers] > behaviour.NEVER
        return known[:, self.house.products.category[self.pool]].astype(np.float64)

    def features(self) -> FloatArray:
        """Return what a shop knows of each customer and product. Shape (customers, pool, features)."""
        products, state = self.house.products, self.state
        price = np.log(state.price[self.pool])[None, :]
        of_category = np.eye(len(CATEGORIES))[products.category[self.pool]]
        shape = (len(self.customers), len(self.pool))
        columns = [
            self.knows(),
            state.owned[np.ix_(self.customers, self.pool)],
            np.log1p(state.line_counts[np.ix_(self.customers, products.line[self.pool])]),
            np.broadcast_to(np.log1p(state.sales[self.pool])[None, :], shape),
            np.broadcast_to(price, shape),
            np.log1p(state.spent[self.customers])[:, None] * price / 10,
        ]
        plain = np.stack([np.asarray(column, dtype=np.float32) for column in columns], axis=2)
        return np.concatenate(
            [plain, np.broadcast_to(of_category.astype(np.float32), (*shape, len(CATEGORIES)))], axis=2
        )


def drawn(weight: FloatArray, random: np.random.Generator) -> IntArray:
    """Return a slate of each row of weights: places in the pool. Shape (customers, SLOT_COUNT)."""
    times = random.standard_exponential(weight.shape) / weight
    return np.argsort(times, axis=1)[:, :SLOT_COUNT]


def above(values: FloatArray) -> FloatArray:
    """Return the sum over the slots above each slot. Shape as given: (customers, SLOT_COUNT)."""
    return np.cumsum(values, axis=1) - values


def true_value(campaign: Campaign, weight: FloatArray, random: np.random.Generator) -> float:
    """Return the clicks that a slot of an opened mail gets with a policy's slates."""
    who, slot = np.repeat(campaign.customers, SLOT_COUNT), np.tile(np.arange(1, SLOT_COUNT + 1), len(weight))
    found = []
    for _ in range(TRUTH_DRAWS):
        product = campaign.pool[drawn(weight, random)].ravel()
        response = respond(campaign.house, campaign.state, who, product, slot)
        found.append(np.average(response.clicked, weights=response.opened))
    return float(np.mean(found))


def reward_model(
    features: FloatArray, slate: IntArray, click: FloatArray, fold: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Fit clicks on what a shop knows, each fold by the others.

    Returns
    -------
    tuple
        Probability of a click in the first slot, shape (customers, pool), and what a slot gets of it, shape
        (customers, SLOT_COUNT).
    """
    first, share = np.empty(features.shape[:2]), np.empty(slate.shape)
    shown = np.take_along_axis(features, slate[:, :, None], axis=1)
    depth = np.log(np.arange(1, SLOT_COUNT + 1))
    for code in range(FOLDS):
        others, own = fold != code, fold == code
        table = np.concatenate([shown, np.broadcast_to(depth[None, :, None], (*slate.shape, 1))], axis=2)[others]
        model = LogisticRegression(C=0.1, max_iter=500).fit(table.reshape(-1, table.shape[2]), click[others].ravel())
        first[own] = sigmoid(features[own] @ model.coef_[0, :-1] + model.intercept_[0])
        share[own] = np.exp(model.coef_[0, -1] * depth)
    return first, share


@dataclass(frozen=True)
class Judged:
    """A policy of a house."""

    name: str
    truth: float
    """Clicks a slot with its own slates."""
    step: float
    """Clicks a slot after the slots above as they were logged."""
    evaluation: Evaluation
    """What the log says, all slots together."""


def judged(seed: int, customers: int) -> list[Judged]:
    """Return each policy of a house."""
    params = HouseParams(customers=customers, products=PRODUCTS, weeks=WEEKS + 1, seed=seed)
    timeline = Timeline(house := draw_house(params)).run(WEEKS)
    random = np.random.default_rng([seed, 7])
    state = timeline.state
    everybody = np.flatnonzero(house.customers.registered_week <= WEEKS)
    pool = np.flatnonzero(state.is_offered(house) & ~house.products.is_limited)
    campaign = Campaign(house, state, everybody, pool)
    is_open = random.random(len(everybody)) < house.customers.open_rate[everybody]
    opened = Campaign(house, state, everybody[is_open], pool)
    products, chance = drawn_slates(house, state, opened.customers, pool, random)
    slate = np.searchsorted(pool, products)
    who, slot = np.repeat(opened.customers, SLOT_COUNT), np.tile(np.arange(1, SLOT_COUNT + 1), len(slate))
    clicked = respond(house, state, who, products.ravel(), slot).clicked
    click = (random.random(len(who)) < clicked).astype(np.float64).reshape(slate.shape)
    first, share = reward_model(opened.features(), slate, click, np.arange(len(slate)) % FOLDS)
    shown = np.take_along_axis(first, slate, axis=1)
    liked = probability(utilities(house, state, opened.customers, pool), CLICK).astype(np.float64)
    shown_liked, looked_at = np.take_along_axis(liked, slate, axis=1), examination(np.arange(1, SLOT_COUNT + 1))
    found, mine = [], opened.policies()
    for name, logits in campaign.policies().items():
        truth = true_value(campaign, np.exp(logits), random)
        weight = np.exp(mine[name])
        taken = np.take_along_axis(weight, slate, axis=1)
        left = weight.sum(axis=1, keepdims=True) - above(taken)
        expected = ((weight * first).sum(axis=1, keepdims=True) - above(taken * shown)) / left * share
        rows = LoggedRows(
            click.ravel(),
            chance.ravel().astype(np.float64),
            np.clip(taken / left, 0, 1).ravel(),
            slot,
            who,
            (shown * share).ravel(),
            expected.ravel(),
        )
        step = ((weight * liked).sum(axis=1, keepdims=True) - above(taken * shown_liked)) / left * looked_at
        found.append(Judged(name, truth, float(step.mean()), evaluate_policy(rows)[0]))
    return found


def report(houses: list[list[Judged]], customers: int) -> str:
    """Return the table."""
    names = [one.name for one in houses[0]]
    truth, step = (np.array([[getattr(one, name) for one in house] for house in houses]) for name in ("truth", "step"))
    head = ["estimator", "interval holds the truth", "bias, share of the truth", "root mean squared error", "rank"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    errors = {}
    for name in ESTIMATORS:
        every = [[one.evaluation.estimates[name] for one in house] for house in houses]
        value = np.array([[one.value for one in house] for house in every])
        holds = np.array([[one.low <= true <= one.high for one, true in zip(house, trues, strict=True)]
                          for house, trues in zip(every, truth, strict=True)])  # fmt: skip
        errors[name] = (value - truth) / truth.mean(axis=0)
        rank = np.mean([spearmanr(one, true).statistic for one, true in zip(value, truth, strict=True)])
        lines.append(
            f"| {name} | {100 * holds.mean():.1f}% | {errors[name].mean():+.3f} "
            f"| {np.sqrt((errors[name] ** 2).mean()):.4f} | {rank:.3f} |"
        )
    # The same logs stand behind both, so houses are resampled together.
    squares = {name: (errors[name] ** 2).mean(axis=1) for name in ("ips", "dr")}
    draws = np.random.default_rng(0).integers(0, len(houses), (2000, len(houses)))
    ratio = np.sqrt(squares["dr"].mean() / squares["ips"].mean())
    low, high = np.percentile(
        np.sqrt(squares["dr"][draws].mean(axis=1) / squares["ips"][draws].mean(axis=1)), [2.5, 97.5]
    )
    lines += [
        "",
        f"Error of DR over that of IPS: {ratio:.3f} [{low:.3f}, {high:.3f}] (95%, bootstrap over houses).",
        "",
    ]
    head = [
        "policy",
        "true clicks a 1,000 slots",
        "of one step",
        "estimated by DR",
        "DR holds the truth",
        "DR holds the step",
    ]
    head += ["rmse of DR", "of IPS", "effective rows, median", "warnings"]
    lines += [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for place, name in enumerate(names):
        every = [house[place].evaluation for house in houses]
        dr = [one.estimates["dr"] for one in every]
        holds, steps = (
            100 * np.mean([one.low <= true <= one.high for one, true in zip(dr, values[:, place], strict=True)])
            for values in (truth, step)
        )
        size = np.median([one.support.effective_sample_size for one in every])
        error = {known: np.sqrt((errors[known][:, place] ** 2).mean()) for known in ("dr", "ips")}
        warned = sum(one.warning is not None for one in every)
        lines.append(
            f"| {name} | {1000 * truth[:, place].mean():.2f} | {1000 * step[:, place].mean():.2f} "
            f"| {1000 * np.mean([one.value for one in dr]):.2f} | {holds:.0f}% | {steps:.0f}% "
            f"| {error['dr']:.3f} | {error['ips']:.3f} | {size:,.0f} | {warned} |"
        )
    logs = [house[0].evaluation for house in houses]
    rows = np.mean([log.support.row_count for log in logs])
    clicks = np.mean([log.support.row_count * log.logged.value for log in logs])
    return HEADER.format(houses=len(houses), customers=customers, rows=rows, clicks=clicks) + "\n".join(lines) + "\n"


HEADER = """# Maison: five policies judged from the log of another

Made by `python benchmarks/off_policy/maison.py`. {houses} houses of {customers:,} customers; a log has {rows:,.0f}
slots and {clicks:,.0f} clicks in the mean. Errors are shares of a policy's mean true value; rank is the mean rank
correlation of estimated and true value over the five policies of a house.

"""


def main() -> None:
    """Judge, and print or write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--write", action="store_true", help="into results/maison.md")
    options = parser.parse_args()
    houses = []
    for seed in range(1, options.seeds + 1):
        houses.append(judged(seed, options.customers))
        print(f"house {seed}", flush=True)
    text = report(houses, options.customers)
    if options.write:
        RESULT.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
