"""Exploration: nothing changes without it, its probabilities are those of its draws, and no draw breaks a rule."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from scipy.integrate import quad
from scipy.stats import beta as beta_distribution
from scipy.stats import chi2
from slate_cases import attribute_table, candidate_table, is_allowed, kept, random_case

import vitrine.explore
import vitrine.explore_wins
from vitrine.explore import Exploration, ExploreParams, choose, contradictions, explore, keys_of, redraws
from vitrine.explore_posteriors import tabulated
from vitrine.rerank import Guardrails, Pin, RerankParams, SlotLimit, posed, rerank, solve
from vitrine.rerank import contradictions as contradictions_of_guardrails

TASTES = pa.table({"customer_id": ["ada", "ada"], "category": ["k0", "k1"], "share": [0.7, 0.3]})


def posterior_table(pairs, segment="all"):
    """Return (product, alpha, beta) as the table that exploration takes."""
    columns = list(zip(*pairs, strict=True))
    return pa.table(
        {
            "product_id": pa.array(columns[0], pa.string()),
            "segment": pa.array([segment] * len(pairs), pa.string()),
            "alpha": pa.array(columns[1], pa.float64()),
            "beta": pa.array(columns[2], pa.float64()),
        }
    )


NO_SEGMENTS = pa.table({"customer_id": pa.array([], pa.string()), "segment": pa.array([], pa.string())})


def exploration(pairs, **params):
    return Exploration(
        ExploreParams(**{"slot_count": 1, "max_loss_share": 0.9} | params), posterior_table(pairs), NO_SEGMENTS
    )


def simple_rows(scores, customers=("ada",)):
    return [
        {"customer_id": customer, "product_id": f"p{place}", "category": f"k{place}", "price_amount": 1.0}
        | {"objective_score": float(score)}
        for customer in customers
        for place, score in enumerate(scores)
    ]


def random_posteriors(seed, count=9):
    random = np.random.default_rng(seed)
    return [(f"p{place}", random.uniform(0.2, 9), random.uniform(1, 60)) for place in range(count)]


# -- Off is off ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", range(4))
def test_without_exploration_slates_are_the_same_to_the_bit(block):
    for seed in range(block * 50, block * 50 + 50):
        rows, params, guardrails, attributes = random_case(seed)
        if contradictions_of_guardrails(guardrails, params):
            continue
        given = (candidate_table(rows), params, guardrails, attribute_table(attributes), TASTES)
        slates = rerank(*given)
        for off in (None, exploration(random_posteriors(seed), slot_count=0)):
            choices = choose(*given, exploration=off)
            assert choices.select(slates.column_names).equals(slates), seed
            assert set(choices["selection_probability"].to_pylist()) <= {1.0}
            assert set(choices["probability_method"].to_pylist()) <= {"certain"}


def test_slots_that_do_not_explore_are_as_they_were():
    rows, params = simple_rows(np.linspace(2, 0, 12)), RerankParams(slot_count=5)
    slates = rerank(candidate_table(rows), params).to_pylist()
    for seed in range(20):
        with_draws = exploration(random_posteriors(0, 12), slot_count=2, seed=str(seed))
        choices = choose(candidate_table(rows), params, exploration=with_draws).to_pylist()
        shown = [row for row in choices if row["is_chosen"]]
        assert [row["product_id"] for row in shown][:3] == [row["product_id"] for row in slates][:3]
        assert [row["probability_method"] for row in shown] == ["certain"] * 3 + ["exact"] * 2


# -- Probabilities ---------------------------------------------------------------------------------------------


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
    found = [vitrine.explore_wins.share_below(table, 0, one) for one in odds]
    at = odds + table.mean_odds[0]
    # The smaller of the rate and its rest: the greater of the two is told from 1 no more.
    smaller = 1 / (1 + np.exp(np.abs(at)))
    below, above = beta_distribution.cdf(smaller, alpha, beta), beta_distribution.sf(smaller, beta, alpha)
    expected = np.where(at < 0, below, above)
    np.testing.assert_allclose(found, expected, atol=3e-8)
    for share in (1e-9, 0.01, 0.5, 0.99, 1 - 1e-9):
        there = vitrine.explore_wins.quantile(table, 0, share)
        assert vitrine.explore_wins.share_below(table, 0, there) == pytest.approx(share, abs=1e-12)


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


def test_ucb_takes_the_greatest_bound_for_certain():
    pairs = [("p0", 200.0, 4000.0), ("p1", 2.0, 40.0), ("p2", 1.0, 1000.0)]
    params = RerankParams(slot_count=1, diversity_strength=0.0)
    with_bound = exploration(pairs, method="ucb")
    choices = choose(candidate_table(simple_rows([1.0, 0.8, 0.1])), params, exploration=with_bound).to_pylist()
    shown = [row for row in choices if row["is_chosen"]]
    assert [(row["product_id"], row["selection_probability"]) for row in shown] == [("p1", 1.0)]
    mean = 2 / 42
    bound = mean + np.sqrt(mean * (1 - mean) / 43)
    expected = np.log(bound / (1 - bound)) - np.log(2 / 40)
    assert shown[0]["exploration_addend"] == pytest.approx(expected, abs=1e-8)
    greedy = choose(
        candidate_table(simple_rows([1.0, 0.8, 0.1])),
        params,
        exploration=exploration(pairs, method="ucb", ucb_width=0.0),
    )
    assert [row["product_id"] for row in greedy.to_pylist() if row["is_chosen"]] == ["p0"]


def test_ucb_has_nothing_to_sample_in_any_slot():
    of = exploration([(f"p{place}", 1.0 + place, 20.0) for place in range(6)], slot_count=3, method="ucb")
    choices = choose(candidate_table(simple_rows(range(6))), RerankParams(slot_count=4), exploration=of).to_pylist()
    assert {row["probability_method"] for row in choices} == {"certain", "exact"}
    assert all(row["selection_probability"] in (0, 1) for row in choices)


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


def test_only_the_best_by_score_compete_and_the_greedy_choice_is_one_of_them():
    scores = [0.1 * place for place in range(12)]
    of = exploration([(f"p{place}", 1.0, 20.0) for place in range(12)], pool_size=3)
    choices = choose(candidate_table(simple_rows(scores)), RerankParams(slot_count=1), exploration=of).to_pylist()
    assert {row["product_id"] for row in choices} == {"p11", "p10", "p9"}
    assert sum(row["selection_probability"] for row in choices) == pytest.approx(1)


def test_the_budget_bounds_what_an_explored_product_gives_up():
    scores = [1.0, 0.9, 0.5, -3.0]
    pairs = [(f"p{place}", 1.0, 20.0) for place in range(4)]
    params = RerankParams(slot_count=1, diversity_strength=0.0)
    for share, products in (
        (0.0, {"p0"}),
        (0.2, {"p0", "p1"}),
        (0.5, {"p0", "p1", "p2"}),
        (0.99, {f"p{place}" for place in range(4)}),
    ):
        limited = exploration(pairs, max_loss_share=share)
        choices = choose(candidate_table(simple_rows(scores)), params, exploration=limited)
        assert set(choices["product_id"].to_pylist()) == products, share


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


# -- Guardrails ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", range(4))
def test_no_draw_breaks_a_rule_or_keeps_less(block):
    explored_count = 0
    for seed in range(block * 150, block * 150 + 150):
        rows, params, guardrails, attributes = random_case(seed)
        if contradictions_of_guardrails(guardrails, params):
            continue
        given = (candidate_table(rows), params, guardrails, attribute_table(attributes), TASTES)
        by_id = {row["product_id"]: row for row in rows}
        greedy = [by_id[product] for product in rerank(*given)["product_id"].to_pylist()]
        score, names = kept(greedy, rows, params, guardrails, attributes)
        for draw in range(6):
            slots = 1 + draw % 3
            of = exploration(
                [(f"p{place}", 0.3, 3.0) for place in range(9)],
                slot_count=slots,
                seed=str(draw),
                max_loss_share=0.95,
                path_count=3,
            )
            choices = choose(*given, exploration=of)
            shown = choices.filter(choices["is_chosen"])
            slate = [by_id[product] for product in shown["product_id"].to_pylist()]
            assert len(slate) == len(greedy) and len({row["product_id"] for row in slate}) == len(slate)
            assert is_allowed(slate, params, guardrails, attributes), (seed, draw)
            now, now_names = kept(slate, rows, params, guardrails, attributes)
            assert all(one >= other for one, other in zip(now, score, strict=True)), (seed, draw)
            assert set(now_names) <= set(names), (seed, draw)
            for row, before in zip(slate, greedy, strict=True):
                if row is not before:
                    explored_count += 1
                    assert not before["is_required"]
                    assert row["objective_score"] >= before["objective_score"] + np.log(0.05) - 1e-9
                    assert params.method != "quota" or row["category"] == before["category"]
            if slate:
                assert shown["relaxed_limits"][0].as_py() == (", ".join(now_names) or None), (seed, draw)
            by_slot = {}
            for row in choices.to_pylist():
                by_slot[row["slot"]] = by_slot.get(row["slot"], 0) + row["selection_probability"]
            assert all(total == pytest.approx(1, abs=1e-6) for total in by_slot.values()), (seed, by_slot)
    assert explored_count > 20


def test_every_product_of_the_distribution_may_stand_there():
    """Each told for the one exploring slot keeps every rule there, and whoever keeps them and the budget is told."""
    told_count = 0
    for seed in range(300):
        rows, params, guardrails, attributes = random_case(seed)
        if contradictions_of_guardrails(guardrails, params) or params.method == "quota":
            continue
        given = (candidate_table(rows), params, guardrails, attribute_table(attributes), TASTES)
        by_id = {row["product_id"]: row for row in rows}
        greedy = [by_id[product] for product in rerank(*given)["product_id"].to_pylist()]
        score, names = kept(greedy, rows, params, guardrails, attributes)
        # So little is known that nothing in the pool is left out as improbable.
        of = exploration([(f"p{place}", 1.0, 2.0) for place in range(9)], max_loss_share=0.8)
        open_rows = [
            row for row in choose(*given, exploration=of).to_pylist() if row["probability_method"] != "certain"
        ]
        if not open_rows:
            continue
        slot = open_rows[0]["slot"] - 1
        told = {row["product_id"] for row in open_rows}
        expected = {greedy[slot]["product_id"]}
        for row in rows:
            slate = [*greedy[:slot], row, *greedy[slot + 1 :]]
            if row in greedy or not is_allowed(slate, params, guardrails, attributes):
                continue
            now, now_names = kept(slate, rows, params, guardrails, attributes)
            beyond = [(one["taste_distance"] or 0) > params.max_taste_distance for one in (row, greedy[slot])]
            tiers = [2 * far + one["is_reserve"] for far, one in zip(beyond, (row, greedy[slot]), strict=True)]
            is_kept = all(one >= other for one, other in zip(now[:-1], score[:-1], strict=True))
            is_near = row["objective_score"] >= greedy[slot]["objective_score"] + np.log(0.2)
            if is_kept and set(now_names) <= set(names) and tiers[0] <= tiers[1] and is_near:
                expected.add(row["product_id"])
        told_count += len(told) > 1
        assert told == expected, seed
    assert told_count > 20


def test_pinned_and_required_products_keep_their_slots():
    rows = simple_rows([3.0, 2.0, 1.0, 0.9, 0.8, 0.7])
    rows[5]["is_required"] = True
    guardrails = Guardrails((SlotLimit("one k4", "at_least", "category", "k4", 1),), pins=(Pin("p3 last", 4, "p3"),))
    params = RerankParams(slot_count=4, diversity_strength=0.0)
    for seed in range(30):
        of = exploration(random_posteriors(1), slot_count=4, seed=str(seed), max_loss_share=0.95, path_count=5)
        choices = choose(candidate_table(rows), params, guardrails, exploration=of).to_pylist()
        shown = [row["product_id"] for row in choices if row["is_chosen"]]
        assert shown[3] == "p3"
        assert {"p4", "p5"} <= set(shown)


# -- Capacities ------------------------------------------------------------------------------------------------


def test_no_draw_exceeds_a_capacity():
    random = np.random.default_rng(5)
    customers = [f"c{place:02}" for place in range(40)]
    rows = [row | {"objective_score": float(random.normal())} for row in simple_rows(range(8), customers)]
    capacity = {"p0": 12, "p1": 0, "p2": 21, "p3": 1, "p4": 25}
    capacities = pa.table({"product_id": list(capacity), "slot_count": pa.array(list(capacity.values()), pa.int64())})
    params = RerankParams(slot_count=3, diversity_strength=0.0)
    pairs = [(f"p{place}", 0.5, 20.0) for place in range(8)]
    seen = dict.fromkeys(capacity, 0)
    for slots in (1, 2):
        for seed in range(25):
            of = exploration(pairs, slot_count=slots, seed=str(seed), max_loss_share=0.98)
            choices = choose(candidate_table(rows), params, capacities=capacities, exploration=of).to_pylist()
            shown = [row["product_id"] for row in choices if row["is_chosen"]]
            possible = {(row["customer_id"], row["product_id"]) for row in choices}
            for product, most in capacity.items():
                assert shown.count(product) <= most
                seen[product] = max(seen[product], sum(one == product for _, one in possible))
    # The bound is of who may be shown it at all, so it holds for any draw; and what is left is used.
    assert all(seen[product] <= most for product, most in capacity.items())
    greedy = rerank(candidate_table(rows), params, Guardrails(), None, None, capacities)["product_id"].to_pylist()
    assert seen["p4"] > greedy.count("p4")


# -- Determinism -----------------------------------------------------------------------------------------------


def test_the_order_of_rows_and_the_threads_make_no_difference(monkeypatch):
    random = np.random.default_rng(2)
    customers = [f"c{place:03}" for place in range(600)]
    rows = [row | {"objective_score": float(random.normal())} for row in simple_rows(range(6), customers)]
    params = RerankParams(slot_count=3, diversity_strength=0.2)
    capacities = pa.table({"product_id": ["p0", "p3"], "slot_count": pa.array([200, 350], pa.int64())})
    table, of = candidate_table(rows), exploration(random_posteriors(4, 6), slot_count=2)
    found = choose(table, params, capacities=capacities, exploration=of)
    monkeypatch.setattr("vitrine.explore.in_parts", lambda work, items: work(items))
    shuffled = replace(of, posteriors=of.posteriors.take([5, 2, 0, 1, 4, 3]))
    again = choose(table.take(random.permutation(len(rows))), params, capacities=capacities, exploration=shuffled)
    assert again.equals(found)
    # A customer draws the same whoever else is there, as long as no product is short.
    alone = table.filter(pa.array([row["customer_id"] == "c007" for row in rows]))
    one, both = choose(alone, params, exploration=of), choose(table, params, exploration=of)
    assert one.equals(both.filter(pa.compute.equal(both["customer_id"], "c007")).combine_chunks())


def test_several_seeds_at_once_are_as_each_alone():
    rows = [
        row | {"objective_score": float(place % 7) / 5} for place, row in enumerate(simple_rows(range(6), ("a", "b")))
    ]
    capacities = pa.table({"product_id": ["p1"], "slot_count": pa.array([1], pa.int64())})
    problem = posed(candidate_table(rows), RerankParams(slot_count=3), Guardrails(), None, None, capacities)
    slates, of = solve(problem), exploration(random_posteriors(4, 6), slot_count=2)
    for seed, found in zip("xyz", redraws(problem, slates, of, "xyz"), strict=True):
        alone = explore(problem, slates, replace(of, params=replace(of.params, seed=seed)))
        assert all(np.array_equal(one, other) for one, other in zip(found[:6], alone[:6], strict=True))
    only_b = next(redraws(problem, slates, of, "x", np.array([1])))
    assert np.array_equal(
        only_b.rows[1], explore(problem, slates, replace(of, params=replace(of.params, seed="x"))).rows[1]
    )
    assert np.array_equal(only_b.rows[0], slates.rows[0])


def test_another_seed_draws_anew():
    customers = [f"c{place:03}" for place in range(200)]
    table = candidate_table(simple_rows([1.0, 0.9, 0.8, 0.7], customers))
    params, of = RerankParams(slot_count=1, diversity_strength=0.0), exploration(random_posteriors(4, 4))
    one, other = (
        choose(table, params, exploration=replace(of, params=replace(of.params, seed=seed))) for seed in ("a", "b")
    )
    probabilities = ["customer_id", "product_id", "selection_probability"]
    told = [
        table.select(probabilities).sort_by([("customer_id", "ascending"), ("product_id", "ascending")])
        for table in (one, other)
    ]
    assert told[0].equals(told[1])
    first, second = (table.filter(table["is_chosen"])["product_id"].to_pylist() for table in (one, other))
    assert first != second
    assert len(set(first)) > 1


def test_keys_do_not_run_into_each_other():
    assert keys_of(pa.array(["1", "11"]), "1", "1").tolist() != keys_of(pa.array(["1", "11"]), "11", "").tolist()
    assert len(set(keys_of(pa.array([str(one) for one in range(1000)]), "a").tolist())) == 1000


# -- Parameters ------------------------------------------------------------------------------------------------


def test_parameters_that_cannot_be_used_are_named():
    assert contradictions(ExploreParams()) == []
    said = contradictions(ExploreParams(-1, "luck", 1.0, ucb_width=-1.0, pool_size=0))
    assert len(said) == 5
    assert "luck" in said[0]
    with pytest.raises(ValueError, match="luck"):
        choose(
            candidate_table(simple_rows([1.0])),
            RerankParams(),
            exploration=exploration([("p0", 1.0, 1.0)], method="luck"),
        )
    with pytest.raises(ValueError, match="above 0"):
        choose(candidate_table(simple_rows([1.0])), RerankParams(), exploration=exploration([("p0", 0.0, 1.0)]))
