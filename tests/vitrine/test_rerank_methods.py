"""Each method equals its definition written naively, and its limits are what they say."""

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from slate_cases import candidate_table

from vitrine.rerank import RerankParams, rerank

CAPS = {"max_per_category": 99, "max_per_brand": 99}


def random_rows(seed, count=12):
    random = np.random.default_rng(seed)
    return [
        {
            "customer_id": "ada",
            "product_id": f"p{product:02}",
            "category": None if random.random() < 0.1 else f"k{random.integers(4)}",
            "brand": None if random.random() < 0.2 else f"b{random.integers(3)}",
            "price_amount": float(np.exp(random.normal())),
            "objective_score": float(random.normal()),
            "taste_distance": float(random.random()),
        }
        for product in range(count)
    ]


def relevance(rows, strength=0.0):
    score = np.array([row["objective_score"] for row in rows])
    return (score - score.min()) / np.ptp(score) - strength * np.array([row["taste_distance"] for row in rows])


def likenesses(rows):
    """The matrix S of the DPP."""
    category, brand = ([row[name] for row in rows] for name in ("category", "brand"))
    price = np.array([row["price_amount"] for row in rows])
    matrix = 0.25 * np.exp(-np.abs(np.log(price)[:, None] - np.log(price)))
    for weight, values in ((0.5, category), (0.25, brand)):
        matrix += weight * np.array([[one is not None and one == other for other in values] for one in values])
    matrix *= 0.99
    np.fill_diagonal(matrix, 1.0)
    return matrix


def found_slate(rows, params, tastes=None):
    found = rerank(candidate_table(rows), params, tastes=tastes)
    return found["product_id"].to_pylist(), found["marginal_score"].to_pylist()


def naive_greedy(rows, slots, objective):
    """Add what raises the objective of the slate most; ties go to the higher score."""
    order = sorted(range(len(rows)), key=lambda i: -rows[i]["objective_score"])
    slate, gains = [], []
    for _ in range(slots):
        values = {i: objective([*slate, i]) - objective(slate) for i in order if i not in slate}
        best = max(values, key=lambda i: round(values[i], 10))
        gains.append(values[best])
        slate.append(best)
    return [rows[i]["product_id"] for i in slate], gains


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("strength", [0.0, 0.2, 0.7, 1.0])
def test_dpp_is_greedy_in_the_log_determinant(seed, strength):
    rows = random_rows(seed)
    r, matrix = relevance(rows, 0.3), likenesses(rows)

    def objective(slate):
        return (1 - strength) * r[slate].sum() + strength * np.linalg.slogdet(matrix[np.ix_(slate, slate)])[1]

    params = RerankParams(6, "dpp", strength, coherence_strength=0.3, **CAPS)
    slate, marginals = found_slate(rows, params)
    expected, gains = naive_greedy(rows, 6, objective)
    assert slate == expected
    np.testing.assert_allclose(marginals, gains, atol=1e-7)


def test_the_kernel_of_the_dpp_is_that_of_the_paper():
    rows = random_rows(1)
    strength = 0.4
    r, matrix = relevance(rows), likenesses(rows)
    quality = np.exp((1 - strength) / (2 * strength) * r)
    kernel = quality[:, None] * matrix * quality

    def objective(slate):
        return strength * np.linalg.slogdet(kernel[np.ix_(slate, slate)])[1]

    assert found_slate(rows, RerankParams(5, "dpp", strength, **CAPS))[0] == naive_greedy(rows, 5, objective)[0]
    assert np.linalg.eigvalsh(matrix).min() > 0


def test_greedy_dpp_comes_close_to_the_best_of_all_slates():
    """At least 0.9 of the way from the mean slate to the best, in the mean over cases; 0.6 in the worst."""
    shares = []
    for seed in range(30):
        rows = random_rows(seed, 9)
        r, matrix = relevance(rows), likenesses(rows)
        values = {
            slate: 0.5 * r[list(slate)].sum() + 0.5 * np.linalg.slogdet(matrix[np.ix_(slate, slate)])[1]
            for slate in combinations(range(9), 4)
        }
        slate, _ = found_slate(rows, RerankParams(4, "dpp", 0.5, **CAPS))
        reached = values[tuple(sorted(int(product[1:]) for product in slate))]
        mean, best = np.mean(list(values.values())), max(values.values())
        shares.append((reached - mean) / (best - mean))
    assert np.mean(shares) >= 0.9
    assert min(shares) >= 0.6


def taste_table(shares):
    return pa.table(
        {
            "customer_id": pa.array(["ada"] * len(shares), pa.string()),
            "category": pa.array(list(shares), pa.string()),
            "share": pa.array(list(shares.values()), pa.float64()),
        }
    )


