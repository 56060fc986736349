"""Candidates, policy and guardrails as the arrays that the compiled re-ranker reads."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vitrine.encoding import FloatArray, Ids, IntArray, as_doubles, distinct_ids, encoded_ids
from vitrine.rerank_desk import METHODS, Codes, Flags, Pool, Rules, Tastes
from vitrine.rerank_guardrails import (
    ALWAYS,
    AT_LEAST,
    AT_LEAST_DISTINCT,
    AT_MOST,
    MAX_TASTE_DISTANCE,
    NEVER,
    REQUIRED,
    Guardrails,
    PairRule,
    RerankParams,
    SlotLimit,
    all_limits,
)
from vitrine.rerank_rows import group_rows, sort_rows
from vitrine.threads import in_parts

Array = TypeVar("Array", bound="np.ndarray[Any, Any]")

FIXED_NAMES = ("product", "category", "brand")
EACH_VALUE, NO_SUCH_VALUE = -1, -2


@dataclass(frozen=True)
class Problem:
    """All that the compiled code needs, and the ids to turn its answers back."""

    pool: Pool
    rules: Rules
    tastes: Tastes
    customers: Ids
    products: Ids
    customer: Codes
    """Customer of each row."""
    soft_names: tuple[str, ...]
    """Names of what may give way, weakest first."""
    capacity: IntArray
    """Most slots of each product over all customers, -1 without a bound; empty where no product has one."""


def encode(
    candidates: pa.Table,
    params: RerankParams,
    guardrails: Guardrails,
    attributes: pa.Table | None,
    tastes: pa.Table | None,
    capacities: pa.Table | None,
) -> Problem:
    """Encode one call of the re-ranker. Arguments as in `vitrine.rerank.rerank`."""
    names = ("customer_id", "product_id", "category", "brand")
    with ThreadPoolExecutor(len(names)) as threads:
        columns = list(threads.map(lambda name: encoded_ids(candidates[name]), names))
    (customers, customer), (products, product), (categories, category), (brands, brand) = columns
    further, values, product_codes = _further_attributes(guardrails, attributes, products)
    ids = dict(zip((*FIXED_NAMES, *further), (products, categories, brands, *values), strict=True))
    score = _known_scores(candidates)
    is_reserve = _flags(candidates, "is_reserve")
    starts, rows = group_rows(customer, len(customers))
    in_parts(
        lambda part: sort_rows(starts, rows, product, score, is_reserve, int(part[0]), int(part[-1]) + 1),
        np.arange(len(customers)),
    )
    has_capacities = capacities is not None and capacities.num_rows > 0
    pool = Pool(
        _read_only(starts),
        _read_only(rows),
        _read_only(product),
        _read_only(category),
        _read_only(brand),
        _read_only(as_doubles(candidates["price_amount"])),
        _read_only(score),
        _read_only(_taste_distances(candidates, params)),
        _read_only(_flags(candidates, "is_required")),
        _read_only(is_reserve),
        np.zeros(len(customer) if has_capacities else 0, np.bool_),
        _read_only(product_codes),
    )
    rules, soft_names = _rules(params, guardrails, ids, guardrails != Guardrails() or len(pool.taste) > 0)
    return Problem(
        pool,
        rules,
        _tastes(params, tastes, customers, categories),
        customers,
        products,
        customer,
        soft_names,
        _capacities(capacities, products),
    )


def _read_only(array: Array) -> Array:
    """Return a read-only view: numba compiles once more for each mix of writable and read-only arrays."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return cast(Array, view)


def _known_scores(candidates: pa.Table) -> FloatArray:
    score = as_doubles(candidates["objective_score"])
    unknown = int(np.isnan(score).sum())
    if unknown:
        raise ValueError(f"objective_score is unknown in {unknown} candidate rows; every candidate needs a score.")
    return score


def _flags(candidates: pa.Table, name: str) -> Flags:
    """Return an optional boolean column, empty where it is absent or nowhere true."""
    if name not in candidates.column_names:
        return np.empty(0, np.bool_)
    flags = np.asarray(pc.fill_null(candidates[name], False).to_numpy(), np.bool_)
    return flags if flags.any() else np.empty(0, np.bool_)


def _taste_distances(candidates: pa.Table, params: RerankParams) -> FloatArray:
    """Return the taste distances, 0 where unknown; empty where the policy has no use for them."""
    is_used = params.coherence_strength != 0 or params.max_taste_distance < 1
    if "taste_distance" not in candidates.column_names or not is_used:
        return np.empty(0)
    return np.nan_to_num(as_doubles(candidates["taste_distance"]), nan=0.0)


def _further_attributes(
    guardrails: Guardrails, attributes: pa.Table | None, products: Ids
) -> tuple[list[str], list[Ids], Codes]:
    """Return the attributes that guardrails name beside the fixed ones: names, values, and each product's code.

    An attribute that no product has is one of which no product has a value: whoever wrote its name wrongly hears of
    it from the checks of the seeds, and at an early cutoff a right name may have no product yet.
    """
    used = [name for name in dict.fromkeys(_named_attributes(guardrails)) if name not in FIXED_NAMES]
    codes = np.full((len(products), len(used)), -1, np.int32)
    values = []
    for position, name in enumerate(used):
        if attributes is None:
            values.append(Ids(pa.array([], pa.string())))
            continue
        rows = attributes.filter(pc.equal(attributes["attribute_name"], name))
        product = products.encode(rows["product_id"])
        value_ids = distinct_ids(rows["attribute_value"])
        value = value_ids.encode(rows["attribute_value"])
        is_known = (product >= 0) & (value >= 0)
        codes[product[is_known], position] = value[is_known]
        place = np.flatnonzero(is_known)
        twice = place[codes[product[place], position] != value[place]]
        if len(twice):
            product_id = rows["product_id"][int(twice[0])].as_py()
            raise ValueError(f"Product '{product_id}' has two values of the attribute '{name}'; give it one.")
        values.append(value_ids)
    return used, values, codes


