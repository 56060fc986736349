"""Affinity models: a structure all must find, the same candidates in any order, and what may be proposed."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import threadpoolctl
from affinity_cases import (
    ALS,
    ONE,
    PARAMS,
    assert_same,
    bought,
    candidates,
    catalogue,
    checker_board,
    kept,
    no_factors,
    scores_of,
    shop,
)

from vitrine import affinity
from vitrine.affinity import MODELS
from vitrine.als import AlsFactors, fit_als
from vitrine.encoding import distinct_ids

# -- Structure and symmetry -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["als", "linear"])
def test_the_withheld_diagonal_of_a_checker_board_comes_first(model):
    found = candidates(checker_board(), replace(PARAMS, max_candidates=1))
    assert kept(found, model) == {f"c{row:02}": [f"p{row:02}"] for row in range(24)}
    for row in found.to_pylist():
        if row[f"{model}_rank"]:
            assert int(row["anchor_product_id"][1:]) % 2 == int(row["product_id"][1:]) % 2


def test_the_order_of_the_rows_changes_nothing():
    table, products = shop()
    random = np.random.default_rng(3)
    given, known = [("c01", "p02"), ("c05", "p07"), ("c05", "p08")], [("c01", "k0"), ("c05", "k2")]
    params = replace(PARAMS, max_new_category_candidates=2)
    one = candidates(table, params, products, given, known)
    shuffled = [part.take(random.permutation(part.num_rows)) for part in (table, products)]
    other = candidates(shuffled[0], params, shuffled[1], given[::-1], known[::-1])
    assert one.equals(other)


def test_new_names_in_the_same_order_change_nothing():
    table, products = shop()
    one = candidates(table, products=products)
    renamed = [
        part.set_column(part.column_names.index(name), name, pa.array([f"new {x}" for x in part[name].to_pylist()]))
        for part, name in ((table, "customer_id"), (table, "product_id"), (products, "product_id"))
    ]
    both = renamed[0].set_column(1, "product_id", renamed[1]["product_id"])
    other = candidates(both, products=renamed[2])
    for name in one.column_names:
        values = one[name].to_pylist()
        is_id = name.endswith("_id")
        assert other[name].to_pylist() == [f"new {x}" if is_id and x else x for x in values], name


def test_new_names_in_another_order_change_nothing():
    table, products = shop()
    factors = fit_als(table, ALS)
    random = np.random.default_rng(8)
    new = {}
    for ids in (factors.customers, factors.products):
        old = ids.values.to_pylist()
        new |= dict(zip(old, random.permutation(old).tolist(), strict=True))

    def named(column):
        return pa.array([value and new[value] for value in column.to_pylist()], pa.string())

    def renamed(part, *names):
        for name in names:
            part = part.set_column(part.column_names.index(name), name, named(part[name]))
        return part

    def reordered(ids, values):
        return values[np.argsort(named(ids.values).to_numpy(zero_copy_only=False))]

    moved = AlsFactors(
        factors.customers,
        factors.products,
        reordered(factors.customers, factors.customer_factors),
        reordered(factors.products, factors.product_factors),
    )
    # All that scores at all: of equal scores the id decides who is kept.
    params, ranks = replace(PARAMS, max_candidates=99), [f"{model}_rank" for model in MODELS]
    one = candidates(table, params, products, factors=factors).drop_columns(ranks)
    moved_products = renamed(products, "product_id")
    other = candidates(renamed(table, "customer_id", "product_id"), params, moved_products, factors=moved)
    assert_same(renamed(one, "customer_id", "product_id", "anchor_product_id"), other.drop_columns(ranks))


@pytest.mark.parametrize("size", [1, 7, 39])
def test_batches_change_nothing(size):
    table, products = shop()
    whole, pieces = (candidates(table, replace(PARAMS, batch_size=n), products) for n in (512, size))
    assert_same(whole, pieces)


@pytest.mark.parametrize("shape", [(40, 30), (30, 40)], ids=["by products", "by customers"])
def test_the_number_of_threads_changes_nothing(monkeypatch, shape):
    table, products = shop(customers=shape[0], products=shape[1])
    factors = fit_als(table, ALS)
    found = []
    for threads in (1, 2):
        monkeypatch.setattr(
            affinity, "threadpool_limits", lambda _, api, n=threads: threadpoolctl.threadpool_limits(n, api)
        )
        found.append(candidates(table, products=products, factors=factors))
    assert_same(*found)


# -- What may be proposed ---------------------------------------------------------------------------------------------


def test_nothing_owned_and_nothing_that_is_not_offered_is_proposed():
    table, products = shop()
    owned = set(zip(table["customer_id"].to_pylist(), table["product_id"].to_pylist(), strict=True))
    offered = {f"p{column:02}" for column in range(0, 30, 3)}
    names = products["product_id"].to_pylist()
    products = products.set_column(3, "is_offered", pa.array([name in offered for name in names]))
    given = [(f"c{row:02}", name) for row in range(40) for name in names]
    found = candidates(table, replace(PARAMS, max_new_category_candidates=5), products, given)
    rows = set(zip(found["customer_id"].to_pylist(), found["product_id"].to_pylist(), strict=True))
    assert rows == {pair for pair in given if pair[1] in offered} - owned
    for model in MODELS:
        assert scores_of(found, model, "rank")


def test_what_was_bought_too_long_ago_to_weigh_is_still_owned():
    table = bought({"a": {"p": ONE, "q": (0.0, 0.0, 9999)}, "b": {"p": ONE, "q": ONE}, "c": {"p": ONE, "q": ONE}})
    found = candidates(table, given=[("a", "q")])
    assert ("a", "q") not in scores_of(found, "als")


def test_owned_products_are_proposed_when_replenishment_allows_them():
    table = checker_board()
    found = candidates(table, replace(PARAMS, max_candidates=12), allow_owned=True)
    owned = set(zip(table["customer_id"].to_pylist(), table["product_id"].to_pylist(), strict=True))
    assert owned <= set(scores_of(found, "als", "rank"))
    for row in found.to_pylist():
        assert row["anchor_product_id"] != row["product_id"]


def test_only_the_customers_who_are_asked_for_get_candidates():
    table, products = shop()
    everybody = candidates(table, products=products)
    some = candidates(table, products=products, customers=["c07", "nobody", "c03", "c03"])
    assert set(some["customer_id"].to_pylist()) == {"c03", "c07"}
    mask = pa.array([name in {"c03", "c07"} for name in everybody["customer_id"].to_pylist()])
    assert_same(everybody.filter(mask), some)


def test_ranks_have_no_gaps_and_follow_the_scores():
    table, products = shop()
    params = replace(PARAMS, max_candidates=4)
    found, full = candidates(table, params, products), candidates(table, replace(params, max_candidates=99), products)
    for model in MODELS:
        scores, ranks = scores_of(full, model), scores_of(found, model, "rank")
        for customer in {customer for customer, _ in scores}:
            mine = {product: score for (who, product), score in scores.items() if who == customer}
            places = {product: rank for (who, product), rank in ranks.items() if who == customer}
            positive = sorted((score for score in mine.values() if score > 0), reverse=True)
            best_first = sorted(places, key=places.get)
            assert sorted(places.values()) == list(range(1, min(len(positive), 4) + 1))
            np.testing.assert_allclose([mine[product] for product in best_first], positive[:4], rtol=1e-5)


def test_a_ratio_is_the_score_over_the_best_of_the_customer():
    table, products = shop()
    found = candidates(table, products=products)
    for model in MODELS:
        best = {}
        scores, ratios = scores_of(found, model), scores_of(found, model, "ratio")
        for (customer, _), score in scores.items():
            best[customer] = max(best.get(customer, 0), score)
        for (customer, product), score in scores.items():
            assert ratios[customer, product] == pytest.approx(score / (best[customer] or 1), rel=1e-5)
        assert max(ratios.values()) == 1


def test_given_pairs_get_the_scores_of_all_models():
    table, products = shop()
    owned = set(zip(table["customer_id"].to_pylist(), table["product_id"].to_pylist(), strict=True))
    given = [("c01", name) for name in products["product_id"].to_pylist()]
    full = candidates(table, replace(PARAMS, max_candidates=99), products, given)
    found = candidates(table, replace(PARAMS, max_candidates=1), products, given)
    for model in MODELS:
        scores, expected = scores_of(found, model), scores_of(full, model)
        for pair in set(given) - owned:
            assert scores[pair] == pytest.approx(expected[pair], rel=1e-5, abs=1e-6)
        assert sum(customer == "c01" for customer, _ in scores_of(found, model, "rank")) <= 1
    assert not owned & set(scores_of(found, "als"))


def test_given_pairs_that_nobody_knows_or_sells_are_left_out():
    table, products = shop()
    products = products.set_column(
        3, "is_offered", pa.array([name != "p29" for name in products["product_id"].to_pylist()])
    )
    given = [("nobody", "p01"), ("c01", "nothing"), ("c01", "p29"), ("c01", "zzz"), ("c01", "")]
    assert_same(candidates(table, products=products), candidates(table, products=products, given=given))


def test_further_candidates_come_from_categories_that_are_new_to_the_customer():
    table, products = shop()
    category = dict(zip(products["product_id"].to_pylist(), products["category"].to_pylist(), strict=True))
    known = [(f"c{row:02}", name) for row in range(40) for name in ("k0", "k1")]
    few = candidates(table, replace(PARAMS, max_candidates=1), products, known=known)
    more = candidates(table, replace(PARAMS, max_candidates=1, max_new_category_candidates=2), products, known=known)
    before, after = set(scores_of(few, "als")), set(scores_of(more, "als"))
    assert before < after
    assert {category[product] for _, product in after - before} == {"k2"}
    for customer in {customer for customer, _ in after}:
        assert sum(who == customer for who, _ in after - before) <= 2 * len(MODELS)
    for model in MODELS:
        assert scores_of(few, model, "rank") == scores_of(more, model, "rank")
    near = replace(PARAMS, max_candidates=1, max_new_category_candidates=2, new_category_depth=0)
    none = replace(near, max_new_category_candidates=0)
    found = [candidates(table, params, products, known=known) for params in (near, none)]
    assert_same(*(part.drop_columns(["new_category_rank"]) for part in found))


def test_the_new_category_rank_is_that_of_the_products_of_new_categories_only():
    table, products = shop()
    category = dict(zip(products["product_id"].to_pylist(), products["category"].to_pylist(), strict=True))
    known = [(f"c{row:02}", name) for row in range(40) for name in ("k0", "k1")]
    rows = candidates(table, replace(PARAMS, max_candidates=1, max_new_category_candidates=2), products, known=known)
    ranked = [row for row in rows.to_pylist() if row["new_category_rank"] is not None]
    assert {category[row["product_id"]] for row in ranked} == {"k2"}
    assert {row["new_category_rank"] for row in ranked} == {1, 2}
    first = {row["customer_id"] for row in ranked if row["new_category_rank"] == 1}
    assert first == {row["customer_id"] for row in ranked}


def test_of_equal_scores_the_first_ids_are_kept():
    names = [f"p{column:03}" for column in range(300)]
    rows = {"a": {"p000": 1.0}} | {f"c{column:03}": {name: 1.0} for column, name in enumerate(names)}
    products = catalogue(names, descriptions=dict.fromkeys(names, "the same words"))
    found = candidates(bought(rows), replace(PARAMS, new_category_depth=5), products, customers=["a", "c150"])
    assert kept(found, "content") == {"a": ["p001", "p002", "p003"], "c150": ["p000", "p001", "p002"]}


@pytest.mark.parametrize("known", [("nobody", "k0"), ("c01", "gone")], ids=["customer", "category"])
def test_known_categories_may_name_what_the_interactions_do_not(known):
    table, products = shop()
    assert_same(candidates(table, products=products), candidates(table, products=products, known=[known]))


def test_of_too_many_products_the_most_bought_lately_are_offered():
    rows = {f"c{row}": {"p1": (9.0, 1.0, 99), "p2": 1.0, "p4": 1.0} for row in range(4)}
    rows |= {"c8": {"p3": 1.0}, "c9": {"p4": 2.0}}
    found = candidates(bought(rows), replace(PARAMS, max_products=2), given=[("c8", f"p{n}") for n in range(1, 5)])
    assert {product for customer, product in scores_of(found, "als") if customer == "c8"} == {"p2", "p4"}
    with_three = candidates(bought(rows), replace(PARAMS, max_products=3), given=[("c9", f"p{n}") for n in range(1, 5)])
    assert {product for customer, product in scores_of(with_three, "als") if customer == "c9"} == {"p2", "p3"}


def test_anchors_are_the_most_similar_of_the_products_the_customer_bought_most():
    table, products = shop(density=0.4)
    factors = fit_als(table, ALS)
    params = replace(PARAMS, max_anchors=3)
    found = candidates(table, params, products, factors=factors)
    unit = factors.product_factors / np.linalg.norm(factors.product_factors, axis=1, keepdims=True)
    vectors = dict(zip(factors.products.values.to_pylist(), unit, strict=True))
    mine = {}
    for row in table.sort_by([("weight", "descending")]).to_pylist():
        mine.setdefault(row["customer_id"], []).append(row["product_id"])
    assert found.num_rows > 300
    for row in found.to_pylist():
        cosines = {name: vectors[name] @ vectors[row["product_id"]] for name in mine[row["customer_id"]][:3]}
        best = max(cosines, key=cosines.get)
        assert row["anchor_product_id"] == (best if cosines[best] > 0 else None)


# -- Odd input --------------------------------------------------------------------------------------------------------

ODD = {
    "one pair": {"c": {"p": 1.0}},
    "one customer": {"c": {f"p{i:02}": 1.0 for i in range(40)}},
    "one product": {f"c{i:02}": {"p": 1.0} for i in range(40)},
    "all the same": {f"c{i}": {f"p{j}": 1.0 for j in range(9)} for i in range(9)},
    "a customer with everything": {"all": {f"p{j}": 1.0 for j in range(9)}}
    | {f"c{j}": {f"p{j}": 1.0} for j in range(9)},
    "a product bought once": {f"c{i}": {f"p{j}": 1.0 for j in range(i % 4 + 1)} for i in range(9)}
    | {"x": {"once": 1.0}},
    "weights far apart": {"c": {"p": 1e9, "q": 1e-9}, "d": {"q": 1e-9, "r": 1e9}, "e": {"p": 0.0, "r": 1.0}},
    "nothing weighs": {"c": {"p": 0.0}, "d": {"p": 0.0, "q": 0.0}},
}


@pytest.mark.parametrize("allow_owned", [False, True], ids=["new", "replenishment"])
@pytest.mark.parametrize("rows", ODD.values(), ids=ODD)
def test_odd_input_stays_finite(rows, allow_owned):
    table = bought(rows)
    names = distinct_ids(table["product_id"]).values.to_pylist()
    factors = fit_als(table, replace(ALS, factors=64))
    given = [(customer, product) for customer in rows for product in names]
    options = {"given": given, "factors": factors, "allow_owned": allow_owned}
    found = candidates(table, replace(PARAMS, linear_regularization=1e-3), **options)
    owned = {(customer, product) for customer, products in rows.items() for product in products}
    names = set(zip(found["customer_id"].to_pylist(), found["product_id"].to_pylist(), strict=True))
    assert names >= (set(given) if allow_owned else set(given) - owned)
    for model in MODELS:
        for what in ("score", "ratio"):
            assert np.isfinite(found[f"{model}_{what}"].to_numpy()).all()
            assert not found[f"{model}_{what}"].null_count


def test_neighbours_that_are_all_alike_still_speak():
    rows = {"me": {"p": ONE}} | {f"c{row}": {"p": ONE, "x": ONE} for row in range(9)}
    assert kept(candidates(bought(rows)), "neighbours")["me"] == ["x"]


@pytest.mark.parametrize(
    ("table", "options"),
    [
        (bought({}), {}),
        (bought({"c": {"p": 1.0}, "d": {"q": 1.0}}), {"params": replace(PARAMS, min_buyers=2)}),
        (bought({"c": {"p": 1.0}}), {"products": catalogue(["p"], offered=())}),
        (bought({"c": {"p": 1.0}}), {"products": catalogue([])}),
        (bought({"c": {"p": 1.0}}), {"customers": []}),
    ],
    ids=["no purchase", "too few buyers", "nothing offered", "no product", "no customer"],
)
def test_nothing_to_propose_gives_no_rows(table, options):
    factors = fit_als(table, ALS) if table.num_rows else no_factors()
    assert list(candidates(table, factors=factors, **options)) == []


def test_without_factors_the_other_models_still_propose():
    table, products = shop()
    found = candidates(table, products=products, factors=no_factors())
    assert not scores_of(found, "als", "rank")
    assert set(scores_of(found, "als").values()) == {0}
    assert set(found["anchor_product_id"].to_pylist()) == {None}
    assert all(scores_of(found, model, "rank") for model in MODELS[1:])


def test_interactions_that_are_not_finite_are_an_error_with_a_name():
    table = bought({"c": {"p": float("nan"), "q": 1.0}, "d": {"p": 1.0}})
    with pytest.raises(ValueError, match=r"not finite|contains NaN"):
        candidates(table, factors=fit_als(bought({"c": {"p": 1.0}}), ALS))