def test_an_unknown_price_is_like_no_price():
    rows = [
        {"customer_id": "ada", "product_id": name, "category": name, "price_amount": price, "objective_score": score}
        for name, price, score in (("a", None, 1.0), ("b", 1.0, 0.5), ("c", None, 0.5), ("d", 1.0, 0.0))
    ]
    # No two share a category or brand: only b and d are alike, by price.
    for method, alike in (("mmr", -0.5 * 0.25), ("dpp", 0.5 * np.log(1 - (0.99 * 0.25) ** 2))):
        slate, marginals = found_slate(rows, RerankParams(4, method, 0.5, **CAPS))
        assert slate == ["a", "b", "c", "d"]
        np.testing.assert_allclose(marginals, [0.5, 0.25, 0.25, alike], atol=1e-9)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("strength", [0.0, 0.5, 0.9, 1.0])
def test_calibration_is_greedy_in_relevance_less_divergence(seed, strength):
    rows = random_rows(seed)
    shares = {"k0": 0.5, "k1": 0.3, "elsewhere": 0.2}
    r = relevance(rows)

    def objective(slate):
        divergence = 0.0
        for category, share in shares.items():
            filled = sum(rows[i]["category"] == category for i in slate) / max(len(slate), 1)
            divergence += share * np.log(share / (0.99 * filled + 0.01 * share))
        return (1 - strength) * r[slate].sum() - strength * divergence

    slate, marginals = found_slate(rows, RerankParams(6, "calibration", strength, **CAPS), taste_table(shares))
    expected, gains = naive_greedy(rows, 6, objective)
    assert slate == expected
    np.testing.assert_allclose(marginals, gains, atol=1e-7)


def test_quotas_by_largest_remainder_and_the_rest_by_relevance():
    rows = [
        {"customer_id": "ada", "product_id": f"{category}{i}", "category": category, "price_amount": 1.0}
        | {"objective_score": top - i}
        for category, top in (("a", 90.0), ("b", 60.0), ("c", 30.0))
        for i in range(4)
    ]
    # 5 slots: a 2.5, b 1.5, c 1 -> 2, 1, 1 and one more: the remainders are equal, a has the larger share.
    tastes = taste_table({"a": 0.5, "b": 0.3, "c": 0.2})
    assert found_slate(rows, RerankParams(5, "quota", **CAPS), tastes)[0] == ["a0", "a1", "a2", "b0", "c0"]
    # A category without candidates leaves its slots to the most relevant others.
    tastes = taste_table({"c": 0.4, "gone": 0.6})
    assert found_slate(rows, RerankParams(5, "quota", **CAPS), tastes)[0] == ["c0", "c1", "a0", "a1", "a2"]


@pytest.mark.parametrize("method", ["calibration", "quota"])
def test_without_tastes_a_customer_is_ranked_by_relevance_and_a_call_is_refused(method):
    rows = random_rows(3)
    params = RerankParams(6, method, 1.0, **CAPS)
    by_score = sorted(rows, key=lambda row: -row["objective_score"])
    somebody_else = taste_table({}).cast(taste_table({}).schema)
    assert found_slate(rows, params, somebody_else)[0] == [row["product_id"] for row in by_score[:6]]
    with pytest.raises(ValueError, match="needs the customers' tastes"):
        found_slate(rows, params)


@pytest.mark.parametrize("method", ["mmr", "dpp", "calibration", "quota"])
def test_coherence_brings_what_is_close_to_the_customers_taste(method):
    rows = random_rows(4, 30)
    tastes = taste_table({"k0": 1.0})
    distance = {row["product_id"]: row["taste_distance"] for row in rows}
    means = [
        np.mean(
            [
                distance[p]
                for p in found_slate(rows, RerankParams(5, method, 0.1, coherence_strength=c, **CAPS), tastes)[0]
            ]
        )
        for c in (0.0, 5.0)
    ]
    assert means[1] < means[0]


@pytest.mark.parametrize("method", ["mmr", "dpp"])
def test_more_strength_means_more_variety(method):
    variety = []
    for strength in (0.0, 0.5, 1.0):
        total = 0.0
        for seed in range(10):
            rows = random_rows(seed, 30)
            slate, _ = found_slate(rows, RerankParams(5, method, strength, **CAPS))
            at = [int(product[1:]) for product in slate]
            total += np.linalg.slogdet(likenesses(rows)[np.ix_(at, at)])[1]
        variety.append(total)
    assert variety == sorted(variety)
    assert variety[0] < variety[1]


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match="'best' is not known"):
        found_slate(random_rows(1), RerankParams(5, "best"))
