"""The exact search: asked only where a better slate may exist, the same in threads, bounded by nodes."""

import numpy as np
import pyarrow as pa
import pytest
from slate_cases import attribute_table, candidate_table, kept, random_case

import vitrine.rerank
import vitrine.rerank_exact
import vitrine.rerank_program
from vitrine.rerank import Guardrails, PairRule, Pin, RerankParams, SlotLimit, contradictions, rerank

BY_RELEVANCE = {"diversity_strength": 0.0, "max_per_category": 9, "max_per_brand": 9}


def products(category, count, line="l0", **more):
    return [{"category": category, "line": line, "price_amount": 1.0, **more} for _ in range(count)]


def made(rows, customers=1):
    """Number the rows as products of each customer, best first; return candidates and attributes."""
    candidates = [
        {"customer_id": f"c{customer}", "product_id": f"p{position:02}", "objective_score": -float(position), **row}
        for customer in range(customers)
        for position, row in enumerate(rows)
    ]
    lines = {f"p{position:02}": {"line": row["line"]} for position, row in enumerate(rows)}
    return candidate_table(candidates), attribute_table(lines)


@pytest.fixture
def searched(monkeypatch):
    """The customers whose slates were left to the exact search."""
    search, found = vitrine.rerank_exact.improve, []

    def noted(pool, rules, tastes, customer, slates):
        found.append(customer)
        return search(pool, rules, tastes, customer, slates)

    monkeypatch.setattr(vitrine.rerank_exact, "improve", noted)
    return found


NEVER_BOTH = PairRule("apart", "never", "line", "l1", "category", "k1")
HOPELESS = {
    "of a group that is kept from itself there is one": (
        [*products("k0", 6), *products("k1", 3, "l1")],
        Guardrails(
            (SlotLimit("two", "at_least", "line", "l1", 2),),
            (PairRule("one k1", "never", "category", "k1", "category", "k1"),),
        ),
        "two",
    ),
    "a pair leaves one side": (
        [*products("k0", 6), *products("k2", 2, "l1"), *products("k1", 2, "l2")],
        Guardrails(
            (
                SlotLimit("two l1", "at_least", "line", "l1", 2),
                SlotLimit("two k1", "at_least", "category", "k1", 2),
            ),
            (NEVER_BOTH,),
        ),
        "two k1",
    ),
    "two sides of one pair in one limit": (
        [*products("k0", 6), *products("k2", 2, "l1", brand="b"), *products("k1", 2, "l2", brand="b")],
        Guardrails((SlotLimit("three b", "at_least", "brand", "b", 3),), (NEVER_BOTH,)),
        "three b",
    ),
    "products of one category show no others": (
        [*products("k0", 6, "l1"), *products("k1", 1), *products("k2", 1), *products("k3", 1)],
        Guardrails(
            (
                SlotLimit("four l1", "at_least", "line", "l1", 4),
                SlotLimit("four categories", "at_least_distinct", "category", None, 4),
            )
        ),
        "four categories",
    ),
    "what a limit shuts out": (
        [*products("k0", 4, "l1"), *products("k1", 2), *products("k2", 2)],
        Guardrails(
            (
                SlotLimit("one l1", "at_least", "line", "l1", 1),
                SlotLimit("three categories", "at_least_distinct", "category", None, 3),
            ),
            (NEVER_BOTH,),
        ),
        "three categories",
    ),
    "what is required takes the slots": (
        [*products("k0", 6), *products("k1", 4, is_required=True), *products("k2", 2, "l1")],
        Guardrails((SlotLimit("two l1", "at_least", "line", "l1", 2),)),
        "two l1",
    ),
    "a pin from beyond the taste distance": (
        [*products("k0", 6), *products("k1", 1, taste_distance=0.9)],
        Guardrails(pins=(Pin("pin", 2, "p06"),)),
        "max_taste_distance",
    ),
    "limits from beyond the taste distance": (
        [*products("k0", 6), *products("k1", 3, "l1", taste_distance=0.9)],
        Guardrails((SlotLimit("two l1", "at_least", "line", "l1", 2),)),
        "max_taste_distance",
    ),
    "categories from beyond the taste distance": (
        [*products("k0", 6), *products("k1", 3, taste_distance=0.9)],
        Guardrails((SlotLimit("two categories", "at_least_distinct", "category", None, 2),)),
        "max_taste_distance",
    ),
}


@pytest.mark.parametrize("case", HOPELESS)
def test_what_no_slate_can_keep_is_known_without_a_search(case, searched):
    rows, guardrails, relaxed = HOPELESS[case]
    candidates, attributes = made(rows)
    params = RerankParams(slot_count=5, max_taste_distance=0.5, **BY_RELEVANCE)
    found = rerank(candidates, params, guardrails, attributes)
    assert (found["relaxed_limits"].to_pylist(), searched) == ([relaxed] * 5, [])


