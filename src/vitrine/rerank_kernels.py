"""The compiled part of the re-ranker: one customer after the other, in plain loops over small arrays.

One driver fills the slots from the first to the last for every method: the method says what each candidate would be
worth in the next slot, the driver says which candidates may stand there (`vitrine.rerank` states the rules). All of
it is in one module because numba notices a change only in the file of the compiled function itself, not in the files
of the functions that it calls. The functions hold no Python object and release the interpreter lock, so that
customers are shared out over plain threads: numba's own threads may not be started from two Python threads at once.

Greedy MMR: Carbonell and Goldstein 1998. Greedy MAP inference of a determinantal point process: Chen, Zhang and Zhou,
"Fast Greedy MAP Inference for Determinantal Point Process to Improve Recommendation Diversity", NeurIPS 2018.
Calibration: Steck, "Calibrated Recommendations", RecSys 2018.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from vitrine.encoding import FloatArray, IntArray

Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]
Records = NDArray[np.void]

METHODS = ("mmr", "dpp", "calibration", "quota")
MMR, DPP, CALIBRATION, QUOTA = range(4)

OWN_SHARE = 0.01
"""Share of a product's likeness that it has with nothing else: keeps the kernel of the DPP above singular."""
SMOOTHING = 0.01
"""Steck's alpha: how much of the customer's own distribution the slate's is smoothed with."""
LOWEST_PRICE = 1e-6
"""Lower prices count as this one, so that a ratio of two is defined; 0 stands for an unknown price."""
FIXED_ATTRIBUTES = 3
"""Product, category and brand: what every candidate has without an attribute table."""
MAX_TRIES = 2000
"""Candidates looked at to find who may follow one product; who follows beyond that is not found."""

# What a slate keeps, strongest first: `measure` arrays hold one number for each, more is better.
LENGTH, PINS, REQUIRED, LIMITS, LIMIT_SLOTS, DISTINCT, DISTINCT_SLOTS, WITHIN_TASTE = range(8)
MEASURES = 8

Function = TypeVar("Function", bound=Callable[..., Any])


def inner(function: Function) -> Function:
    """Compile a function that only compiled functions call."""
    return cast(Function, numba.njit(nogil=True, error_model="numpy")(function))


def tiny(function: Function) -> Function:
    """Compile into its callers: handing over a desk costs more than what these do."""
    return cast(Function, numba.njit(nogil=True, error_model="numpy", forceinline=True)(function))


def entry(function: Function) -> Function:
    """Compile a function that Python calls and keep the result on disk, where there is a place to write to.

    numba tries the folder of the module, then the user's cache folder; NUMBA_CACHE_DIR names another.
    """
    try:
        compiled = numba.njit(nogil=True, error_model="numpy", cache=True)(function)
    except RuntimeError:  # no folder to write to: compiled again by each process
        compiled = numba.njit(nogil=True, error_model="numpy")(function)
    return cast(Function, compiled)


class Pool(NamedTuple):
    """All candidates. Codes are positions among the sorted distinct values, below 0 where there is none."""

    starts: IntArray
    """Where each customer's candidates begin in `rows`. Shape (customers + 1,)."""
    rows: IntArray
    """Row numbers of the other arrays, by customer, then best first. Shape (rows,)."""
    product: Codes
    category: Codes
    brand: Codes
    price: FloatArray
    score: FloatArray
    taste: FloatArray
    """Taste distance; empty where it plays no part."""
    is_required: Flags
    """Empty where no row is."""
    is_reserve: Flags
    """Empty where no row is."""
    is_lost: Flags
    """Rows taken from their customer since others came first; empty where there are no capacities."""
    product_codes: Codes
    """Codes of the further attributes. Shape (products, attributes)."""


class Rules(NamedTuple):
    """The policy and the guardrails in numbers. Attributes: 0 product, 1 category, 2 brand, then `product_codes`."""

    slot_count: int
    method: int
    diversity_strength: float
    coherence_strength: float
    max_taste_distance: float
    weights: FloatArray
    """Likeness of one category, one brand, one price. Shape (3,)."""
    caps: IntArray
    """At most: attribute, value (below 0: each), slots. Shape (caps, 3)."""
    floors: IntArray
    """At least: attribute, value, slots. Shape (floors, 3)."""
    spreads: IntArray
    """At least so many distinct: attribute, slots. Shape (spreads, 2)."""
    never: IntArray
    """Attribute and value of the one group, then of the other. Shape (pairs, 4)."""
    always: IntArray
    """Attribute and value of who must be followed, then of who follows. Shape (pairs, 4)."""
    pins: IntArray
    """Product and slot (from 0), by slot. Shape (pins, 2)."""
    is_guarded: bool
    """Whether guardrails or taste distances play a part; if not, greedy choice is left as it is for customers without a
    required product or a reserve."""


class Tastes(NamedTuple):
    """Each customer's distribution over categories, by customer and category."""

    starts: IntArray
    category: Codes
    share: FloatArray


class Plan(NamedTuple):
    """Products of one customer chosen beforehand, in an arrangement known to be allowed; empty: none."""

    chosen: IntArray
    """Positions among the customer's candidates. Shape (slots,), as all here."""
    kinds: IntArray
    """Kind of each: products of one kind may stand in each other's slots."""
    kind_at: IntArray
    """Kind that stands in each slot; used where the method's own order does not keep as much."""


NO_PLAN = Plan(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64))
LOOK_AHEAD, SERVE_FIRST, ORDER, ARRANGED = range(4)


class Slates(NamedTuple):
    """The results, one row a customer."""

    rows: IntArray
    """Row numbers of the candidates, -1 in slots left empty. Shape (customers, slots)."""
    marginals: FloatArray
    """Shape (customers, slots)."""
    relaxed: Flags
    """Which soft rules gave way: taste distance, distinct, at least, required, pins. Shape (customers, soft rules)."""
    measures: NDArray[np.int16]
    """How much the slate keeps, see `set_measure`. Shape (customers, measures)."""
    is_open_question: Flags
    """Whether a slate that keeps more may exist. Shape (customers,)."""


ITEM = np.dtype(
    [
        ("relevance", np.float64),
        ("price", np.float64),
        ("value", np.float64),  # what it would be worth in the next slot
        ("closest", np.float64),  # MMR: likeness to the closest product above
        ("gain", np.float64),  # DPP: what it would add to the determinant
        ("tier", np.int64),  # 0 ordinary, 1 reserve, 2 ordinary beyond the taste distance, 3 reserve beyond it
        ("floors_served", np.int64),  # at_least limits not yet met that it would serve
        ("spreads_served", np.int64),
        ("urgency", np.int64),  # above 0: the slots left are needed for it
        ("kind", np.int64),  # in an arrangement decided beforehand
        ("class_of", np.int64),  # place of its category in `classes`, -1 for none
        ("is_required", np.bool_),
        ("is_candidate", np.bool_),  # could stand in a slate at all
        ("is_open", np.bool_),  # may still be placed in a slot that is not pinned
        ("is_committed", np.bool_),  # placed, or held for later: counts towards the limits
        ("is_marked", np.bool_),
        ("is_shut", np.bool_),  # cannot stand in the present slot
    ],
    align=True,
)
CLASS = np.dtype(
    [
        ("code", np.int64),  # of the category
        ("share", np.float64),  # of the customer's tastes
        ("count", np.int64),  # in the slate
        ("quota", np.int64),  # slots left to it
        ("change", np.float64),  # of the divergence, if the next product were of it
    ],
    align=True,
)
PART = np.dtype([("slots", np.int64), ("rest", np.float64)], align=True)
SLOT = np.dtype(
    [
        ("slate", np.int64),
        ("marginal", np.float64),
        ("kept_slate", np.int64),  # of the best slate so far
        ("kept_marginal", np.float64),
        ("pinned_at", np.int64),  # who has the slot for himself, -1 for nobody
        ("kind_at", np.int64),  # kind that has the slot in an arrangement decided beforehand, -1 without one
        ("chain", np.int64),  # who follows whom, while that is tried
        ("cursor", np.int64),
    ],
    align=True,
)
PRESENT, KEPT, BOUND = range(3)
COMMITTED, CLASSES, HELD, IS_URGENT = range(4)