def _named_attributes(guardrails: Guardrails) -> Iterator[str]:
    """Yield the attributes that guardrails name, as often as they do."""
    for limit in guardrails.limits:
        yield limit.attribute_name
    for pair in guardrails.pairs:
        yield pair.attribute_name
        yield pair.other_attribute_name


def _rules(
    params: RerankParams, guardrails: Guardrails, ids: dict[str, Ids], is_guarded: bool
) -> tuple[Rules, tuple[str, ...]]:
    """Return the rules in numbers, and the names of the soft ones in the order in which they give way."""
    place = {name: position for position, name in enumerate(ids)}
    codes = {name: {value: code for code, value in enumerate(known.values.to_pylist())} for name, known in ids.items()}

    def code_of(name: str, value: str | None) -> int:
        return EACH_VALUE if value is None else codes[name].get(value, NO_SUCH_VALUE)

    def limit_row(limit: SlotLimit) -> tuple[int, int, int]:
        return (
            place[limit.attribute_name],
            code_of(limit.attribute_name, limit.attribute_value),
            limit.slot_count,
        )

    def pair_row(pair: PairRule) -> tuple[int, int, int, int]:
        return (
            place[pair.attribute_name],
            code_of(pair.attribute_name, pair.attribute_value),
            place[pair.other_attribute_name],
            code_of(pair.other_attribute_name, pair.other_attribute_value),
        )

    limits = all_limits(guardrails, params)
    caps, floors, spreads = (
        [limit for limit in limits if limit.kind == kind] for kind in (AT_MOST, AT_LEAST, AT_LEAST_DISTINCT)
    )
    never, always = ([pair for pair in guardrails.pairs if pair.kind == kind] for kind in (NEVER, ALWAYS))
    # A group that is kept from itself has at most one slot: the bounds and the exact search know more of caps.
    alone = [pair for pair in never if pair.is_of_one_group()]
    caps += [SlotLimit(pair.name, AT_MOST, pair.attribute_name, pair.attribute_value, 1) for pair in alone]
    never = [pair for pair in never if pair not in alone]
    pins = sorted(guardrails.pins, key=lambda pin: pin.slot)
    rules = Rules(
        params.slot_count,
        METHODS.index(params.method),
        float(params.diversity_strength),
        float(params.coherence_strength),
        float(params.max_taste_distance),
        _read_only(np.array([params.category_weight, params.brand_weight, params.price_weight], float)),
        _matrix([limit_row(cap) for cap in caps], 3),
        _matrix([limit_row(floor) for floor in floors], 3),
        _matrix([(place[spread.attribute_name], spread.slot_count) for spread in spreads], 2),
        _matrix([pair_row(pair) for pair in never], 4),
        _matrix([pair_row(pair) for pair in always], 4),
        _matrix([(code_of("product", pin.product_id), pin.slot - 1) for pin in pins], 2),
        is_guarded,
    )
    soft = [*(spread.name for spread in spreads), *(floor.name for floor in floors), REQUIRED]
    return rules, (MAX_TASTE_DISTANCE, *soft, *(pin.name for pin in pins))


def _matrix(rows: Iterable[tuple[int, ...]], width: int) -> IntArray:
    return _read_only(np.array(list(rows), np.int64).reshape(-1, width))


def _tastes(params: RerankParams, tastes: pa.Table | None, customers: Ids, categories: Ids) -> Tastes:
    """Return each customer's shares by category id; those of categories without a candidate count too."""
    if params.method not in {"calibration", "quota"}:
        return Tastes(
            _read_only(np.zeros(len(customers) + 1, np.int64)),
            _read_only(np.empty(0, np.int32)),
            _read_only(np.empty(0)),
        )
    if tastes is None:
        raise ValueError(f"The method '{params.method}' needs the customers' tastes: customer_id, category, share.")
    customer = customers.encode(tastes["customer_id"])
    names = distinct_ids(tastes["category"])
    name = names.encode(tastes["category"])
    share = np.nan_to_num(as_doubles(tastes["share"]), nan=0.0)
    order = np.lexsort((name, customer))
    order = order[(customer[order] >= 0) & (name[order] >= 0) & (share[order] > 0)]
    code_of_name = categories.encode(names.values)
    return Tastes(
        _read_only(np.searchsorted(customer[order], np.arange(len(customers) + 1))),
        _read_only(code_of_name[name[order]].astype(np.int32)),
        _read_only(share[order]),
    )


def _capacities(capacities: pa.Table | None, products: Ids) -> IntArray:
    """Return the most slots of each product, -1 without a bound; a number below 0 leaves none, as 0 does."""
    if capacities is None or not capacities.num_rows:
        return np.empty(0, np.int64)
    bound = np.full(len(products), -1, np.int64)
    product = products.encode(capacities["product_id"])
    slots = capacities["slot_count"].cast(pa.int64())
    is_bound = (product >= 0) & pc.is_valid(slots).to_numpy()
    bound[product[is_bound]] = np.maximum(np.asarray(pc.fill_null(slots, 0).to_numpy(), np.int64)[is_bound], 0)
    return bound
