"""Trees give the very probabilities of scikit-learn, for unknown values, other floats and any number of rows."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from vitrine.trees import positive_probability


@pytest.fixture(scope="module")
def learned():
    """Trees that split on numbers and on whether a value is known, and what they learned from."""
    random = np.random.default_rng(0)
    matrix = random.normal(size=(6000, 12)).astype(np.float32)
    matrix[random.random(matrix.shape) < 0.2] = np.nan
    score = np.nan_to_num(matrix[:, 0]) + np.nan_to_num(matrix[:, 1] * matrix[:, 2]) + np.isnan(matrix[:, 3])
    outcome = score + random.normal(size=len(matrix)) > 1
    return HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=15, random_state=0).fit(matrix, outcome), matrix


@pytest.mark.parametrize("rows", [0, 1, 63, 64, 65, 6000])
def test_the_same_bits(learned, rows):
    classifier, matrix = learned
    found = positive_probability(classifier, matrix[:rows])
    assert found.shape == (rows,)
    if rows:
        assert (found == classifier.predict_proba(matrix[:rows])[:, 1]).all()


def test_the_same_bits_in_several_blocks_and_for_rows_that_do_not_lie_together(learned):
    classifier, matrix = learned
    many = np.asfortranarray(np.tile(matrix, (8, 1)))
    assert (positive_probability(classifier, many) == classifier.predict_proba(many)[:, 1]).all()


def test_extreme_values_go_where_they_went(learned):
    classifier, matrix = learned
    extreme = matrix[:40].copy()
    extreme[::4], extreme[1::4], extreme[2::4] = np.inf, -np.inf, np.nan
    assert (positive_probability(classifier, extreme) == classifier.predict_proba(extreme)[:, 1]).all()


def test_other_trees_are_refused(learned):
    classifier, matrix = learned
    with pytest.raises(ValueError, match="float64, must be of float32"):
        positive_probability(classifier, matrix.astype(float))
    with pytest.raises(ValueError, match="11 features, but the trees know 12"):
        positive_probability(classifier, matrix[:, :11])
    three = HistGradientBoostingClassifier(max_iter=2).fit(matrix, np.arange(len(matrix)) % 3)
    with pytest.raises(ValueError, match="two classes"):
        positive_probability(three, matrix)
    kinds = HistGradientBoostingClassifier(max_iter=2, categorical_features=[0])
    matrix = np.nan_to_num(matrix)
    matrix[:, 0] = np.arange(len(matrix)) % 5
    with pytest.raises(ValueError, match="of numbers"):
        positive_probability(kinds.fit(matrix, matrix[:, 1] > 0), matrix)
