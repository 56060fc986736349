"""Guardrails: hard ones hold, soft ones give way only where every slate would break them."""

import numpy as np
import pyarrow as pa
import pytest
from slate_cases import attribute_table, best_kept, candidate_table, is_allowed, kept, random_case

import vitrine.rerank
import vitrine.rerank_exact
from vitrine.rerank import Guardrails, PairRule, Pin, RerankParams, SlotLimit, contradictions, rerank

TASTES = pa.table({"customer_id": ["ada", "ada"], "category": ["k0", "k1"], "share": [0.7, 0.3]})


def is_searched(rows, params, guardrails):
    """Whether anything beside the caps plays a part; without, the slate is that of the greedy definition."""
    by_rows = any(row["is_required"] or row["is_reserve"] for row in rows)
    return guardrails != Guardrails() or by_rows or params.max_taste_distance < 1 or params.coherence_strength > 0


@pytest.mark.parametrize("block", range(10))
def test_no_slate_keeps_more_than_the_one_found(block):
    judged = 0
    for seed in range(block * 100, block * 100 + 100):
        rows, params, guardrails, attributes = random_case(seed)
        if contradictions(guardrails, params):
            continue
        if not is_searched(rows, params, guardrails):
            continue
        judged += 1
        found = rerank(candidate_table(rows), params, guardrails, attribute_table(attributes), TASTES)
        by_id = {row["product_id"]: row for row in rows}
        slate = [by_id[product] for product in found["product_id"].to_pylist()]
        assert found["slot"].to_pylist() == list(range(1, len(slate) + 1)), seed
        assert is_allowed(slate, params, guardrails, attributes), seed
        score, names = kept(slate, rows, params, guardrails, attributes)
        best = best_kept(rows, params, guardrails, attributes)
        # All but the number of reserves: that is exact only where the exact search decided.
        assert score[:-1] == best[:-1], (seed, score, best)
        if slate:
            assert found["relaxed_limits"][0].as_py() == (", ".join(names) or None), seed
    assert judged > 30


def test_the_exact_search_betters_some_greedy_slates(monkeypatch):
    search, betters = vitrine.rerank_exact.improve, []
    monkeypatch.setattr(vitrine.rerank_exact, "improve", lambda *given: betters.append(search(*given)))
    for seed in range(400):
        rows, params, guardrails, attributes = random_case(seed)
        if not contradictions(guardrails, params):
            rerank(candidate_table(rows), params, guardrails, attribute_table(attributes), TASTES)
    assert 0 < sum(betters) < len(betters)


def row(product, category, score, **more):
    return {"customer_id": "ada", "product_id": product, "category": category, "price_amount": 1.0} | {
        "objective_score": score,
        **more,
    }


def slate(rows, params, guardrails=vitrine.rerank.NO_GUARDRAILS, **more):
    found = rerank(candidate_table(rows), params, guardrails, **more)
    return found["product_id"].to_pylist(), found["relaxed_limits"].to_pylist()[:1]


BY_RELEVANCE = {"diversity_strength": 0.0, "max_per_category": 9, "max_per_brand": 9}


def test_one_quota_at_the_end_of_the_slate():
    rows = [row(f"p{i}", "shoes", 9.0 - i) for i in range(5)] + [row("bag", "bags", 0.0)]
    quota = Guardrails(limits=(SlotLimit("a bag", "at_least", "category", "bags", 1),))
    assert slate(rows, RerankParams(slot_count=3, **BY_RELEVANCE), quota) == (["p0", "p1", "bag"], [None])


def test_a_quota_without_enough_products_gives_way_by_name_and_keeps_what_it_can():
    rows = [row(f"p{i}", "shoes", 9.0 - i) for i in range(5)] + [row("bag", "bags", 0.0)]
    quota = Guardrails(limits=(SlotLimit("two bags", "at_least", "category", "bags", 2),))
    assert slate(rows, RerankParams(slot_count=3, **BY_RELEVANCE), quota) == (["p0", "p1", "bag"], ["two bags"])