def random_rows(seed, customers=12, count=30):
    """Rows of several customers and the guardrails on them, too many for all slates to be tried."""
    random = np.random.default_rng(seed)
    values = [(f"k{random.integers(6)}", f"b{random.integers(6)}", f"l{random.integers(4)}") for _ in range(count)]
    rows = [
        {"customer_id": f"c{customer:02}", "product_id": f"p{product}", "price_amount": 1.0}
        | {"category": values[product][0], "brand": values[product][1], "is_required": bool(random.random() < 0.05)}
        | {"is_reserve": bool(random.random() < 0.2), "taste_distance": float(random.random())}
        | {"objective_score": float(np.round(random.normal(), 1))}
        for customer in range(customers)
        for product in random.choice(count, random.integers(4, 22), replace=False)
    ]

    def group():
        name = str(random.choice(["line", "category", "brand"]))
        return name, f"{ {'category': 'k'}.get(name, name[0]) }{random.integers(4)}"

    slots = int(random.integers(3, 8))
    limits = [
        SlotLimit(f"at least {position}", "at_least", *group(), int(random.integers(1, slots)))
        for position in range(random.integers(1, 4))
    ]
    limits.append(SlotLimit("distinct", "at_least_distinct", group()[0], None, int(random.integers(1, slots))))
    pairs = [PairRule(f"never {position}", "never", *group(), *group()) for position in range(random.integers(1, 4))]
    pins = (Pin("pin", 1, f"p{random.integers(count)}"),) if random.random() < 0.5 else ()
    params = RerankParams(slots, max_per_category=2, max_per_brand=3, max_taste_distance=0.6)
    attributes = {f"p{product}": {"line": each[2]} for product, each in enumerate(values)}
    return rows, params, Guardrails(tuple(limits), tuple(pairs), pins), attribute_table(attributes)


def test_the_bounds_hide_no_better_slate(monkeypatch):
    """Where each slate is searched and no bound is known, the slates are the same."""
    search, plan = vitrine.rerank.improve_each, vitrine.rerank_exact._plan
    judged = 0
    for seed in range(60):
        rows, params, guardrails, attributes = random_rows(seed)
        if contradictions(guardrails, params):
            continue
        judged += 1
        expected = rerank(candidate_table(rows), params, guardrails, attributes)
        with monkeypatch.context() as patch:
            patch.setattr(
                vitrine.rerank_exact, "_plan", lambda rules, of, now, bound: plan(rules, of, now, bound + 1000)
            )

            def search_all(pool, rules, tastes, customers, slates):
                search(pool, rules, tastes, customers, slates)
                search(pool, rules, tastes, np.arange(len(slates.rows)), slates)

            patch.setattr(vitrine.rerank, "improve_each", search_all)
            assert rerank(candidate_table(rows), params, guardrails, attributes).equals(expected), seed
    assert judged > 20


def test_in_threads_the_slates_are_those_of_one_at_a_time(searched):
    rows, params, guardrails, attributes = random_rows(37, customers=60)
    together = rerank(candidate_table(rows), params, guardrails, attributes).to_pylist()
    assert len(searched) > vitrine.rerank_exact.CUSTOMERS_A_TASK
    for customer in ("c00", "c20", "c40", "c59"):
        alone = rerank(
            candidate_table([row for row in rows if row["customer_id"] == customer]), params, guardrails, attributes
        )
        assert alone.to_pylist() == [row for row in together if row["customer_id"] == customer]


@pytest.mark.parametrize("limit", [0, 1])
def test_a_search_that_ends_early_loses_nothing_that_was_there(limit, monkeypatch):
    monkeypatch.setattr(vitrine.rerank_program, "NODE_LIMIT", limit)
    given = vitrine.rerank.improve_each
    for seed in range(300):
        rows, params, guardrails, attributes = random_case(seed)
        if contradictions(guardrails, params):
            continue
        scores = []
        for search in (given, lambda *_: None):
            monkeypatch.setattr(vitrine.rerank, "improve_each", search)
            found = rerank(candidate_table(rows), params, guardrails, attribute_table(attributes), made_tastes())
            by_id = {row["product_id"]: row for row in rows}
            slate = [by_id[product] for product in found["product_id"].to_pylist()]
            score, names = kept(slate, rows, params, guardrails, attributes)
            assert not slate or found["relaxed_limits"][0].as_py() == (", ".join(names) or None)
            scores.append(score[:-1])
        assert scores[0] >= scores[1], seed


def made_tastes():
    return pa.table({"customer_id": ["ada"], "category": ["k0"], "share": [1.0]})
