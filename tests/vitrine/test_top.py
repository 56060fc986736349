"""The best of each row, as a stable sort of the whole row has them."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random_array

from vitrine.top import TILE, best_of_products, best_of_rows


def by_sorting(score, count):
    order = np.argsort(-score, axis=1, kind="stable")[:, :count]
    return order, np.take_along_axis(score, order, axis=1)


@pytest.mark.parametrize("count", [1, 7, 40, 41, 60])
def test_the_best_are_those_of_a_stable_sort(count):
    random = np.random.default_rng(count)
    # Few different scores, so that most are equal to others; some that nobody may have.
    score = random.integers(0, 6, (700, 41)).astype(np.float32)
    score[random.random(score.shape) < 0.3] = -np.inf
    score[:3] = -np.inf
    places, values = best_of_rows(score, count)
    expected_places, expected_values = by_sorting(score, count)
    assert (places == expected_places).all()
    assert (values == expected_values).all()


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (1, 1)])
def test_there_may_be_nothing_to_choose_from(shape):
    places, values = best_of_rows(np.zeros(shape, np.float32), 3)
    assert places.shape == values.shape == (shape[0], min(3, shape[1]))


def test_every_part_of_many_rows_is_chosen_from():
    score = np.random.default_rng(0).normal(size=(3000, 300)).astype(np.float32)
    places, _ = best_of_rows(score, 100)
    assert (places == by_sorting(score, 100)[0]).all()


@pytest.mark.parametrize("count", [1, 30, 5000])
def test_the_best_products_are_those_of_all_scores(count):
    """Tiles in both directions, small whole numbers, so that many scores are equal and none is rounded."""
    random = np.random.default_rng(count)
    rows, columns = (
        random.integers(-2, 3, (size, 5)).astype(np.float32) for size in (2 * 256 + TILE[0] + 3, TILE[1] + 70)
    )
    hidden = csr_matrix(random_array((len(rows), len(columns)), density=0.05, rng=random))
    score = rows @ columns.T
    score[hidden.nonzero()] = -np.inf
    places, values = best_of_products(rows, columns, hidden, count)
    expected_places, expected_values = by_sorting(score, count)
    assert (places == expected_places).all()
    assert (values == expected_values).all()


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (1, 1)])
def test_there_may_be_no_product_to_choose(shape):
    rows, columns = (np.zeros((size, 2), np.float32) for size in shape)
    places, _ = best_of_products(rows, columns, csr_matrix(shape), 3)
    assert places.shape == (shape[0], min(3, shape[1]))
