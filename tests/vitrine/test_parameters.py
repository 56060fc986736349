"""Parameters set in the seed replace defaults, and a wrong one is named."""

import pyarrow as pa
import pytest

from vitrine.als import AlsParams
from vitrine.parameters import with_parameters


def rows(*found):
    names = ("model", "parameter", "parameter_value")
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in found]) if found else empty()


def empty():
    return pa.table({"model": pa.array([], pa.string()), "parameter": pa.array([], pa.string()), "parameter_value": []})


def test_rows_of_the_model_replace_its_defaults_and_keep_their_kind():
    found = with_parameters(
        AlsParams(), rows(("als", "factors", 32.0), ("als", "alpha", 2.5), ("ranker", "l2", 9.0)), "als"
    )
    assert found == AlsParams(factors=32, alpha=2.5)
    assert isinstance(found.factors, int)


def test_without_rows_the_defaults_stay():
    assert with_parameters(AlsParams(factors=9), rows(), "als") == AlsParams(factors=9)


def test_an_unknown_parameter_is_named_with_those_there_are():
    with pytest.raises(ValueError, match=r"als\.factrs is no parameter. als has: factors, iterations"):
        with_parameters(AlsParams(), rows(("als", "factrs", 3.0)), "als")


def test_a_fraction_where_a_whole_number_is_needed_is_named():
    with pytest.raises(ValueError, match=r"als\.factors is 3.5, must be a whole number"):
        with_parameters(AlsParams(), rows(("als", "factors", 3.5)), "als")
