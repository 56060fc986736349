"""The probabilities that exploration tells are those of its draws: by quadrature, by enumeration and by drawing anew."""

from dataclasses import replace

import numba
import numpy as np
import pyarrow as pa
import pytest
from explore_cases import exploration, posterior_table, random_posteriors, simple_rows
from scipy.integrate import quad
from scipy.stats import beta as beta_distribution
from scipy.stats import chi2
from slate_cases import candidate_table

import vitrine.explore
import vitrine.explore_wins
from vitrine.explore import Exploration, ExploreParams, choose, redraws
from vitrine.explore_posteriors import tabulated
from vitrine.rerank import Guardrails, RerankParams, posed, rerank, solve

# Compiled anew each time: what is kept on disk would not notice a change of these.
_quantile, _share_below = vitrine.explore_wins.quantile, vitrine.explore_wins.share_below


@numba.njit
def quantile(table, place, share):
    return _quantile(table, place, share)


@numba.njit
def share_below(table, place, odds):
    return _share_below(table, place, odds)


def by_quadrature(scores, pairs):
    """Return the probability that each has the greatest score + logit(draw) - logit(mean), by scipy's quadrature."""
    alphas, betas = np.array([pair[1] for pair in pairs]), np.array([pair[2] for pair in pairs])
    places = np.asarray(scores) - np.log(alphas / betas)
    wins = []
    for one in range(len(pairs)):
        others = [other for other in range(len(pairs)) if other != one]

        def inside(share, one=one, others=others):
            rate = beta_distribution.ppf(share, alphas[one], betas[one])
            odds = places[one] + np.log(rate) - np.log1p(-rate) - places[others]
            return np.prod(beta_distribution.cdf(1 / (1 + np.exp(-odds)), alphas[others], betas[others]))

        wins.append(quad(inside, 0, 1, limit=400, epsabs=1e-10)[0])
    return np.array(wins)


@pytest.mark.parametrize("seed", range(12))
def test_probabilities_of_one_slot_are_the_integrals(seed):
    random = np.random.default_rng(seed)
    scores = random.normal(size=6) * 0.4
    size = 10.0 ** random.uniform(0, 4, 6)
    rates = random.uniform(0.01, 0.3, 6)
    pairs = [(f"p{place}", size[place] * rates[place], size[place] * (1 - rates[place])) for place in range(6)]
    params = RerankParams(slot_count=1, diversity_strength=0.0)
    choices = choose(candidate_table(simple_rows(scores)), params, exploration=exploration(pairs, max_loss_share=0.99))
    found = dict(zip(choices["product_id"].to_pylist(), choices["selection_probability"].to_pylist(), strict=True))
    expected = by_quadrature(scores, pairs)
    for place in range(6):
        assert found.get(f"p{place}", 0.0) == pytest.approx(expected[place], abs=2e-7)


@pytest.mark.parametrize(("alpha", "beta"), [(0.05, 3.0), (0.7, 0.4), (2.0, 100.0), (900.0, 3e4), (30.0, 0.2)])
def test_tables_hold_the_beta_distribution(alpha, beta):
    table = tabulated(np.array([alpha]), np.array([beta]), 1.0)
    odds = np.linspace(table.lowest[0] + 1e-6, table.highest[0] - 1e-6, 997)
    found = [share_below(table, 0, one) for one in odds]
    at = odds + table.mean_odds[0]
    # The smaller of the rate and its rest: the greater of the two is told from 1 no more.
    smaller = 1 / (1 + np.exp(np.abs(at)))
    below, above = beta_distribution.cdf(smaller, alpha, beta), beta_distribution.sf(smaller, beta, alpha)
    expected = np.where(at < 0, below, above)
    np.testing.assert_allclose(found, expected, atol=3e-8)
    for share in (1e-9, 0.01, 0.5, 0.99, 1 - 1e-9):
        there = quantile(table, 0, share)
        assert share_below(table, 0, there) == pytest.approx(share, abs=1e-12)


def draws_anew(rows, params, guardrails, with_draws, count, capacities=None):
    """Return how often each product held each (customer, slot), over so many seeds, and the choices of the first."""
    problem = posed(candidate_table(rows), params, guardrails, None, None, capacities)
    slates = solve(problem)
    counts = {}
    seeds = (f"redraw {seed}" for seed in range(count))
    for explored in redraws(problem, slates, with_draws, seeds):
        products = problem.pool.product[explored.rows]
        for customer in range(len(problem.customers)):
            for slot in range(params.slot_count):
                key = (problem.customers.values[customer].as_py(), slot + 1)
                product = problem.products.values[int(products[customer, slot])].as_py()
                counts.setdefault(key, {}).setdefault(product, 0)
                counts[key][product] += 1
    choices = choose(candidate_table(rows), params, guardrails, capacities=capacities, exploration=with_draws)
    return counts, choices.to_pylist()