def test_names_come_weakest_first():
    rows = [row(f"p{i}", "shoes", 9.0 - i, taste_distance=0.9, is_required=i > 2) for i in range(5)]
    guardrails = Guardrails(
        limits=(
            SlotLimit("a bag", "at_least", "category", "bags", 1),
            SlotLimit("two categories", "at_least_distinct", "category", None, 2),
        ),
        pins=(Pin("the scarf first", 1, "scarf"),),
    )
    scarf_never_with_shoes = PairRule("apart", "never", "product", "scarf", "category", "shoes")
    params = RerankParams(slot_count=1, max_taste_distance=0.5, **BY_RELEVANCE)
    with pytest.raises(ValueError, match="two categories"):
        slate(rows, params, guardrails)
    params = RerankParams(slot_count=2, max_taste_distance=0.5, **BY_RELEVANCE)
    rows.append(row("p9", "shoes", 0.0, is_required=True))
    rows.append(row("scarf", "scarves", 0.0, taste_distance=0.9))
    guardrails = Guardrails(guardrails.limits, (scarf_never_with_shoes,), guardrails.pins)
    _, (names,) = slate(rows, params, guardrails)
    assert names == "max_taste_distance, two categories, a bag, required, the scarf first"


def test_a_pin_asks_nothing_of_whoever_may_not_have_its_product():
    rows = [row(f"p{i}", f"k{i % 2}", 9.0 - i) for i in range(4)]
    pins = Guardrails(pins=(Pin("elsewhere", 1, "scarf"), Pin("the last", 3, "p3"), Pin("too late", 2, "belt")))
    params = RerankParams(slot_count=3, **BY_RELEVANCE)
    assert slate(rows, params, pins) == (["p0", "p1", "p3"], [None])
    other = [one | {"customer_id": "bob"} for one in [*rows, row("scarf", "scarves", 0.0)]]
    found = rerank(candidate_table([*rows, *other]), params, pins).to_pylist()
    assert [one["product_id"] for one in found] == ["p0", "p1", "p3", "scarf", "p0", "p3"]
    assert {one["relaxed_limits"] for one in found} == {None}


def test_a_pin_that_stronger_guardrails_push_out_says_so():
    rows = [row(f"p{i}", "k", 9.0 - i) for i in range(3)] + [row("scarf", "scarves", 0.0)]
    guardrails = Guardrails(
        pairs=(PairRule("apart", "never", "product", "scarf", "category", "k"),), pins=(Pin("scarf", 1, "scarf"),)
    )
    assert slate(rows, RerankParams(slot_count=3, **BY_RELEVANCE), guardrails) == (["p0", "p1", "p2"], ["scarf"])


def test_reserves_fill_only_what_the_caps_leave_empty():
    rows = [row(f"p{i}", "shoes", 9.0 - i) for i in range(5)]
    rows += [row("bag", "bags", 20.0, is_reserve=True), row("belt", "belts", 10.0, is_reserve=True)]
    params = RerankParams(slot_count=3, diversity_strength=0.0, max_per_category=2, max_per_brand=9)
    assert slate(rows, params) == (["p0", "p1", "bag"], [None])
    assert slate(rows, RerankParams(slot_count=3, **BY_RELEVANCE)) == (["p0", "p1", "p2"], [None])


def test_reserves_do_not_move_the_scale_of_the_others():
    rows = [row("a", "k", 1.0), row("b", "k", 0.5), row("c", "k", 0.0)]
    params = RerankParams(slot_count=2)
    reserve = row("r", "j", -50.0, is_reserve=True)
    one, other = (rerank(candidate_table(some), params) for some in (rows, [*rows, reserve]))
    assert one["marginal_score"].to_pylist() == other["marginal_score"].to_pylist()


