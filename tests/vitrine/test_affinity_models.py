"""What each affinity model says by hand, and the linear one against a dense inverse."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from affinity_cases import (
    ONE,
    PARAMS,
    bought,
    candidates,
    catalogue,
    kept,
    scores_of,
    shop,
)
from scipy.sparse import csr_matrix

from vitrine import affinity_models
from vitrine.affinity_models import encode_interactions
from vitrine.als import AlsFactors
from vitrine.encoding import Ids

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