class Desk(NamedTuple):
    """Room to work on one customer at a time."""

    items: Records
    """One `ITEM` a candidate."""
    codes: Codes
    """Shape (candidates, attributes)."""
    factors: FloatArray
    """DPP: rows of the Cholesky factor. Shape (candidates, slots)."""
    classes: Records
    """One `CLASS` a category among the candidates."""
    parts: Records
    """One `PART` a category of the customer's tastes."""
    committed: IntArray
    """Who counts towards the limits. Shape (candidates,), the first `tally[COMMITTED]` in use."""
    slots: Records
    """One `SLOT` a slot, and one more."""
    floor_left: IntArray
    spread_left: IntArray
    measures: IntArray
    """How much the present slate keeps, the best so far, and the best that any could. Shape (3, measures)."""
    tally: IntArray
    """Numbers of committed candidates, of `classes` in use, of held ones not yet placed; whether any is urgent."""


def make_desk(pool: Pool, rules: Rules, tastes: Tastes, customers: IntArray) -> Desk:
    """Return room for some customers."""
    width = int((pool.starts[customers + 1] - pool.starts[customers]).max(initial=0))
    most_tastes = int((tastes.starts[customers + 1] - tastes.starts[customers]).max(initial=0))
    return Desk(
        np.zeros(width, ITEM),
        np.zeros((width, FIXED_ATTRIBUTES + pool.product_codes.shape[1]), np.int32),
        np.zeros((width, rules.slot_count)),
        np.zeros(width, CLASS),
        np.zeros(most_tastes, PART),
        np.zeros(width, np.int64),
        np.zeros(rules.slot_count + 1, SLOT),
        np.zeros(len(rules.floors), np.int64),
        np.zeros(len(rules.spreads), np.int64),
        np.zeros((3, MEASURES), np.int64),
        np.zeros(4, np.int64),
    )


# -- Loading a customer ----------------------------------------------------------------------------------------


@inner
def load_customer(pool: Pool, rules: Rules, customer: int, desk: Desk) -> int:
    """Bring one customer's candidates to the desk and return their number."""
    begin = pool.starts[customer]
    count = pool.starts[customer + 1] - begin
    for i in range(count):
        row = pool.rows[begin + i]
        product = pool.product[row]
        desk.codes[i, 0] = product
        desk.codes[i, 1] = pool.category[row]
        desk.codes[i, 2] = pool.brand[row]
        for a in range(pool.product_codes.shape[1]):
            desk.codes[i, FIXED_ATTRIBUTES + a] = pool.product_codes[product, a]
        price = pool.price[row]
        desk.items[i].price = 0.0 if np.isnan(price) else max(price, LOWEST_PRICE)
        desk.items[i].is_required = len(pool.is_required) > 0 and pool.is_required[row]
        reserve = len(pool.is_reserve) > 0 and pool.is_reserve[row]
        beyond = len(pool.taste) > 0 and pool.taste[row] > rules.max_taste_distance
        desk.items[i].tier = 2 * beyond + reserve
        desk.items[i].is_candidate = not (len(pool.is_lost) > 0 and pool.is_lost[row])
        desk.items[i].is_shut = False
        desk.items[i].kind = 0
    for slot in range(rules.slot_count):
        desk.slots[slot].kind_at = -1
    set_relevance(pool, rules, customer, desk)
    return count


@inner
def set_relevance(pool: Pool, rules: Rules, customer: int, desk: Desk) -> None:
    """Bring a customer's scores to 0 to 1, so that one strength means the same for all; reserves lie below, -2 to -1.

    What the customer lost to others still counts, so that nobody's scale moves with the others' slates.
    """
    begin = pool.starts[customer]
    count = pool.starts[customer + 1] - begin
    for reserve in range(2):
        low, high = np.inf, -np.inf
        for i in range(count):
            row = pool.rows[begin + i]
            if (len(pool.is_reserve) > 0 and pool.is_reserve[row]) == (reserve == 1):
                low, high = min(low, pool.score[row]), max(high, pool.score[row])
        spread = high - low if high > low else 1.0
        for i in range(count):
            row = pool.rows[begin + i]
            if (len(pool.is_reserve) > 0 and pool.is_reserve[row]) == (reserve == 1):
                desk.items[i].relevance = (pool.score[row] - low) / spread - 2.0 * reserve
    if len(pool.taste) > 0 and rules.coherence_strength != 0:
        for i in range(count):
            desk.items[i].relevance -= rules.coherence_strength * pool.taste[pool.rows[begin + i]]


@tiny
def belongs(codes: Codes, i: int, attribute: int, value: int) -> bool:
    """Return whether a candidate has the value; a value that no product has is below 0."""
    return value >= 0 and codes[i, attribute] == value


@inner
def drop_impossible(rules: Rules, desk: Desk, count: int) -> None:
    """Leave out what no slate can hold: capped at nothing, or without anybody to follow it."""
    for cap in range(len(rules.caps)):
        if rules.caps[cap, 2] <= 0:
            for i in range(count):
                code = desk.codes[i, rules.caps[cap, 0]]
                if code >= 0 and (rules.caps[cap, 1] == -1 or code == rules.caps[cap, 1]):
                    desk.items[i].is_candidate = False
    for pair in range(len(rules.always)):
        followers, last = 0, -1
        for i in range(count):
            if desk.items[i].is_candidate and belongs(desk.codes, i, rules.always[pair, 2], rules.always[pair, 3]):
                followers, last = followers + 1, i
        for i in range(count):
            alone = followers == 0 or (followers == 1 and last == i)
            if alone and belongs(desk.codes, i, rules.always[pair, 0], rules.always[pair, 1]):
                desk.items[i].is_candidate = False


# -- What a candidate would be worth in the next slot ----------------------------------------------------------


@tiny
def likeness(rules: Rules, desk: Desk, one: int, other: int) -> float:
    """Return how alike two candidates are; what is unknown is like nothing.

    The share of price is exp(-|log price gap|), which is the ratio of the lower to the higher price.
    """
    total = 0.0
    if desk.codes[one, 1] >= 0 and desk.codes[one, 1] == desk.codes[other, 1]:
        total += rules.weights[0]
    if desk.codes[one, 2] >= 0 and desk.codes[one, 2] == desk.codes[other, 2]:
        total += rules.weights[1]
    low, high = min(desk.items[one].price, desk.items[other].price), max(desk.items[one].price, desk.items[other].price)
    return total + rules.weights[2] * (low / max(high, LOWEST_PRICE))