def rejected(counts, choices, draws):
    """Return the (customer, slot) pairs whose counts the probabilities do not explain, corrected after Bonferroni."""
    told = {}
    for row in choices:
        told.setdefault((row["customer_id"], row["slot"]), {})[row["product_id"]] = row["selection_probability"]
    bad = []
    for key, probabilities in told.items():
        assert sum(probabilities.values()) == pytest.approx(1, abs=1e-6), key
        assert set(counts[key]) <= set(probabilities), key
        expected = np.array([draws * probability for probability in probabilities.values()])
        seen = np.array([counts[key].get(product, 0) for product in probabilities])
        is_rare = expected < 5
        if is_rare.any():  # thrown together: the statistic has its distribution for cells of some size only
            expected = np.append(expected[~is_rare], expected[is_rare].sum())
            seen = np.append(seen[~is_rare], seen[is_rare].sum())
        is_cell = expected > 0
        expected, seen = expected[is_cell], seen[is_cell]
        statistic = ((seen - expected) ** 2 / expected).sum()
        if len(seen) > 1 and chi2.sf(statistic, len(seen) - 1) < 0.05 / len(told):
            bad.append((key, probabilities, counts[key]))
    return bad


@pytest.mark.parametrize(("slots", "draws"), [(1, 2000), (2, 2000), (3, 500)])
def test_redraws_match_the_probabilities_told(slots, draws):
    random = np.random.default_rng(7)
    rows = [
        row | {"category": f"k{int(row['product_id'][1:]) % 4}", "objective_score": float(random.normal() * 0.5)}
        for row in simple_rows(range(12), ("ada", "bob", "cy"))
    ]
    params = RerankParams(slot_count=4, diversity_strength=0.3, max_per_category=1, max_per_brand=4)
    with_draws = exploration(random_posteriors(3, 12), slot_count=slots, path_count=150)
    counts, choices = draws_anew(rows, params, Guardrails(), with_draws, draws)
    assert rejected(counts, choices, draws) == []
    # The test has teeth: somewhat more even probabilities are not these.
    sizes = {key: len(seen) for key, seen in counts.items()}
    even = [1 / sizes[row["customer_id"], row["slot"]] if row["selection_probability"] < 1 else 1.0 for row in choices]
    mixed = [
        row | {"selection_probability": 0.6 * row["selection_probability"] + 0.4 * other}
        for row, other in zip(choices, even, strict=True)
        if row["product_id"] in counts[row["customer_id"], row["slot"]]
    ]
    totals: dict = {}
    for row in mixed:
        key = (row["customer_id"], row["slot"])
        totals[key] = totals.get(key, 0) + row["selection_probability"]
    worse = [
        row | {"selection_probability": row["selection_probability"] / totals[row["customer_id"], row["slot"]]}
        for row in mixed
    ]
    assert rejected(counts, worse, draws)


def test_redraws_match_where_products_are_short():
    """Who may be shown what is left of a product is no part of the seed."""
    random = np.random.default_rng(3)
    customers = [f"c{place:02}" for place in range(12)]
    rows = [row | {"objective_score": float(random.normal() * 0.5)} for row in simple_rows(range(6), customers)]
    capacities = pa.table({"product_id": ["p0", "p3"], "slot_count": pa.array([9, 7], pa.int64())})
    params = RerankParams(slot_count=3, diversity_strength=0.0)
    counts, choices = draws_anew(rows, params, Guardrails(), exploration(random_posteriors(3, 6)), 1000, capacities)
    assert rejected(counts, choices, 1000) == []
    greedy = rerank(candidate_table(rows), params, Guardrails(), None, None, capacities)["product_id"].to_pylist()
    for product, most in (("p0", 9), ("p3", 7)):
        could = sum(row["product_id"] == product for row in choices)
        # What the greedy slates leave is given out, and no more.
        assert greedy.count(product) <= could <= most
    assert any(row["product_id"] in ("p0", "p3") and not row["is_greedy"] for row in choices)