def test_the_partner_stands_directly_after_and_nothing_is_shown_without_one():
    rows = [row("shoe", "shoes", 9.0), row("belt", "belts", 8.0), row("care", "care", 0.0)]
    always = Guardrails(pairs=(PairRule("care", "always", "category", "shoes", "product", "care"),))
    params = RerankParams(slot_count=3, **BY_RELEVANCE)
    assert slate(rows, params, always)[0] == ["shoe", "care", "belt"]
    assert slate(rows[:2], params, always)[0] == ["belt"]
    one_slot = RerankParams(slot_count=1, **BY_RELEVANCE)
    assert slate(rows, one_slot, always)[0] == ["belt"]
    pinned = Guardrails(pairs=always.pairs, pins=(Pin("belt second", 2, "belt"),))
    # A full slate comes first: the pin gives way, since the shoe and its care need two slots in a row.
    assert slate(rows, params, pinned) == (["belt", "shoe", "care"], ["belt second"])
    first = Guardrails(pairs=always.pairs, pins=(Pin("belt first", 1, "belt"),))
    assert slate(rows, params, first) == (["belt", "shoe", "care"], [None])


def test_never_pairs_keep_groups_apart_and_a_group_from_itself():
    rows = [row("ring", "gold", 9.0), row("watch", "steel", 8.0), row("chain", "gold", 7.0), row("cap", "wool", 0.0)]
    params = RerankParams(slot_count=3, **BY_RELEVANCE)
    apart = Guardrails(pairs=(PairRule("metals", "never", "category", "gold", "category", "steel"),))
    assert slate(rows, params, apart)[0] == ["ring", "chain", "cap"]
    alone = Guardrails(pairs=(PairRule("one of gold", "never", "category", "gold", "category", "gold"),))
    assert slate(rows, params, alone)[0] == ["ring", "watch", "cap"]


def test_contradictions_are_named():
    params = RerankParams(slot_count=4, max_per_category=2)
    guardrails = Guardrails(
        limits=(
            SlotLimit("many shoes", "at_least", "category", "shoes", 3),
            SlotLimit("many women", "at_least", "gender", "women", 3),
            SlotLimit("many men", "at_least", "gender", "men", 2),
            SlotLimit("odd", "at_lest", "gender", "men", 2),
        ),
        pairs=(
            PairRule("apart", "never", "line", "a", "line", "b"),
            PairRule("together", "always", "line", "b", "line", "a"),
        ),
        pins=(Pin("one", 1, "p1"), Pin("two", 1, "p2"), Pin("three", 5, "p1")),
    )
    found = contradictions(guardrails, params)
    for names in (
        ("many shoes", "max_per_category"),
        ("many women", "many men"),
        ("odd", "at_lest"),
        ("apart", "together"),
        ("one", "two", "slot 1"),
        ("three", "slot 5"),
        ("one", "three", "p1"),
    ):
        assert [message for message in found if all(name in message for name in names)], names
    assert len(found) == 7
    with pytest.raises(ValueError, match="many shoes"):
        rerank(candidate_table([row("a", "k", 1.0)]), params, guardrails)


@pytest.mark.parametrize("attributes", [None, attribute_table({"shoe": {"line": "l0", "gender": None}})])
def test_to_an_attribute_that_no_product_has_no_product_belongs(attributes):
    rows = [row("shoe", "shoes", 9.0), row("belt", "belts", 8.0), row("care", "care", 0.0)]
    params = RerankParams(slot_count=2, **BY_RELEVANCE)
    hard = Guardrails(
        limits=(SlotLimit("one of a fabric", "at_most", "fabric", None, 1), SlotLimit("x", "at_most", "fit", "a", 0)),
        pairs=(
            PairRule("apart", "never", "fabric", "wool", "category", "belts"),
            PairRule("care", "always", "fabric", "wool", "product", "care"),
        ),
    )
    assert slate(rows, params, hard, attributes=attributes) == (["shoe", "belt"], [None])
    followed = Guardrails(pairs=(PairRule("then", "always", "category", "shoes", "fabric", "wool"),))
    assert slate(rows, params, followed, attributes=attributes)[0] == ["belt", "care"]
    soft = Guardrails(
        limits=(
            SlotLimit("two fabrics", "at_least_distinct", "fabric", None, 2),
            SlotLimit("one of wool", "at_least", "fabric", "wool", 1),
        )
    )
    assert slate(rows, params, soft, attributes=attributes) == (["shoe", "belt"], ["two fabrics, one of wool"])