@inner
def start_method(rules: Rules, tastes: Tastes, customer: int, desk: Desk, count: int) -> int:
    """Set the method's state for an empty slate and return the method; no tastes: the order of relevance."""
    for i in range(count):
        desk.items[i].closest = 0.0
        desk.items[i].gain = 1.0
        desk.items[i].class_of = -1
    if rules.method == CALIBRATION or rules.method == QUOTA:
        total = 0.0
        for t in range(tastes.starts[customer], tastes.starts[customer + 1]):
            total += tastes.share[t]
        if total <= 0:
            return -1
        start_classes(tastes, customer, total, desk, count)
        if rules.method == QUOTA:
            set_quotas(rules, tastes, customer, total, desk)
    return rules.method


@inner
def start_classes(tastes: Tastes, customer: int, total: float, desk: Desk, count: int) -> None:
    """Number the categories among the candidates, with the customer's share of each.."""
    classes = 0
    for i in range(count):
        code = desk.codes[i, 1]
        found = -1
        for k in range(classes):
            if desk.classes[k].code == code:
                found = k
                break
        if found < 0 and code >= 0:
            found = classes
            desk.classes[found].code = code
            desk.classes[found].share = 0.0
            desk.classes[found].count = 0
            desk.classes[found].quota = 0
            classes += 1
        desk.items[i].class_of = found
    for t in range(tastes.starts[customer], tastes.starts[customer + 1]):
        for k in range(classes):
            if desk.classes[k].code == tastes.category[t]:
                desk.classes[k].share += tastes.share[t] / total
    desk.tally[CLASSES] = classes


@inner
def set_quotas(rules: Rules, tastes: Tastes, customer: int, total: float, desk: Desk) -> None:
    """Share the slots out over the customer's categories by largest remainder; ties: the larger share, then by id."""
    begin = tastes.starts[customer]
    width = tastes.starts[customer + 1] - begin
    left = rules.slot_count
    for t in range(width):
        exact = rules.slot_count * tastes.share[begin + t] / total
        whole = int(np.floor(exact + 1e-9))
        desk.parts[t].slots = whole
        desk.parts[t].rest = np.round(exact - whole, 9)
        left -= whole
    for _ in range(min(left, width)):
        best = 0
        for t in range(1, width):
            more = desk.parts[t].rest - desk.parts[best].rest
            if more > 0 or (more == 0 and tastes.share[begin + t] > tastes.share[begin + best]):
                best = t
        desk.parts[best].slots += 1
        desk.parts[best].rest = -1.0
    for t in range(width):
        for k in range(desk.tally[CLASSES]):
            if desk.classes[k].code == tastes.category[begin + t]:
                desk.classes[k].quota = desk.parts[t].slots


@tiny
def divergence_part(share: float, filled: int, size: int) -> float:
    """Return one category's part of the divergence of the slate from the customer's distribution."""
    if share <= 0:
        return 0.0
    return share * np.log(share / ((1 - SMOOTHING) * filled / size + SMOOTHING * share))


@inner
def set_values(rules: Rules, method: int, desk: Desk, count: int, size: int, pinned: int) -> None:
    """Set what each candidate that may be placed would be worth in the next slot."""
    strength = rules.diversity_strength
    without, before = 0.0, 0.0
    if method == CALIBRATION:
        for k in range(desk.tally[CLASSES]):
            without += divergence_part(desk.classes[k].share, desk.classes[k].count, size + 1)
            before += divergence_part(desk.classes[k].share, desk.classes[k].count, max(size, 1))
        for k in range(desk.tally[CLASSES]):
            share, filled = desk.classes[k].share, desk.classes[k].count
            with_one = divergence_part(share, filled + 1, size + 1) - divergence_part(share, filled, size + 1)
            desk.classes[k].change = without + with_one - before
    for i in range(count):
        if not (desk.items[i].is_open or i == pinned):
            continue
        if method == MMR:
            desk.items[i].value = (1 - strength) * desk.items[i].relevance - strength * desk.items[i].closest
        elif method == DPP:
            desk.items[i].value = (1 - strength) * desk.items[i].relevance + strength * np.log(
                max(desk.items[i].gain, 1e-12)
            )
        elif method == CALIBRATION:
            k = desk.items[i].class_of
            change = desk.classes[k].change if k >= 0 else without - before
            desk.items[i].value = (1 - strength) * desk.items[i].relevance - strength * change
        else:
            desk.items[i].value = desk.items[i].relevance


@inner
def note_pick(rules: Rules, method: int, desk: Desk, count: int, pick: int, size: int) -> None:
    """Bring the method's state up to date once a candidate holds slot number `size` (from 0)."""
    if method == MMR:
        for i in range(count):
            desk.items[i].closest = max(desk.items[i].closest, likeness(rules, desk, i, pick))
    elif method == DPP:
        whole = rules.weights[0] + rules.weights[1] + rules.weights[2]
        scale = (1 - OWN_SHARE) / whole if whole > 0 else 0.0
        root = np.sqrt(max(desk.items[pick].gain, 1e-12))
        for i in range(count):
            inside = 0.0
            for s in range(size):
                inside += desk.factors[i, s] * desk.factors[pick, s]
            desk.factors[i, size] = (scale * likeness(rules, desk, i, pick) - inside) / root
        desk.factors[pick, size] = root
        for i in range(count):
            desk.items[i].gain -= desk.factors[i, size] ** 2
    elif method >= 0 and desk.items[pick].class_of >= 0:
        desk.classes[desk.items[pick].class_of].count += 1
        desk.classes[desk.items[pick].class_of].quota -= 1


# -- Which candidates may stand there --------------------------------------------------------------------------


@inner
def commit(rules: Rules, desk: Desk, count: int, pick: int) -> None:
    """Count a candidate towards the limits and close whatever may no longer stand in the slate."""
    note_served(rules, desk, count, pick)
    desk.items[pick].is_committed = True
    desk.committed[desk.tally[COMMITTED]] = pick
    desk.tally[COMMITTED] += 1
    for cap in range(len(rules.caps)):
        attribute = rules.caps[cap, 0]
        code = desk.codes[pick, attribute]
        if code < 0 or (rules.caps[cap, 1] != -1 and code != rules.caps[cap, 1]):
            continue
        filled = 0
        for c in range(desk.tally[COMMITTED]):
            filled += desk.codes[desk.committed[c], attribute] == code
        if filled >= rules.caps[cap, 2]:
            for i in range(count):
                if desk.codes[i, attribute] == code and not desk.items[i].is_committed:
                    desk.items[i].is_open = False
    for pair in range(len(rules.never)):
        for side in range(2):
            if belongs(desk.codes, pick, rules.never[pair, 2 * side], rules.never[pair, 2 * side + 1]):
                attribute, value = rules.never[pair, 2 - 2 * side], rules.never[pair, 3 - 2 * side]
                for i in range(count):
                    if not desk.items[i].is_committed and belongs(desk.codes, i, attribute, value):
                        desk.items[i].is_open = False


@tiny
def owes(rules: Rules, desk: Desk, i: int) -> bool:
    """Return whether somebody must follow this candidate."""
    for pair in range(len(rules.always)):
        if belongs(desk.codes, i, rules.always[pair, 0], rules.always[pair, 1]):
            return True
    return False