def test_the_second_slot_is_the_mean_over_all_choices_for_the_first():
    """With the cap of one a category the pool of the second slot depends on who holds the first."""
    scores = {"p0": 1.0, "p1": 0.9, "p2": 0.8, "p3": 0.7}
    categories = {"p0": "a", "p1": "b", "p2": "a", "p3": "b"}
    rows = [
        {"customer_id": "ada", "product_id": product, "category": categories[product], "price_amount": 1.0}
        | {"objective_score": score}
        for product, score in scores.items()
    ]
    pairs = [("p0", 3.0, 40.0), ("p1", 2.0, 50.0), ("p2", 1.0, 30.0), ("p3", 4.0, 44.0)]
    params = RerankParams(slot_count=2, diversity_strength=0.0, max_per_category=1)
    choices = choose(candidate_table(rows), params, exploration=exploration(pairs, slot_count=2))
    found = {(row["slot"], row["product_id"]): row["selection_probability"] for row in choices.to_pylist()}
    # Greedy is p0, p1: the first slot is for the category of p0, the second for that of p1.
    first = by_quadrature([scores["p0"], scores["p2"]], [pairs[0], pairs[2]])
    second = by_quadrature([scores["p1"], scores["p3"]], [pairs[1], pairs[3]])
    assert found[1, "p0"] == pytest.approx(first[0], abs=1e-6)
    assert found[1, "p2"] == pytest.approx(first[1], abs=1e-6)
    assert found[2, "p1"] == pytest.approx(second[0], abs=1e-6)
    assert found[2, "p3"] == pytest.approx(second[1], abs=1e-6)


def test_a_product_without_a_posterior_stands_as_the_greedy_choice_only():
    pairs = [("p1", 2.0, 40.0), ("p2", 2.0, 60.0)]
    params = RerankParams(slot_count=1, diversity_strength=0.0)
    choices = choose(candidate_table(simple_rows([1.0, 0.9, 0.8, 0.7])), params, exploration=exploration(pairs))
    found = {row["product_id"]: row["selection_probability"] for row in choices.to_pylist()}
    assert set(found) == {"p0", "p1", "p2"}
    # It wins where neither of the draws lifts the others above its score.
    rates = [
        1 / (1 + np.exp(-(1.0 - score + np.log(a / b)))) for score, (_, a, b) in zip([0.9, 0.8], pairs, strict=True)
    ]
    expected = np.prod([beta_distribution.cdf(rate, a, b) for rate, (_, a, b) in zip(rates, pairs, strict=True)])
    assert found["p0"] == pytest.approx(expected, abs=1e-6)
    assert sum(found.values()) == pytest.approx(1, abs=1e-6)


def test_a_weight_of_the_purchase_changes_the_unit_and_nothing_else():
    rows = simple_rows([1.0, 0.8, 0.5, 0.3], ("ada", "bob"))
    tripled = [row | {"objective_score": 3 * row["objective_score"]} for row in rows]
    params = RerankParams(slot_count=2, diversity_strength=0.0)
    of = exploration(random_posteriors(1, 4), max_loss_share=0.5)
    one = choose(candidate_table(rows), params, exploration=of).to_pylist()
    other = choose(candidate_table(tripled), params, exploration=replace(of, scale=3.0)).to_pylist()
    assert [(row["customer_id"], row["slot"], row["product_id"], row["is_chosen"]) for row in one] == [
        (row["customer_id"], row["slot"], row["product_id"], row["is_chosen"]) for row in other
    ]
    for mine, its in zip(one, other, strict=True):
        assert its["selection_probability"] == pytest.approx(mine["selection_probability"], abs=1e-9)
        if mine["exploration_addend"] is not None:
            assert its["exploration_addend"] == pytest.approx(3 * mine["exploration_addend"], abs=1e-8)
    assert any(row["exploration_addend"] for row in one)


def test_the_posterior_is_that_of_the_segment_and_else_of_all():
    posteriors = pa.concat_tables(
        [posterior_table([("p0", 9.0, 90.0), ("p1", 1.0, 90.0)]), posterior_table([("p1", 90.0, 90.0)], "vip")]
    )
    segments = pa.table({"customer_id": ["ada", "bob"], "segment": ["vip", "nobody"]})
    of = Exploration(ExploreParams(1, max_loss_share=0.9), posteriors, segments)
    rows = simple_rows([1.0, 0.9], ("ada", "bob", "cy"))
    params = RerankParams(slot_count=1, diversity_strength=0.0)
    choices = choose(candidate_table(rows), params, exploration=of).to_pylist()
    found = {(row["customer_id"], row["product_id"]): row["selection_probability"] for row in choices}
    own = by_quadrature([1.0, 0.9], [("p0", 9.0, 90.0), ("p1", 90.0, 90.0)])
    shared = by_quadrature([1.0, 0.9], [("p0", 9.0, 90.0), ("p1", 1.0, 90.0)])
    assert found["ada", "p1"] == pytest.approx(own[1], abs=1e-6)
    assert found["bob", "p1"] == found["cy", "p1"] == pytest.approx(shared[1], abs=1e-6)
