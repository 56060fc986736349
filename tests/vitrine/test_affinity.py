"""Affinity models: what each says by hand, a structure all must find, and the same candidates in any order."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import threadpoolctl
from scipy.sparse import csr_matrix

from vitrine import affinity, affinity_models
from vitrine.affinity import MODELS, propose_by_affinity
from vitrine.affinity_models import AffinityParams, encode_interactions
from vitrine.als import AlsFactors, AlsParams, fit_als
from vitrine.encoding import Ids, distinct_ids

PARAMS = AffinityParams(
    max_candidates=3,
    max_new_category_candidates=0,
    min_buyers=1,
    linear_regularization=0.1,
    linear_popularity_exponent=0.0,
    neighbour_count=5,
)
ALS = AlsParams(factors=8, iterations=10, regularization=0.1, alpha=5.0, min_buyers=1)
ONE = float(np.e - 1)
"""A weight whose logarithm, after one is added, is one."""
KEYS = [("customer_id", "ascending"), ("product_id", "ascending")]


def bought(rows):
    """Return interactions from {customer: {product: weight}}; a weight may be (weight, intent weight, days)."""
    found = {"customer_id": [], "product_id": [], "weight": [], "intent_weight": [], "days_since_order": []}
    for customer, products in rows.items():
        for product, value in products.items():
            row = (customer, product, *(value if isinstance(value, tuple) else (value, value, 1)))
            for name, cell in zip(found, row, strict=True):
                found[name].append(cell)
    kinds = (pa.string(), pa.string(), pa.float64(), pa.float64(), pa.int64())
    return pa.table(
        {name: pa.array(cells, kind) for (name, cells), kind in zip(found.items(), kinds, strict=True)},
    )


def catalogue(ids, categories=None, descriptions=None, offered=None):
    """Return products, all of one category, without a word and offered unless told otherwise."""
    return pa.table(
        {
            "product_id": pa.array(ids, pa.string()),
            "category": pa.array([(categories or {}).get(name, "all") for name in ids], pa.string()),
            "description": pa.array([(descriptions or {}).get(name, "") for name in ids], pa.string()),
            "is_offered": pa.array([offered is None or name in offered for name in ids], pa.bool_()),
        }
    )


def pairs_of(rows, name="product_id"):
    customers, others = zip(*rows, strict=True) if rows else ((), ())
    return pa.table({"customer_id": pa.array(customers, pa.string()), name: pa.array(others, pa.string())})


def no_factors():
    return fit_als(bought({"c": {"p": 1.0}}), replace(ALS, min_buyers=2))


def candidates(table, params=PARAMS, products=None, given=(), known=(), customers=None, factors=None, **options):
    """Return the candidates of all customers, or an empty list where there is no batch."""
    batches = list(
        propose_by_affinity(
            encode_interactions(table, params),
            table["customer_id"] if customers is None else pa.chunked_array([pa.array(customers, pa.string())]),
            catalogue(distinct_ids(table["product_id"]).values.to_pylist()) if products is None else products,
            pairs_of(given),
            pairs_of(known, "category"),
            fit_als(table, ALS) if factors is None else factors,
            params,
            **options,
        )
    )
    return pa.concat_tables(batches) if batches else []


def scores_of(found, model, what="score"):
    """Return {(customer, product): score} of the rows that have one."""
    names = zip(found["customer_id"].to_pylist(), found["product_id"].to_pylist(), strict=True)
    values = found[f"{model}_{what}"].to_pylist()
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def kept(found, model):
    """Return the products that a model proposes to each customer, best first."""
    ranks = sorted((customer, rank, product) for (customer, product), rank in scores_of(found, model, "rank").items())
    slates = {}
    for customer, _, product in ranks:
        slates.setdefault(customer, []).append(product)
    return slates


def shop(seed=0, customers=40, products=30, density=0.2):
    """Return interactions without any tie, and products of three categories with words."""
    random = np.random.default_rng(seed)
    names = [f"p{column:02}" for column in range(products)]
    rows = {}
    for row in range(customers):
        mine = np.flatnonzero(random.random(products) < density)
        mine = mine if len(mine) else np.array([row % products])
        values = zip(random.uniform(0.2, 3, len(mine)), random.uniform(0.05, 2, len(mine)), strict=True)
        rows[f"c{row:02}"] = {
            names[column]: (*value, int(random.integers(0, 60))) for column, value in zip(mine, values, strict=True)
        }
    words = ["red", "blue", "cup", "pot", "tin", "mug", "jar", "lid"]
    described = {name: " ".join(random.choice(words, 3)) for name in names}
    return bought(rows), catalogue(names, {name: f"k{i % 3}" for i, name in enumerate(names)}, described)


def checker_board(size=24):
    """Every even customer bought every even product, every odd one every odd one; the diagonal is withheld."""
    return bought(
        {
            f"c{row:02}": {f"p{column:02}": 1.0 for column in range(row % 2, size, 2) if column != row}
            for row in range(size)
        }
    )


def assert_same(one, other, rtol=1e-4, atol=1e-5):
    """Compare candidates: rows, anchors and ranks exactly, scores but for the rounding of sums."""
    one, other = one.sort_by(KEYS), other.sort_by(KEYS)
    numbers = [f"{model}_{what}" for model in MODELS for what in ("score", "ratio")]
    assert one.drop_columns(numbers).equals(other.drop_columns(numbers))
    for name in numbers:
        np.testing.assert_allclose(one[name], other[name], rtol=rtol, atol=atol, err_msg=name)


# -- By hand ----------------------------------------------------------------------------------------------------------


def test_interactions_are_logarithms_and_leave_out_what_is_rare_old_or_over():
    table = bought({"a": {"p": (1.0, 3.0, 28), "rare": 5.0}, "b": {"p": (2.0, 0.01, 29)}})
    found = encode_interactions(table, replace(PARAMS, min_buyers=2))
    assert (found.customers.values.to_pylist(), found.products.values.to_pylist()) == (["a", "b"], ["p"])
    np.testing.assert_allclose(found.weights.toarray(), np.log([[2.0], [3.0]]), rtol=1e-6)
    np.testing.assert_allclose(found.intent.toarray(), [[np.log(4.0)], [0]], rtol=1e-6)
    assert found.recent.toarray().tolist() == [[1], [0]]
    assert found.weights.shape == (2, 1)


@pytest.mark.parametrize(
    ("others", "regularization", "expected"),
    [
        # X'X + I is [[3, 1], [1, 2]], its inverse [[2, -1], [-1, 3]] / 5, the weight of p for q 1/3; by customers.
        (["b"], 2 / 3, 1 / 3),
        # X'X + I is [[4, 1], [1, 2]], its inverse [[2, -1], [-1, 4]] / 7, the weight of p for q 1/4; by products.
        (["b", "c"], 1 / 2, 1 / 4),
    ],
    ids=["by customers", "by products"],
)
def test_a_linear_weight_by_hand(others, regularization, expected):
    rows = {"a": {"p": ONE, "q": ONE}} | {name: {"p": (ONE, float(np.e**2 - 1), 1)} for name in others}
    found = candidates(bought(rows), replace(PARAMS, linear_regularization=regularization))
    assert scores_of(found, "linear")["b", "q"] == pytest.approx(expected, rel=1e-6)
    assert scores_of(found, "intent")["b", "q"] == pytest.approx(2 * expected, rel=1e-6)


def test_factors_are_multiplied_and_what_has_none_scores_zero():
    factors = AlsFactors(
        Ids(pa.array(["a", "b"])),
        Ids(pa.array(["p", "q"])),
        np.array([[1, 2], [0, 1]], np.float32),
        np.array([[3, 1], [-1, 2]], np.float32),
    )
    table = bought({"a": {"p": 1.0}, "b": {"r": 1.0}, "c": {"q": 1.0}})
    found = candidates(table, factors=factors, given=[(c, p) for c in "abc" for p in "pqr"])
    assert scores_of(found, "als") == {
        ("a", "q"): 3, ("a", "r"): 0, ("b", "p"): 1, ("b", "q"): 2, ("c", "p"): 0, ("c", "r"): 0,
    }  # fmt: skip
    assert kept(found, "als") == {"a": ["q"], "b": ["q", "p"]}
    assert scores_of(found, "als", "ratio")["b", "p"] == 0.5


def test_neighbours_speak_with_what_they_bought_lately():
    table = bought({"a": {"p": ONE, "new": ONE, "old": (ONE, 0.0, 29)}, "b": {"p": ONE}, "c": {"other": ONE}})
    found = candidates(table, given=[("b", "old"), ("b", "other")])
    scores = {
        product: score for (customer, product), score in scores_of(found, "neighbours").items() if customer == "b"
    }
    assert scores == {"new": pytest.approx(3**-0.5), "old": 0, "other": 0}
    assert kept(found, "neighbours") == {"b": ["new"]}


def test_only_the_most_alike_neighbours_speak():
    rows = {"me": {"p": ONE}, "near": {"p": ONE, "x": ONE}, "far": {"p": ONE, "x": ONE, "y": ONE}}
    found = candidates(bought(rows), replace(PARAMS, neighbour_count=1), given=[("me", "y")])
    assert scores_of(found, "neighbours")["me", "x"] == pytest.approx(2**-0.5)
    assert scores_of(found, "neighbours")["me", "y"] == 0
    both = candidates(bought(rows), replace(PARAMS, neighbour_count=2))
    assert scores_of(both, "neighbours")["me", "x"] == pytest.approx(2**-0.5 + 3**-0.5)


def test_content_is_the_cosine_of_words():
    words = {"cup": "red cup", "mug": "red mug", "twin": "red cup", "pot": "blue pot"}
    table = bought({"a": {"cup": 1.0}, "b": {"mug": 1.0, "twin": 1.0}, "c": {"pot": 1.0}})
    found = candidates(table, products=catalogue(["cup", "mug", "twin", "pot"], None, words), given=[("a", "pot")])
    # Used twice are: red (3 of 4 products), cup and red cup (2). With idf ln(5 / (1 + n)) + 1 and words of length one:
    red, cup = np.log(5 / 4) + 1, np.log(5 / 3) + 1
    mug = red / np.sqrt(red**2 + 2 * cup**2)
    scores = {product: score for (customer, product), score in scores_of(found, "content").items() if customer == "a"}
    assert scores == {"twin": pytest.approx(1), "mug": pytest.approx(mug, rel=1e-5), "pot": 0}
    assert kept(found, "content")["a"] == ["twin", "mug"]


# -- The linear model against a dense inverse -------------------------------------------------------------------------


def dense_weights(X, ridge):
    """Return EASE as the paper has it: -P[k, j] / P[j, j] with a zero diagonal."""
    P = np.linalg.inv(X.T @ X + ridge * np.eye(X.shape[1]))
    B = -P / np.diag(P)
    np.fill_diagonal(B, 0)
    return B


@pytest.mark.parametrize("shape", [(12, 30), (30, 12), (20, 20)])
@pytest.mark.parametrize("ridge", [0.05, 3.0])
def test_both_ways_to_the_linear_model_are_the_dense_inverse(shape, ridge):
    random = np.random.default_rng(5)
    X = random.uniform(0.2, 1.5, shape) * (random.random(shape) < 0.3)
    Y = X * random.uniform(0, 1, shape) * (random.random(shape) < 0.5)
    everybody, offered = np.arange(shape[0]), np.flatnonzero(np.arange(shape[1]) % 4 != 1)
    weights, intent = csr_matrix(X, dtype=np.float32), csr_matrix(Y, dtype=np.float32)
    by_customers = affinity_models._linear_by_customers(weights, intent, offered, ridge)
    every = np.arange(shape[1])
    by_products = affinity_models._linear_by_products(weights, intent, offered, offered, every, ridge)
    is_new = X[:, offered] == 0
    for matrix, one, other in zip((X, Y), by_customers, by_products, strict=True):
        expected = (matrix @ dense_weights(X, ridge))[:, offered]
        np.testing.assert_allclose(one(everybody)[is_new], expected[is_new], rtol=1e-3, atol=2e-5)
        np.testing.assert_allclose(other(everybody)[is_new], expected[is_new], rtol=1e-3, atol=2e-5)
        np.testing.assert_allclose(other(everybody), expected, rtol=1e-3, atol=2e-5)
        some = np.array([3, 1])
        np.testing.assert_allclose(one(some), one(everybody)[some], rtol=1e-4, atol=1e-5)


def test_a_popularity_exponent_divides_by_a_power_of_the_buyers():
    table, _ = shop(seed=4)
    plain, divided = encode_interactions(table, PARAMS), encode_interactions(table, PARAMS)
    buyers = np.diff(divided.weights.tocsc().indptr)
    for matrix in (divided.weights, divided.intent):
        matrix.data /= np.sqrt(buyers[matrix.indices]).astype(np.float32)
    every = np.arange(len(plain.products))
    found = affinity_models.linear_blocks(plain, every, replace(PARAMS, linear_popularity_exponent=0.5))
    expected = affinity_models.linear_blocks(divided, every, PARAMS)
    for block, other in zip(found, expected, strict=True):
        score, wanted = block(np.arange(9)), other(np.arange(9))
        np.testing.assert_allclose(score / score.max(), wanted / wanted.max(), rtol=1e-3, atol=1e-4)


def test_the_ridge_is_in_units_of_the_mean_squared_column():
    table, products = shop(customers=12, products=30)
    found = encode_interactions(table, PARAMS)
    X = found.weights.toarray().astype(float)
    ridge = PARAMS.linear_regularization * (X**2).sum(axis=0).mean()
    expected = X @ dense_weights(X, ridge)
    scores = scores_of(candidates(table, replace(PARAMS, max_candidates=99), products), "linear")
    for (customer, product), score in scores.items():
        row, column = found.customers.encode(pa.array([customer])), found.products.encode(pa.array([product]))
        assert score == pytest.approx(expected[row, column][0], rel=1e-3, abs=1e-5)


def test_only_the_most_bought_products_are_in_a_linear_model_that_would_be_too_large():
    table, products = shop(customers=40, products=30)
    params = replace(PARAMS, max_linear_size=10, max_candidates=99)
    interactions = encode_interactions(table, params)
    X = interactions.weights.toarray().astype(float)
    most = np.sort(np.argsort(-(X**2).sum(axis=0), kind="stable")[:10])
    expected = np.zeros_like(X)
    expected[:, most] = X[:, most] @ dense_weights(X[:, most], 0.1 * (X**2).sum(axis=0).mean())
    everybody, all_products = np.arange(X.shape[0]), np.arange(X.shape[1])
    taste, _ = affinity_models.linear_blocks(interactions, all_products, params)
    np.testing.assert_allclose(taste(everybody), expected, rtol=1e-3, atol=1e-5)
    proposed = {product for _, product in scores_of(candidates(table, params, products), "linear", "rank")}
    assert proposed <= set(interactions.products.values.take(pa.array(most)).to_pylist())


def test_with_replenishment_both_linear_solutions_agree_on_what_is_owned():
    random = np.random.default_rng(5)
    weights = csr_matrix(random.random((12, 20)) * (random.random((12, 20)) < 0.3), dtype=np.float32)
    every = np.arange(20)
    by_customers = affinity_models._linear_by_customers(weights, weights, every, 1.0)
    by_products = affinity_models._linear_by_products(weights, weights, every, every, every, 1.0)
    for one, other in zip(by_customers, by_products, strict=True):
        np.testing.assert_allclose(one(np.arange(12)), other(np.arange(12)), rtol=1e-3, atol=1e-5)


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
