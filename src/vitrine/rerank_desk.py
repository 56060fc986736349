"""What the compiled part of the re-ranker works on: candidates, rules, a desk for one customer."""

from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import NamedTuple
from zlib import crc32

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


def stamp_of(modules: Iterable[ModuleType]) -> int:
    """Return a number that another content of the modules' files would change, for an entry to close over.

    numba keeps what is compiled on disk and notices a change in the file of the entry only, and in the values that the
    entry closes over.
    """
    return crc32(b"".join(Path(str(module.__file__)).read_bytes() for module in modules))


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