@tiny
def follows(rules: Rules, desk: Desk, one: int, other: int) -> bool:
    """Return whether `other` may stand directly after `one`."""
    for pair in range(len(rules.always)):
        if belongs(desk.codes, one, rules.always[pair, 0], rules.always[pair, 1]) and not belongs(
            desk.codes, other, rules.always[pair, 2], rules.always[pair, 3]
        ):
            return False
    return True


@inner
def fits(rules: Rules, desk: Desk, i: int, depth: int) -> bool:
    """Return whether a candidate could stand in the slate together with the first `depth` of the chain."""
    for c in range(depth):
        if desk.slots[c].chain == i:
            return False
    if desk.items[i].is_committed:
        return True
    for cap in range(len(rules.caps)):
        attribute = rules.caps[cap, 0]
        code = desk.codes[i, attribute]
        if code < 0 or (rules.caps[cap, 1] != -1 and code != rules.caps[cap, 1]):
            continue
        filled = 1
        for c in range(desk.tally[COMMITTED]):
            filled += desk.codes[desk.committed[c], attribute] == code
        for c in range(depth):
            filled += (
                desk.codes[desk.slots[c].chain, attribute] == code and not desk.items[desk.slots[c].chain].is_committed
            )
        if filled > rules.caps[cap, 2]:
            return False
    for c in range(depth):
        if are_apart(rules, desk, i, desk.slots[c].chain):
            return False
    return True


@inner
def can_be_followed(rules: Rules, desk: Desk, count: int, pick: int, slot: int, length: int) -> bool:
    """Return whether the slots after `slot` can hold all that must follow a candidate there, one after the other."""
    if len(rules.always) == 0 or not owes(rules, desk, pick):
        return True
    desk.slots[0].chain = pick
    desk.slots[0].cursor = 0
    depth, tries = 0, 0
    while depth >= 0:
        place = slot + depth + 1
        found = -1
        if place < length:
            pinned = desk.slots[place].pinned_at
            i = desk.slots[depth].cursor
            while i < count and found < 0:
                free = i == pinned if pinned >= 0 else desk.items[i].is_open
                if free and follows(rules, desk, desk.slots[depth].chain, i) and fits(rules, desk, i, depth + 1):
                    found = i
                i += 1
                tries += 1
            desk.slots[depth].cursor = i
        if found < 0:
            depth -= 1
        elif not owes(rules, desk, found):
            # A pinned product further on must be able to come after it; who owes nothing may be followed by any.
            return True
        else:
            depth += 1
            desk.slots[depth].chain = found
            desk.slots[depth].cursor = 0
        if tries > MAX_TRIES:
            return False
    return False


@inner
def start_needs(rules: Rules, desk: Desk, count: int) -> None:
    """Set what is wanted, lowered where there are not that many candidates, and how many needs each would serve."""
    desk.tally[HELD] = 0
    desk.tally[IS_URGENT] = 0
    desk.spread_left[:] = rules.spreads[:, 1]
    for i in range(count):
        desk.items[i].urgency = 0  # whatever the slate before left
        desk.items[i].floors_served = 0
        desk.items[i].spreads_served = 0
    for f in range(len(rules.floors)):
        servers = 0
        for i in range(count):
            serves = desk.items[i].is_open and belongs(desk.codes, i, rules.floors[f, 0], rules.floors[f, 1])
            servers += serves
            desk.items[i].floors_served += serves and rules.floors[f, 2] > 0
        desk.floor_left[f] = min(servers, rules.floors[f, 2])
    for s in range(len(rules.spreads)):
        if rules.spreads[s, 1] > 0:
            for i in range(count):
                desk.items[i].spreads_served += desk.codes[i, rules.spreads[s, 0]] >= 0


@inner
def note_served(rules: Rules, desk: Desk, count: int, pick: int) -> None:
    """Take what a committed candidate serves from the needs, and from the others who would have served it."""
    for f in range(len(rules.floors)):
        attribute, value = rules.floors[f, 0], rules.floors[f, 1]
        if desk.floor_left[f] > 0 and belongs(desk.codes, pick, attribute, value):
            desk.floor_left[f] -= 1
            if desk.floor_left[f] == 0:
                for i in range(count):
                    desk.items[i].floors_served -= belongs(desk.codes, i, attribute, value)
    for s in range(len(rules.spreads)):
        attribute = rules.spreads[s, 0]
        code = desk.codes[pick, attribute]
        if desk.spread_left[s] <= 0 or code < 0 or has_value(desk, attribute, code):
            continue
        desk.spread_left[s] -= 1
        for i in range(count):
            if desk.codes[i, attribute] == code:
                desk.items[i].spreads_served -= 1
            elif desk.spread_left[s] == 0 and desk.codes[i, attribute] >= 0:
                desk.items[i].spreads_served -= not has_value(desk, attribute, desk.codes[i, attribute])


@tiny
def has_value(desk: Desk, attribute: int, code: int) -> bool:
    """Return whether a committed candidate has the value."""
    for c in range(desk.tally[COMMITTED]):
        if desk.codes[desk.committed[c], attribute] == code:
            return True
    return False