@pytest.mark.parametrize(
    "rows",
    [[], [{"customer_id": "ada", "product_id": "p0", "category": "k", "price_amount": 1.0, "objective_score": 1.0}]],
)
def test_attributes_of_products_that_nobody_has_are_passed_over(rows):
    guardrails = Guardrails((SlotLimit("one wool", "at_most", "material", "wool", 1),))
    attributes = pa.table(
        {"product_id": ["p7", "p8"], "attribute_name": ["material"] * 2, "attribute_value": ["wool", "silk"]}
    )
    found = rerank(candidate_table(rows), RerankParams(), guardrails, attributes)
    assert found["product_id"].to_pylist() == [row["product_id"] for row in rows]


def test_the_order_of_rows_and_other_customers_change_nothing():
    random = np.random.default_rng(5)
    rows = []
    for customer in range(40):
        more, _, _, attributes = random_case(customer)
        rows += [one | {"customer_id": f"c{customer:02}"} for one in more]
    attributes = {f"p{i}": {"line": f"l{i % 2}", "gender": f"g{i % 3}"} for i in range(9)}
    guardrails = Guardrails(
        limits=(SlotLimit("line", "at_least", "line", "l1", 2),),
        pairs=(PairRule("apart", "never", "gender", "g0", "gender", "g1"),),
        pins=(Pin("pin", 2, "p3"),),
    )
    params = RerankParams(slot_count=4, max_taste_distance=0.5)
    expected = rerank(candidate_table(rows), params, guardrails, attribute_table(attributes))
    shuffled = [rows[i] for i in random.permutation(len(rows))]
    assert rerank(candidate_table(shuffled), params, guardrails, attribute_table(attributes)).equals(expected)
    one = [each for each in rows if each["customer_id"] == "c07"]
    alone = rerank(candidate_table(one), params, guardrails, attribute_table(attributes))
    assert alone.to_pylist() == [each for each in expected.to_pylist() if each["customer_id"] == "c07"]


@pytest.mark.parametrize("has_guardrails", [False, True])
def test_what_others_have_among_their_candidates_changes_no_slate(has_guardrails):
    """Some have required products and reserves, some have not: each slate is the one made alone."""
    rows = []
    for customer in range(60):
        more, _, _, _ = random_case(customer)
        is_plain = customer % 3 == 0
        plain = {"is_required": False, "is_reserve": False} if is_plain else {}
        rows += [one | plain | {"customer_id": f"c{customer:02}"} for one in more]
    guardrails = Guardrails(pins=(Pin("pin", 2, "p3"), Pin("late", 3, "p7"))) if has_guardrails else Guardrails()
    params = RerankParams(slot_count=3, max_per_category=1, max_per_brand=1)
    together = rerank(candidate_table(rows), params, guardrails).to_pylist()
    for customer in sorted({one["customer_id"] for one in rows}):
        alone = rerank(candidate_table([one for one in rows if one["customer_id"] == customer]), params, guardrails)
        assert alone.to_pylist() == [one for one in together if one["customer_id"] == customer], customer


def test_a_reserve_of_somebody_else_lengthens_no_slate():
    rows = [row("a", "k0", 9.0, brand="b0"), row("b", "k0", 8.0, brand="b1"), row("c", "k1", 7.0, brand="b0")]
    other = [row("d", "k0", 1.0) | {"customer_id": "bob", "is_reserve": True}]
    params = RerankParams(slot_count=2, max_per_category=1, max_per_brand=1)
    found = rerank(candidate_table([*rows, *other]), params).to_pylist()
    assert [one["product_id"] for one in found if one["customer_id"] == "ada"] == slate(rows, params)[0] == ["a"]


def test_a_required_product_of_somebody_else_moves_nobody_up():
    others = [
        row(f"p{i}", f"k{i}", 9.0 - i) | {"customer_id": "ada", "is_required": i == 2, "brand": None} for i in range(3)
    ]
    rows = [one | {"customer_id": "bob", "is_required": False} for one in others]
    params = RerankParams(slot_count=2, **BY_RELEVANCE)
    found = rerank(candidate_table([*others, *rows]), params).to_pylist()
    assert [one["product_id"] for one in found] == ["p0", "p2", "p0", "p1"]
