"""Exploration: nothing changes without it, no draw breaks a rule or a capacity, and draws are those of the seed."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from explore_cases import TASTES, exploration, random_posteriors, simple_rows
from slate_cases import attribute_table, candidate_table, is_allowed, kept, random_case

from vitrine.explore import ExploreParams, choose, contradictions, explore, keys_of, redraws
from vitrine.rerank import Guardrails, Pin, RerankParams, SlotLimit, posed, rerank, solve
from vitrine.rerank import contradictions as contradictions_of_guardrails
from vitrine.tables.ranking import SlateRules, slate_rows

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


# -- Channels --------------------------------------------------------------------------------------------------


def test_a_channel_repeats_what_an_earlier_one_shows_and_not_what_it_might_have_shown():
    """Those outside the audience take nothing from what is short."""
    candidates = candidate_table(simple_rows([1.0, 0.9, 0.8], ("ada", "bob")))
    candidates = candidates.append_column("purchase_weight", pa.array([1.0] * 6))
    rules = SlateRules(
        Guardrails(),
        attribute_table({}),
        pa.table({name: pa.array([], kind) for name, kind in (
            ("customer_id", pa.string()), ("category", pa.string()), ("weight_share", pa.float64()))}),
        pa.table({"product_id": ["p0"], "slot_count": pa.array([1], pa.int64())}),
        pa.table({"customer_id": ["ada"]}),
        exploration([(f"p{place}", 1.0, 20.0) for place in range(3)], slot_count=0),
    )  # fmt: skip
    params, at = RerankParams(slot_count=1, diversity_strength=0.0), datetime(2024, 3, 4)
    shown = pa.table({"customer_id": ["ada"] * 2, "product_id": ["p0", "p1"], "is_chosen": [False, True]})
    found = slate_rows(at, "onsite", candidates, params, rules, shown).to_pylist()
    assert [(row["channel"], row["customer_id"], row["product_id"]) for row in found] == [
        ("onsite", "ada", "p0"),
        ("onsite", "bob", "p0"),
    ]
    both = shown.set_column(2, "is_chosen", pa.array([True, True]))
    after = slate_rows(at, "onsite", candidates, params, rules, both).to_pylist()
    assert [row["product_id"] for row in after if row["customer_id"] == "ada"] == ["p2"]
    # Draws are those of the instant, whether an engine gives it a zone or not.
    drawn = replace(rules, exploration=exploration(random_posteriors(1, 3)))
    one, other = (slate_rows(when, "email", candidates, params, drawn) for when in (at, at.replace(tzinfo=UTC)))
    assert one.drop_columns("cutoff_at").equals(other.drop_columns("cutoff_at"))
