"""How good lists are. Lists are arrays of shape (customers, slots) of product numbers, -1 where a slot is empty."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A mean over customers."""

    value: float
    standard_error: float
    customer_count: int


def relevance(hits: NDArray[np.bool_], truth_count: IntArray) -> dict[str, FloatArray]:
    """Return NDCG, recall and hit rate of each customer.

    Parameters
    ----------
    hits
        Whether the product of a slot was bought; shape (customers, slots).
    truth_count
        Products that the customer bought, at least one; shape (customers,).

    Returns
    -------
    dict
        ndcg: binary gains, over the best that a list of so many slots could have; recall: hits over all that was
        bought, however long the list; hit_rate: 1 with any hit. Each shape (customers,).
    """
    slot_count = hits.shape[1]
    discounts = 1 / np.log2(np.arange(2, slot_count + 2))
    ideal = np.cumsum(discounts)[np.minimum(truth_count, slot_count) - 1]
    return {
        "ndcg": hits @ discounts / ideal,
        "recall": hits.sum(axis=1) / truth_count,
        "hit_rate": (hits.sum(axis=1) > 0).astype(float),
    }


def mean_of(values: FloatArray, clusters: IntArray | None = None) -> Estimate:
    """Return the mean of rows with its standard error, robust to several rows of one cluster.

    Without repeated clusters the error is the standard deviation over the square root of the number of rows.
    """
    if not len(values):
        return Estimate(np.nan, np.nan, 0)
    clusters = np.arange(len(values)) if clusters is None else clusters
    _, place = np.unique(clusters, return_inverse=True)
    mean = float(values.mean())
    sums = np.bincount(place, weights=values - mean)
    count = len(sums)
    error = np.sqrt(count / (count - 1) * (sums**2).sum()) / len(values) if count > 1 else np.nan
    return Estimate(mean, float(error), count)


def gini(exposures: FloatArray, product_count: int) -> float:
    """Return the Gini coefficient of how often products were shown; those not in `exposures` were never shown."""
    shown = np.sort(exposures)
    ranks = np.arange(product_count - len(shown) + 1, product_count + 1)
    return float(2 * (shown * ranks).sum() / (product_count * shown.sum()) - (product_count + 1) / product_count)


def long_tail(buyer_count: IntArray, is_sellable: NDArray[np.bool_], head_share: float) -> NDArray[np.bool_]:
    """Return which products are the long tail: sellable, outside the fewest that make `head_share` of the buyers."""
    order = np.lexsort((np.arange(len(buyer_count)), -np.where(is_sellable, buyer_count, -1)))
    order = order[is_sellable[order]]
    before = np.cumsum(buyer_count[order]) - buyer_count[order]
    tail = np.zeros(len(buyer_count), dtype=bool)
    tail[order[before >= head_share * buyer_count[order].sum()]] = True
    return tail


@dataclass(frozen=True)
class Catalogue:
    """Products at a cutoff, each field of shape (products,); category and brand are numbers, -1 where unknown."""

    category: IntArray
    brand: IntArray
    is_sellable: NDArray[np.bool_]
    price_amount: FloatArray
    price_percentile: FloatArray
    popularity_percentile: FloatArray
    is_long_tail: NDArray[np.bool_]


def slate_measures(lists: IntArray, catalogue: Catalogue, distance_weights: dict[str, float]) -> dict[str, FloatArray]:
    """Return what each slate is like; NaN for a customer without one, each shape (customers,).

    The distance of two products is that of Vitrine's own evaluation: different category, different brand (unknown
    brands differ), apart in the price percentile of their categories, in the given weights.
    """
    filled = lists >= 0
    count = filled.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):

        def mean(values: FloatArray) -> FloatArray:
            return np.where(filled, values[lists], 0).sum(axis=1) / count

        measures = {
            "popularity_percentile": mean(catalogue.popularity_percentile),
            "long_tail_share": mean(catalogue.is_long_tail.astype(float)),
            "slate_value_amount": np.where(
                count, np.where(filled, catalogue.price_amount[lists], 0).sum(axis=1), np.nan
            ),
            "category_count": np.where(count, _distinct(np.where(filled, catalogue.category[lists], -1)), np.nan),
        }
        one, other = np.triu_indices(lists.shape[1], 1)
        both = filled[:, one] & filled[:, other]
        left, right = lists[:, one], lists[:, other]
        same_brand = (catalogue.brand[left] == catalogue.brand[right]) & (catalogue.brand[left] >= 0)
        distance = (
            distance_weights["category"] * (catalogue.category[left] != catalogue.category[right])
            + distance_weights["brand"] * ~same_brand
            + distance_weights["price"] * abs(catalogue.price_percentile[left] - catalogue.price_percentile[right])
        )
        measures["intra_list_distance"] = np.where(both, distance, 0).sum(axis=1) / both.sum(axis=1)
    return measures


def _distinct(values: IntArray) -> FloatArray:
    """Return the number of different values of each row, -1 apart."""
    ordered = np.sort(values, axis=1)
    is_new = np.diff(ordered, axis=1, prepend=-1) != 0
    return (is_new & (ordered >= 0)).sum(axis=1).astype(float)


@dataclass(frozen=True)
class Interval:
    """A difference of two methods' means with the interval that holds it with 95% confidence."""

    value: float
    low: float
    high: float


def paired_differences(
    values: FloatArray, reference: int, clusters: IntArray, draws: int, seed: int
) -> tuple[list[Interval], list[Interval]]:
    """Return how far the reference method is ahead of each method, absolutely and as a share of that method's mean.

    Parameters
    ----------
    values
        A metric of each row, a customer in a window, by each method; shape (rows, methods).
    reference
        The column to compare with the others.
    clusters
        The customer of each row: customers are drawn, with all their rows.
    draws, seed
        Of the bootstrap (Efron 1979); percentile intervals.
    """
    customers, place = np.unique(clusters, return_inverse=True)
    sums = np.column_stack([np.bincount(place, weights=column) for column in values.T])
    rows = np.bincount(place).astype(float)
    shares = np.full(len(customers), 1 / len(customers))
    # Drawing customers with replacement is drawing how often each of them comes.
    weights = np.random.default_rng(seed).multinomial(len(customers), shares, size=draws).astype(float)
    means = np.vstack([sums.sum(axis=0)[None] / rows.sum(), weights @ sums / (weights @ rows)[:, None]])
    absolute = means[:, [reference]] - means
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = absolute / means
    return _intervals(absolute), _intervals(relative)


def _intervals(found: FloatArray) -> list[Interval]:
    """Return intervals from rows of which the first is the estimate and the others are draws."""
    with np.errstate(invalid="ignore"):
        low, high = np.percentile(found[1:], [2.5, 97.5], axis=0)
    return [Interval(*map(float, some)) for some in zip(found[0], low, high, strict=True)]


def smallest_detectable(differences: FloatArray, customer_count: int) -> float:
    """Return the mean paired difference that a two-sided test at 5% finds with 80% power among so many customers."""
    return float((1.959964 + 0.841621) * differences.std(ddof=1) / np.sqrt(customer_count))
