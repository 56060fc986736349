"""Turning ids into array positions and back, the same for any order of the rows."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Ids:
    """Distinct ids in ascending order; an id's code is its position."""

    values: pa.Array

    def __len__(self) -> int:
        return len(self.values)

    def encode(self, column: pa.ChunkedArray | pa.Array) -> IntArray:
        """Return the code of each id, -1 for ids that are not known. Shape (n,), int64."""
        codes = pc.index_in(column, value_set=self.values)
        return np.asarray(pc.fill_null(codes, -1).to_numpy(zero_copy_only=False), dtype=np.int64)

    def decode(self, codes: IntArray) -> pa.Array:
        """Return the ids at the given codes, NULL where the code is -1."""
        return self.values.take(pa.array(codes, mask=codes < 0))


def distinct_ids(column: pa.ChunkedArray | pa.Array) -> Ids:
    """Collect the distinct, non-null ids of a column."""
    values = pc.drop_null(pc.unique(column))
    order = pc.sort_indices(values)
    taken = values.take(order)
    if isinstance(taken, pa.ChunkedArray):
        taken = taken.combine_chunks()
    return Ids(taken.cast(pa.string()))


def encoded_ids(column: pa.ChunkedArray | pa.Array) -> tuple[Ids, NDArray[np.int32]]:
    """Collect the distinct ids of a column and its codes in one pass, for columns of many rows.

    Returns
    -------
    tuple
        What `distinct_ids` returns, and the code of each row, -1 for NULL. Shape (n,), int32.
    """
    chunked = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    if pa.types.is_dictionary(chunked.type):
        chunked = chunked.cast(chunked.type.value_type)
    if not len(chunked):
        return Ids(pa.array([], pa.string())), np.empty(0, np.int32)
    coded = chunked.dictionary_encode().unify_dictionaries()
    # The last place of `rank` is that of NULL.
    values = coded.chunk(0).dictionary
    order = pc.sort_indices(values)
    rank = np.empty(len(values) + 1, np.int32)
    rank[order.to_numpy()] = np.arange(len(values), dtype=np.int32)
    rank[-1] = -1
    indices = [pc.fill_null(chunk.indices, len(values)).to_numpy(zero_copy_only=False) for chunk in coded.chunks]
    codes = np.empty(len(chunked), np.int32)
    begin = 0
    for part in indices:
        np.take(rank, part, out=codes[begin : begin + len(part)])
        begin += len(part)
    return Ids(values.take(order).cast(pa.string())), codes


def as_doubles(column: pa.ChunkedArray | pa.Array) -> FloatArray:
    """Return a column as float64 with NULL as NaN. Shape (n,)."""
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def feature_matrix(table: pa.Table, names: list[str]) -> NDArray[np.float32]:
    """Stack columns into a float32 matrix, NULL as NaN. Shape (n, len(names))."""
    matrix = np.empty((table.num_rows, len(names)), dtype=np.float32)
    for position, name in enumerate(names):
        matrix[:, position] = table[name].cast(pa.float32()).to_numpy(zero_copy_only=False)
    return matrix


def filled_where_unknown(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the matrix with zeros in the columns that hold no value at all. Shape as given.

    Some rows of a table may know nothing of a feature that others know: trees cannot bin such a column, and on a
    constant they never split.
    """
    unknown = np.isnan(matrix).all(axis=0)
    return np.where(unknown, np.float32(0), matrix) if unknown.any() else matrix


def informative_features(table: pa.Table, names: list[str]) -> list[str]:
    """Return the columns with at least two distinct known values: what is all NULL or constant teaches nothing."""
    kept = []
    for name in names:
        bounds = pc.min_max(pc.drop_null(table[name].cast(pa.float64())))
        low, high = bounds["min"].as_py(), bounds["max"].as_py()
        if low is not None and low < high:
            kept.append(name)
    return kept


def inverse_propensities(products: IntArray, weights: FloatArray, count: int, exponent: float) -> FloatArray:
    """Return by how much each product's interactions count, so that what everybody sees does not drown the rest.

    The chance that an interaction is seen at all grows with the product's popularity, as a power of its buyers (Yang,
    Cui, Xuan, Wang, Belongie and Estrin, "Unbiased Offline Recommender Evaluation for Missing-Not-At-Random Implicit
    Feedback", RecSys 2018); dividing by it is inverse propensity weighting (Schnabel, Swaminathan, Singh, Chandak and
    Joachims, "Recommendations as Treatments", ICML 2016).

    Parameters
    ----------
    products
        Product of each interaction, one a buyer, codes below count. Shape (n,).
    weights
        Weight of each interaction. Shape (n,).
    count
        Number of products.
    exponent
        That power: zero weighs all alike.

    Returns
    -------
    FloatArray
        Shape (count,), above zero; the weights times these have the same sum as without.
    """
    buyers = np.maximum(np.bincount(products, minlength=count), 1)
    factors = (buyers / buyers.max(initial=1)) ** -exponent
    total = float((weights * factors[products]).sum())
    return np.asarray(factors * (weights.sum() / total if total > 0 else 1.0))