@inner
def set_urgencies(rules: Rules, desk: Desk, count: int, remaining: int, eager: bool) -> None:
    """Say which candidates the remaining slots are needed for; all 0: the slots suffice for every need left.

    Needs are added up as if no product served two of them, so slots may be kept for them earlier than they must be.
    Where there are more needs than slots, a candidate is urgent as far as it serves its share of them.
    """
    held, floors, spreads = desk.tally[HELD], desk.floor_left.sum(), desk.spread_left.sum()
    level = 0
    if held > 0 and held >= remaining:
        level = 1
    elif held + floors > 0 and held + floors >= remaining:
        level = 2
    elif held + floors + spreads > 0 and (held + floors + spreads >= remaining or eager):
        level = 3
    needed = held + (floors if level > 1 else 0) + (spreads if level > 2 else 0)
    pace = -(-needed // remaining)
    if level == 0 and desk.tally[IS_URGENT] == 0:
        return
    desk.tally[IS_URGENT] = level > 0
    for i in range(count):
        desk.items[i].urgency = 0
        if level == 0 or not desk.items[i].is_open:
            continue
        is_held = desk.items[i].is_committed
        by_floor = desk.items[i].floors_served if level > 1 and not is_held else 0
        by_spread = desk.items[i].spreads_served if level > 2 and not is_held else 0
        if eager:
            desk.items[i].urgency = 10000 * is_held + 100 * by_floor + by_spread
        else:
            desk.items[i].urgency = pace if is_held else min(by_floor + by_spread, pace)


@inner
def choose(rules: Rules, method: int, desk: Desk, count: int, slot: int, length: int) -> int:
    """Return the best candidate that may hold the slot, -1 where none may."""
    previous = desk.slots[slot - 1].slate if slot > 0 else -1
    best = -1
    searching = True
    while searching:
        best, best_tier = -1, 0
        for i in range(count):
            if not desk.items[i].is_open or desk.items[i].is_shut:
                continue
            if desk.slots[slot].kind_at >= 0:
                if desk.items[i].kind != desk.slots[slot].kind_at:
                    continue
            elif previous >= 0 and len(rules.always) > 0 and not follows(rules, desk, previous, i):
                continue
            tier = 2 * desk.items[i].tier
            if method == QUOTA and (desk.items[i].class_of < 0 or desk.classes[desk.items[i].class_of].quota <= 0):
                tier += 1
            if best >= 0:
                if desk.items[i].urgency != desk.items[best].urgency:
                    if desk.items[i].urgency < desk.items[best].urgency:
                        continue
                elif tier > best_tier or (tier == best_tier and not desk.items[i].value > desk.items[best].value):
                    continue
            best, best_tier = i, tier
        searching = (
            best >= 0 and desk.slots[slot].kind_at < 0 and not can_be_followed(rules, desk, count, best, slot, length)
        )
        if searching:
            desk.items[best].is_shut = True
    if len(rules.always) > 0:
        for i in range(count):
            desk.items[i].is_shut = False
    return best


# -- Filling the slots -----------------------------------------------------------------------------------------


@inner
def hold_pinned_and_required(rules: Rules, desk: Desk, count: int, length: int, last_pin: int) -> None:
    """Set pinned products aside for their slots and required ones for any, as far as they go together."""
    held = 0
    for p in range(len(rules.pins)):
        slot = rules.pins[p, 1]
        if slot > last_pin or slot >= length:
            continue
        for i in range(count):
            if desk.items[i].is_open and not desk.items[i].is_committed and desk.codes[i, 0] == rules.pins[p, 0]:
                commit(rules, desk, count, i)
                desk.slots[slot].pinned_at = i
                desk.items[i].is_open = False
                held += 1
    for i in range(count):
        if held < length and desk.items[i].is_required and desk.items[i].is_open and not desk.items[i].is_committed:
            commit(rules, desk, count, i)
            desk.tally[HELD] += 1
            held += 1


@inner
def place(rules: Rules, method: int, desk: Desk, count: int, pick: int, slot: int) -> None:
    """Give a candidate the slot."""
    desk.slots[slot].slate = pick
    desk.slots[slot].marginal = desk.items[pick].value
    desk.items[pick].is_open = False
    if desk.items[pick].is_committed:
        desk.tally[HELD] -= pick != desk.slots[slot].pinned_at
    else:
        commit(rules, desk, count, pick)
    note_pick(rules, method, desk, count, pick, slot)


@inner
def fill(
    rules: Rules, tastes: Tastes, customer: int, desk: Desk, count: int, length: int, last_pin: int, eager: bool
) -> int:
    """Fill the slots from the first to the last by greatest value and return how many were filled."""
    method = start_method(rules, tastes, customer, desk, count)
    desk.tally[COMMITTED] = 0
    for i in range(count):
        desk.items[i].is_open = desk.items[i].is_candidate
        desk.items[i].is_committed = False
    for slot in range(rules.slot_count):
        desk.slots[slot].pinned_at = -1
    start_needs(rules, desk, count)
    hold_pinned_and_required(rules, desk, count, length, last_pin)
    has_needs = desk.tally[COMMITTED] > 0 or len(rules.floors) > 0 or len(rules.spreads) > 0
    for slot in range(length):
        pick = desk.slots[slot].pinned_at
        if pick >= 0 and not can_be_followed(rules, desk, count, pick, slot, length):
            desk.slots[slot].pinned_at = -1
            desk.items[pick].is_open = True
            desk.tally[HELD] += 1
            pick = -1
        set_values(rules, method, desk, count, slot, pick)
        if pick < 0:
            if has_needs:
                remaining = 0
                for later in range(slot, length):
                    remaining += desk.slots[later].pinned_at < 0
                set_urgencies(rules, desk, count, remaining, eager)
            pick = choose(rules, method, desk, count, slot, length)
            if pick < 0:
                return slot
        place(rules, method, desk, count, pick, slot)
    return length


@inner
def attempt(
    rules: Rules, tastes: Tastes, customer: int, desk: Desk, count: int, length: int, has_pins: bool, eager: bool
) -> int:
    """Fill the slots; a pin further down than the slate reaches gives way. Return how many were filled."""
    last_pin = length if has_pins and len(rules.pins) > 0 else -1
    while True:
        size = fill(rules, tastes, customer, desk, count, length, last_pin, eager)
        beyond = False
        for slot in range(size, length):
            beyond = beyond or desk.slots[slot].pinned_at >= 0
        if not beyond:
            return size
        last_pin = min(size, last_pin) - 1


@inner
def has_needs_now(rules: Rules, desk: Desk, count: int) -> bool:
    """Return whether anything soft asks for something of this customer's slate."""
    if len(rules.floors) > 0 or len(rules.spreads) > 0:
        return True
    for p in range(len(rules.pins)):
        if is_there(desk, count, rules.pins[p, 0]):
            return True
    for i in range(count):
        if desk.items[i].is_required:
            return True
    return False


@inner
def is_there(desk: Desk, count: int, product: int) -> bool:
    """Return whether the customer has a product among the candidates, lost to others or not."""
    for i in range(count):
        if desk.codes[i, 0] == product:
            return True
    return False


@inner
def is_searched(rules: Rules, desk: Desk, count: int) -> bool:
    """Return whether more than the greedy slate is asked for; what other customers have makes no difference."""
    if rules.is_guarded:
        return True
    for i in range(count):
        if desk.items[i].is_required or desk.items[i].tier % 2 == 1:
            return True
    return False


# -- What a slate keeps, and what the best could ---------------------------------------------------------------


@inner
def set_measure(rules: Rules, desk: Desk, count: int, size: int) -> None:
    """Set how much the slate on the desk keeps of each of the soft rules, strongest first; more is better."""
    measure = desk.measures[PRESENT]
    measure[:] = 0
    measure[LENGTH] = size
    for p in range(len(rules.pins)):
        slot = rules.pins[p, 1]
        measure[PINS] += slot < size and desk.codes[desk.slots[slot].slate, 0] == rules.pins[p, 0]
    for slot in range(size):
        measure[REQUIRED] += desk.items[desk.slots[slot].slate].is_required
        measure[WITHIN_TASTE] -= desk.items[desk.slots[slot].slate].tier >= 2
    for f in range(len(rules.floors)):
        have = 0
        for slot in range(size):
            have += belongs(desk.codes, desk.slots[slot].slate, rules.floors[f, 0], rules.floors[f, 1])
        missing = max(rules.floors[f, 2] - have, 0)
        measure[LIMITS] -= missing > 0
        measure[LIMIT_SLOTS] -= missing
    for s in range(len(rules.spreads)):
        missing = max(rules.spreads[s, 1] - distinct_in_slate(desk, size, rules.spreads[s, 0]), 0)
        measure[DISTINCT] -= missing > 0
        measure[DISTINCT_SLOTS] -= missing


@inner
def distinct_in_slate(desk: Desk, size: int, attribute: int) -> int:
    """Return how many values of an attribute the slate shows."""
    have = 0
    for slot in range(size):
        code = desk.codes[desk.slots[slot].slate, attribute]
        is_new = code >= 0
        for before in range(slot):
            is_new = is_new and desk.codes[desk.slots[before].slate, attribute] != code
        have += is_new
    return have


@inner
def most_of(rules: Rules, desk: Desk, count: int, limit: int) -> int:
    """Return a bound on how many of the marked candidates one slate can hold, each cap taken by itself."""
    marked = 0
    for i in range(count):
        marked += desk.items[i].is_marked
    best = min(marked, limit)
    for cap in range(len(rules.caps)):
        attribute, value, slots = rules.caps[cap, 0], rules.caps[cap, 1], rules.caps[cap, 2]
        total = 0
        for i in range(count):
            if not desk.items[i].is_marked:
                continue
            code = desk.codes[i, attribute]
            if code < 0 or (value != -1 and code != value):
                total += 1
                continue
            before = 0
            for other in range(i):
                before += desk.items[other].is_marked and desk.codes[other, attribute] == code
                if before >= slots:
                    break
            total += before < slots
            if total >= best:
                break
        best = min(best, total)
    return best


@inner
def most_apart(rules: Rules, desk: Desk, count: int) -> int:
    """Return a bound on how many of the marked candidates `never` pairs leave: one of each couple goes. Unmarks."""
    most = 0
    for i in range(count):
        most += desk.items[i].is_marked
    if len(rules.never) == 0:
        return most
    for i in range(count):
        other = i + 1
        while other < count and desk.items[i].is_marked:
            if desk.items[other].is_marked and are_apart(rules, desk, i, other):
                desk.items[i].is_marked = desk.items[other].is_marked = False
                most -= 1
            other += 1
    return most


@tiny
def are_apart(rules: Rules, desk: Desk, one: int, other: int) -> bool:
    """Return whether a `never` pair keeps two candidates apart."""
    for pair in range(len(rules.never)):
        for side in range(2):
            if belongs(desk.codes, one, rules.never[pair, 2 * side], rules.never[pair, 2 * side + 1]) and belongs(
                desk.codes, other, rules.never[pair, 2 - 2 * side], rules.never[pair, 3 - 2 * side]
            ):
                return True
    return False


@inner
def most_together(rules: Rules, desk: Desk, count: int, limit: int) -> int:
    """Return a bound on how many of the marked candidates one slate can hold. Unmarks."""
    return min(most_of(rules, desk, count, limit), most_apart(rules, desk, count))


@inner
def set_bound(rules: Rules, desk: Desk, count: int, size: int) -> None:
    """Set what no slate can exceed that reaches the bounds of all stronger measures.

    A slate that reaches all of them is the best there is.
    """
    bound = desk.measures[BOUND]
    bound[:] = 0
    for i in range(count):
        desk.items[i].is_marked = desk.items[i].is_candidate
    bound[LENGTH] = size if size == rules.slot_count else most_together(rules, desk, count, rules.slot_count)
    length = bound[LENGTH]
    for i in range(count):
        desk.items[i].is_marked = False
        for p in range(len(rules.pins)):
            if desk.items[i].is_candidate and desk.codes[i, 0] == rules.pins[p, 0] and rules.pins[p, 1] < length:
                desk.items[i].is_marked = True
    bound[PINS] = most_together(rules, desk, count, length)
    for i in range(count):
        desk.items[i].is_marked = desk.items[i].is_candidate and desk.items[i].is_required
    bound[REQUIRED] = most_together(rules, desk, count, length)
    for f in range(len(rules.floors)):
        for i in range(count):
            desk.items[i].is_marked = desk.items[i].is_candidate and belongs(
                desk.codes, i, rules.floors[f, 0], rules.floors[f, 1]
            )
        missing = rules.floors[f, 2] - most_of(rules, desk, count, min(length, rules.floors[f, 2]))
        bound[LIMITS] -= missing > 0
        bound[LIMIT_SLOTS] -= missing
    for s in range(len(rules.spreads)):
        attribute, have = rules.spreads[s, 0], 0
        for i in range(count):
            is_new = desk.items[i].is_candidate and desk.codes[i, attribute] >= 0
            for before in range(i):
                is_new = is_new and not (
                    desk.items[before].is_candidate and desk.codes[before, attribute] == desk.codes[i, attribute]
                )
                if not is_new:
                    break
            have += is_new
            if have >= rules.spreads[s, 1]:
                break
        missing = max(rules.spreads[s, 1] - min(have, length), 0)
        bound[DISTINCT] -= missing > 0
        bound[DISTINCT_SLOTS] -= missing
    for i in range(count):
        desk.items[i].is_marked = desk.items[i].is_candidate and desk.items[i].tier < 2
    bound[WITHIN_TASTE] = min(most_of(rules, desk, count, length) - length, 0)


@inner
def tighten_bound(rules: Rules, desk: Desk, count: int) -> None:
    """Lower the bound by what the rules ask for together: for slates that the first bound leaves open."""
    free = desk.measures[BOUND, LENGTH] - commit_certain(rules, desk, count)
    tighten_floors(rules, desk, count, free)
    close_by_floors(rules, desk, count)
    tighten_spreads(rules, desk, count, free)
    tighten_taste(rules, desk, count)


@inner
def commit_certain(rules: Rules, desk: Desk, count: int) -> int:
    """Commit the pinned and required candidates if a slate that reaches the bound has them all. Return their number.

    What they rule out is open no more. The bound on the required ones is lowered to what the pinned ones leave.
    """
    bound = desk.measures[BOUND]
    for i in range(count):
        desk.items[i].is_open = desk.items[i].is_candidate
        desk.items[i].is_committed = False
    desk.tally[COMMITTED] = 0
    start_needs(rules, desk, count)
    free = bound[LENGTH]
    for is_pin in (True, False):
        wanted = 0
        for i in range(count):
            desk.items[i].is_marked = False
            if not desk.items[i].is_candidate:
                continue
            if is_pin:
                for p in range(len(rules.pins)):
                    if desk.codes[i, 0] == rules.pins[p, 0] and rules.pins[p, 1] < bound[LENGTH]:
                        desk.items[i].is_marked = True
            elif desk.items[i].is_required:
                desk.items[i].is_marked = desk.items[i].is_open or desk.items[i].is_committed
                free += desk.items[i].is_committed
            wanted += desk.items[i].is_marked
        m = PINS if is_pin else REQUIRED
        bound[m] = min(bound[m], wanted, free)
        if bound[m] == wanted:
            for i in range(count):
                if desk.items[i].is_marked and not desk.items[i].is_committed:
                    commit(rules, desk, count, i)
        free = bound[LENGTH] - desk.tally[COMMITTED]
    return int(desk.tally[COMMITTED])


@tiny
def may_stand(desk: Desk, i: int) -> bool:
    """Return whether a slate that reaches the bound may have the candidate."""
    return bool(desk.items[i].is_open or desk.items[i].is_committed)


@inner
def tighten_floors(rules: Rules, desk: Desk, count: int, free: int) -> None:
    """Lower the bound on the at_least limits; `floor_left`: what each gets at most, -1 where that is one of two ways.

    Of two limits whose products never stand in one slate one gets nothing: the one that breaks less so.
    """
    for f in range(len(rules.floors)):
        have = 0
        for i in range(count):
            desk.items[i].is_marked = serves(rules, desk, i, f)
            have += desk.items[i].is_marked and desk.items[i].is_committed
        desk.floor_left[f] = most_together(rules, desk, count, min(rules.floors[f, 2], have + free))
    bound = desk.measures[BOUND]
    bound[LIMITS] = bound[LIMIT_SLOTS] = 0
    for f in range(len(rules.floors)):
        served, short = desk.floor_left[f], rules.floors[f, 2] - desk.floor_left[f]
        if served < 0:
            continue
        for g in range(f + 1, len(rules.floors)):
            if served > 0 and desk.floor_left[g] > 0 and never_meet(rules, desk, count, f, g):
                other, other_short = desk.floor_left[g], rules.floors[g, 2] - desk.floor_left[g]
                is_worse = (short > 0, -served) > (other_short > 0, -other)
                if is_worse:
                    served, short, other, other_short = other, other_short, served, short
                bound[LIMITS] -= 1
                bound[LIMIT_SLOTS] -= other + other_short
                desk.floor_left[f] = desk.floor_left[g] = -1
                break
        bound[LIMITS] -= short > 0
        bound[LIMIT_SLOTS] -= short


@inner
def never_meet(rules: Rules, desk: Desk, count: int, one: int, other: int) -> bool:
    """Return whether no slate serves two at_least limits; one product for both that stands alone serves neither."""
    is_too_few = rules.floors[one, 2] > 1 and rules.floors[other, 2] > 1
    is_too_few = is_too_few and desk.floor_left[one] > 1 and desk.floor_left[other] > 1
    for i in range(count):
        if not serves(rules, desk, i, one):
            continue
        is_in_both = serves(rules, desk, i, other)
        if is_in_both and not is_too_few:
            return False
        for j in range(count):
            is_other = serves(rules, desk, j, other) or (is_in_both and serves(rules, desk, j, one))
            if is_other and i != j and not are_apart(rules, desk, i, j):
                return False
    return True


@tiny
def serves(rules: Rules, desk: Desk, i: int, floor: int) -> bool:
    """Return whether a candidate that may stand belongs to the group of an at_least limit."""
    return may_stand(desk, i) and belongs(desk.codes, i, rules.floors[floor, 0], rules.floors[floor, 1])


@inner
def close_by_floors(rules: Rules, desk: Desk, count: int) -> None:
    """Close what stands in no slate with any product of an at_least limit that gets some."""
    if len(rules.never) == 0:
        return
    for f in range(len(rules.floors)):
        attribute, value = rules.floors[f, 0], rules.floors[f, 1]
        for j in range(count):
            if desk.floor_left[f] <= belongs(desk.codes, j, attribute, value) or not desk.items[j].is_open:
                continue
            meets = desk.items[j].is_committed
            for i in range(count):
                if i != j and serves(rules, desk, i, f):
                    meets = meets or not are_apart(rules, desk, i, j)
                    if meets:
                        break
            if not meets:
                desk.items[j].is_open = False


@inner
def tighten_spreads(rules: Rules, desk: Desk, count: int, free: int) -> None:
    """Lower the bound on the at_least_distinct limits; `spread_left`: what each gets at most."""
    bound = desk.measures[BOUND]
    bound[DISTINCT] = bound[DISTINCT_SLOTS] = 0
    for s in range(len(rules.spreads)):
        attribute = rules.spreads[s, 0]
        for i in range(count):
            desk.items[i].is_marked = desk.items[i].is_committed
        most = min(distinct_of(desk, count, attribute) + free, rules.spreads[s, 1])
        for i in range(count):
            desk.items[i].is_marked = may_stand(desk, i)
        most = min(most, distinct_of(desk, count, attribute))
        for f in range(len(rules.floors)):
            # Products of limits on one attribute are different ones: what each shows twice adds up.
            most_by_floors = bound[LENGTH]
            for g in range(len(rules.floors)):
                if rules.floors[g, 0] != rules.floors[f, 0] or desk.floor_left[g] <= 0 or is_repeated(rules, g):
                    continue
                mark_floor(rules, desk, count, g)
                most_by_floors -= max(desk.floor_left[g] - distinct_of(desk, count, attribute), 0)
            most = min(most, most_by_floors)
        desk.spread_left[s] = most
        bound[DISTINCT] -= most < rules.spreads[s, 1]
        bound[DISTINCT_SLOTS] -= rules.spreads[s, 1] - most


@inner
def tighten_taste(rules: Rules, desk: Desk, count: int) -> None:
    """Lower the bound on what lies within the taste distance by what the stronger rules need from beyond it."""
    beyond, more = 0, 0
    for i in range(count):
        beyond += desk.items[i].is_committed and desk.items[i].tier >= 2
    for f in range(len(rules.floors)):
        by_floors = 0
        for g in range(len(rules.floors)):
            if rules.floors[g, 0] != rules.floors[f, 0] or desk.floor_left[g] <= 0 or is_repeated(rules, g):
                continue
            mark_floor(rules, desk, count, g)
            there = 0
            for i in range(count):
                if desk.items[i].is_marked and desk.items[i].tier >= 2:
                    desk.items[i].is_marked = False
                    there += desk.items[i].is_committed
            by_floors += max(desk.floor_left[g] - there - most_together(rules, desk, count, desk.floor_left[g]), 0)
        more = max(more, by_floors)
    for s in range(len(rules.spreads)):
        for i in range(count):
            is_near = desk.items[i].tier < 2 or desk.items[i].is_committed
            desk.items[i].is_marked = is_near and may_stand(desk, i)
        more = max(more, desk.spread_left[s] - distinct_of(desk, count, rules.spreads[s, 0]))
    for i in range(count):
        desk.items[i].is_marked = may_stand(desk, i) and desk.items[i].tier < 2
    length = desk.measures[BOUND, LENGTH]
    most = min(length - beyond - more, most_together(rules, desk, count, length))
    desk.measures[BOUND, WITHIN_TASTE] = min(most - length, desk.measures[BOUND, WITHIN_TASTE])


@inner
def mark_floor(rules: Rules, desk: Desk, count: int, f: int) -> None:
    """Mark who may serve an at_least limit."""
    for i in range(count):
        desk.items[i].is_marked = serves(rules, desk, i, f)


@tiny
def is_repeated(rules: Rules, f: int) -> bool:
    """Return whether a limit before this one is on the same products."""
    for g in range(f):
        if rules.floors[g, 0] == rules.floors[f, 0] and rules.floors[g, 1] == rules.floors[f, 1]:
            return True
    return False


@inner
def distinct_of(desk: Desk, count: int, attribute: int) -> int:
    """Return how many values of an attribute the marked candidates have."""
    have = 0
    for i in range(count):
        is_new = desk.items[i].is_marked and desk.codes[i, attribute] >= 0
        before = 0
        while is_new and before < i:
            is_new = not (desk.items[before].is_marked and desk.codes[before, attribute] == desk.codes[i, attribute])
            before += 1
        have += is_new
    return have


@inner
def compared(desk: Desk, one: int, other: int) -> int:
    """Return 1 where the first of two measures is better, -1 where the second is, 0 where they are equal."""
    for m in range(MEASURES):
        if desk.measures[one, m] != desk.measures[other, m]:
            return 1 if desk.measures[one, m] > desk.measures[other, m] else -1
    return 0


@inner
def keep(desk: Desk, size: int) -> None:
    """Remember the slate on the desk as the best so far."""
    for slot in range(size):
        desk.slots[slot].kept_slate = desk.slots[slot].slate
        desk.slots[slot].kept_marginal = desk.slots[slot].marginal
    desk.measures[KEPT, :] = desk.measures[PRESENT, :]


@inner
def restrict_to_kept(desk: Desk, count: int, size: int) -> None:
    """Make the products of the kept slate the only candidates."""
    for i in range(count):
        desk.items[i].is_candidate = False
    for slot in range(size):
        desk.items[desk.slots[slot].kept_slate].is_candidate = True


@inner
def restrict_to_plan(desk: Desk, count: int, plan: Plan) -> None:
    """Make the products of the plan the only candidates."""
    for i in range(count):
        desk.items[i].is_candidate = False
    for c in range(len(plan.chosen)):
        desk.items[plan.chosen[c]].is_candidate = True
        desk.items[plan.chosen[c]].kind = plan.kinds[c]


@inner
def rank_customer(pool: Pool, rules: Rules, tastes: Tastes, customer: int, desk: Desk, plan: Plan) -> bool:
    """Leave the customer's best slate found on the desk (`kept`) and return whether a better one may exist.

    One loop with one call, since each call would be compiled anew. Looking ahead comes first. Serving every need
    before anything else may find what that missed; the products found so are then brought into the method's order.
    """
    count = load_customer(pool, rules, customer, desk)
    length, stage, is_open_question = rules.slot_count, LOOK_AHEAD, False
    desk.measures[KEPT, :] = -32768
    if len(plan.chosen) > 0:
        restrict_to_plan(desk, count, plan)
        length, stage = len(plan.chosen), ORDER
    else:
        drop_impossible(rules, desk, count)
    while True:
        size = attempt(rules, tastes, customer, desk, count, length, stage != ARRANGED, stage == SERVE_FIRST)
        set_measure(rules, desk, count, size)
        gain = compared(desk, PRESENT, KEPT)
        if gain > 0 or (gain == 0 and stage == ORDER):
            keep(desk, size)
        if stage == LOOK_AHEAD:
            if not is_searched(rules, desk, count):
                return False
            has_needs = has_needs_now(rules, desk, count)
            if size == rules.slot_count and not has_needs and desk.measures[PRESENT, WITHIN_TASTE] == 0:
                return False
            set_bound(rules, desk, count, size)
            if compared(desk, KEPT, BOUND) < 0:
                tighten_bound(rules, desk, count)
            if compared(desk, KEPT, BOUND) >= 0:
                return False
            if not has_needs:
                return True
            stage = SERVE_FIRST
        elif stage == SERVE_FIRST:
            if gain <= 0:
                return True
            is_open_question = compared(desk, KEPT, BOUND) < 0
            restrict_to_kept(desk, count, size)
            length, stage = size, ORDER
        elif stage == ORDER and len(plan.chosen) > 0:
            for slot in range(length):
                desk.slots[slot].kind_at = plan.kind_at[slot]
            stage = ARRANGED
        else:
            return is_open_question


@inner
def write(pool: Pool, rules: Rules, customer: int, desk: Desk, found: Slates) -> None:
    """Copy the kept slate and what gave way for it to the results of all customers."""
    size = desk.measures[KEPT, LENGTH]
    begin = pool.starts[customer]
    count = pool.starts[customer + 1] - begin
    slates, marginals = found.rows, found.marginals
    slates[customer, :] = -1
    found.measures[customer, :] = desk.measures[KEPT]
    for slot in range(size):
        desk.slots[slot].slate = desk.slots[slot].kept_slate
        slates[customer, slot] = pool.rows[begin + desk.slots[slot].kept_slate]
        marginals[customer, slot] = desk.slots[slot].kept_marginal
    note_relaxed(rules, desk, count, size, desk.measures[KEPT], found.relaxed[customer])


@inner
def note_relaxed(rules: Rules, desk: Desk, count: int, size: int, measure: IntArray, relaxed: Flags) -> None:
    """Write which soft rules give way in the slate on the desk, that keeps so much, weakest first."""
    relaxed[0] = measure[WITHIN_TASTE] < 0
    at = 1
    for s in range(len(rules.spreads)):
        relaxed[at] = distinct_in_slate(desk, size, rules.spreads[s, 0]) < rules.spreads[s, 1]
        at += 1
    for f in range(len(rules.floors)):
        have = 0
        for slot in range(size):
            have += belongs(desk.codes, desk.slots[slot].slate, rules.floors[f, 0], rules.floors[f, 1])
        relaxed[at] = have < rules.floors[f, 2]
        at += 1
    wanted = 0
    for i in range(count):
        wanted += desk.items[i].is_required
    relaxed[at] = measure[REQUIRED] < wanted
    for p in range(len(rules.pins)):
        slot = rules.pins[p, 1]
        is_kept = slot < size and desk.codes[desk.slots[slot].slate, 0] == rules.pins[p, 0]
        relaxed[at + 1 + p] = not is_kept and is_there(desk, count, rules.pins[p, 0])


# -- What Python calls -----------------------------------------------------------------------------------------


@entry
def group_rows(customer: Codes, count: int) -> tuple[IntArray, IntArray]:
    """Return where each customer's rows begin, and the row numbers by customer. Shapes (count + 1,), (rows,)."""
    starts = np.zeros(count + 1, np.int64)
    for row in range(len(customer)):
        if customer[row] >= 0:
            starts[customer[row] + 1] += 1
    for c in range(count):
        starts[c + 1] += starts[c]
    following = starts[:-1].copy()
    rows = np.empty(starts[-1], np.int64)
    for row in range(len(customer)):
        if customer[row] >= 0:
            rows[following[customer[row]]] = row
            following[customer[row]] += 1
    return starts, rows


@inner
def comes_before(one: int, other: int, product: Codes, score: FloatArray, is_reserve: Flags) -> bool:
    """Return whether a candidate is better by itself: no reserve, higher score, smaller id."""
    if len(is_reserve) > 0 and is_reserve[one] != is_reserve[other]:
        return bool(is_reserve[other])
    if score[one] != score[other]:
        return score[one] > score[other]
    return product[one] < product[other]


@entry
def sort_rows(
    starts: IntArray, rows: IntArray, product: Codes, score: FloatArray, is_reserve: Flags, first: int, last: int
) -> None:
    """Sort each customer's row numbers, best first, in place (Shell 1959: few rows each, often sorted already)."""
    for customer in range(first, last):
        begin, end = starts[customer], starts[customer + 1]
        for gap in (701, 301, 132, 57, 23, 10, 4, 1):
            for i in range(begin + gap, end):
                row = rows[i]
                at = i
                while at - gap >= begin and comes_before(row, rows[at - gap], product, score, is_reserve):
                    rows[at] = rows[at - gap]
                    at -= gap
                rows[at] = row


@entry
def rank_customers(
    pool: Pool, rules: Rules, tastes: Tastes, customers: IntArray, desk: Desk, plan: Plan, found: Slates
) -> None:
    """Make the slates of some customers."""
    for customer in customers:
        found.is_open_question[customer] = rank_customer(pool, rules, tastes, customer, desk, plan)
        write(pool, rules, customer, desk, found)


@entry
def inspect_customer(pool: Pool, rules: Rules, customer: int, length: int, desk: Desk) -> int:
    """Load a customer whose slate has `length` products and return the number of candidates.

    Sets codes, tier, is_required, is_candidate, relevance and the bound of the measures.
    """
    count = load_customer(pool, rules, customer, desk)
    drop_impossible(rules, desk, count)
    set_bound(rules, desk, count, length)
    tighten_bound(rules, desk, count)
    return count
