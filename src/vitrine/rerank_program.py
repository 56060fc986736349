"""The slate of one customer as an integer program.

One variable a group of candidates that are alike to every rule says how many of them the slate has. Who stands where
matters to `always` pairs only: for them further variables say which kind of product holds which slot, kinds being the
pins and the groups of the pairs, so that their number does not grow with the candidates.

Solved by HiGHS (Huangfu and Hall, "Parallelizing the dual revised simplex method", Mathematical Programming
Computation 2018) through scipy.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from vitrine.encoding import FloatArray, IntArray
from vitrine.rerank_desk import (
    DISTINCT,
    DISTINCT_SLOTS,
    LENGTH,
    LIMIT_SLOTS,
    LIMITS,
    MEASURES,
    PINS,
    REQUIRED,
    WITHIN_TASTE,
    Codes,
    Flags,
    Rules,
)

NODE_LIMIT = 1000
"""Most nodes of one search tree. A number of nodes, not of seconds, so that the slates are the same on any machine."""

INFEASIBLE = 2
"""Status of scipy."""
WHOLE = 1e-6
"""How far a number may be from the next whole one to be taken for it: the tolerance of HiGHS."""

NOTHING: IntArray = np.empty(0, np.int64)


@dataclass(frozen=True)
class Units:
    """What a program decides on: groups of candidates that are alike to every rule, or single candidates."""

    codes: Codes
    """Shape (units, attributes)."""
    most: IntArray
    """How many of each a slate may hold. Shape (units,), as all below."""
    is_reserve: Flags
    is_beyond: Flags
    """Whether it lies beyond the taste distance."""
    is_required: Flags
    kind: IntArray
    """Kind of each; products of one kind may stand in each other's slots."""

    def having(self, attribute: int, value: int) -> IntArray:
        """Return who has the value."""
        return np.flatnonzero(self.codes[:, attribute] == value) if value >= 0 else NOTHING


@dataclass(frozen=True)
class Sum:
    """A sum of variables times coefficients."""

    variables: IntArray
    coefficients: FloatArray

    def of(self, solution: FloatArray) -> int:
        """Return its value, a whole number."""
        return round(float(self.coefficients @ solution[self.variables]))

    def times(self, factor: int) -> "Sum":
        """Return so many times the sum."""
        return Sum(self.variables, self.coefficients * factor)


def plain_sum(variables: NDArray[np.int64], coefficient: float = 1.0) -> Sum:
    """Return variables that all have one coefficient."""
    return Sum(variables, np.full(len(variables), coefficient))


def joined(*sums: Sum) -> Sum:
    """Return the sum of sums; a variable may be in several."""
    return Sum(np.concatenate([one.variables for one in sums]), np.concatenate([one.coefficients for one in sums]))


class SlateProgram:
    """The slates that break no hard rule, and how much each keeps."""

    def __init__(self, rules: Rules, units: Units) -> None:
        self.rules, self.units = rules, units
        self._upper: list[float] = []
        self._rows: list[tuple[Sum, float, float]] = []
        self.chosen = self._variables(units.most)
        """How many of each unit the slate has."""
        self._add_caps()
        self._add_never()
        self.at = self._arrangement()
        """Which kind holds which slot, where that matters. Shape (kinds, slots), (0, 0) where it does not."""
        self.measures = self._measures()
        """What the slate keeps, as in `vitrine.rerank_kernels.set_measure`; the pins once `set_length` is called."""

    def require(self, what: Sum, low: float, high: float = np.inf) -> None:
        """Leave only slates of which a sum lies between two numbers."""
        self._rows.append((what, low, high))

    def set_length(self, length: int) -> None:
        """Count the pins of a slate of that length; without `always` pairs one is kept if its product is there."""
        kept = [NOTHING]
        for product, slot in self.rules.pins:
            is_it = self.units.having(0, product)
            if slot < length:
                kept.append(self.at[np.unique(self.units.kind[is_it]), slot] if len(self.at) else self.chosen[is_it])
        self.measures[PINS] = plain_sum(np.concatenate(kept))

    def widths(self) -> list[int]:
        """Return how far apart two slates can be in each measure."""
        upper = np.array(self._upper)
        widths = [min(int(upper[what.variables].sum()), self.rules.slot_count) for what in self.measures]
        for m in (LIMITS, LIMIT_SLOTS, DISTINCT, DISTINCT_SLOTS):
            widths[m] = int(upper[self.measures[m].variables].sum())
        widths[PINS] = sum(len(self.units.having(0, product)) for product, _ in self.rules.pins)
        return widths

    def maximise(self, objective: Sum, rows: Sequence[tuple[Sum, float]] = ()) -> FloatArray | None:
        """Return the best solution found with some more sums at or above some numbers, None without any."""
        count = len(self._upper)
        cost = np.zeros(count)
        np.subtract.at(cost, objective.variables, objective.coefficients)
        low = [*(row[1] for row in self._rows), *(least for _, least in rows)]
        high = [*(row[2] for row in self._rows), *(np.inf for _ in rows)]
        sums = [*(row[0] for row in self._rows), *(what for what, _ in rows)]
        ends = np.cumsum([0, *(len(what.variables) for what in sums)])
        whole = joined(*sums)
        matrix = csr_matrix((whole.coefficients, whole.variables, ends), shape=(len(sums), count))
        matrix.sum_duplicates()
        rules = LinearConstraint(matrix, low, high)
        # The relaxation has whole numbers more often than not, and takes a fraction of the time.
        for integrality in (0, 1):
            found = milp(
                cost,
                integrality=np.full(count, integrality),
                bounds=Bounds(0, np.array(self._upper)),
                constraints=rules,
                options={"mip_rel_gap": 0.0, "node_limit": NODE_LIMIT},
            )
            if "error" in found.message.lower():
                raise RuntimeError(f"The program of a slate is not one that HiGHS can read: {found.message}")
            if found.status == INFEASIBLE:
                return None
            if found.x is not None:
                solution: FloatArray = np.round(found.x)
                if integrality or np.abs(solution - found.x).max(initial=0) < WHOLE:
                    return solution
        return None

    def _variables(self, upper: IntArray) -> IntArray:
        first = len(self._upper)
        self._upper += upper.tolist()
        return np.arange(first, len(self._upper))

    def _add_caps(self) -> None:
        self.require(plain_sum(self.chosen), 0, self.rules.slot_count)
        for attribute, value, slots in self.rules.caps:
            codes = self.units.codes[:, attribute]
            for code in np.unique(codes[codes >= 0]) if value == -1 else [value]:
                group = self.units.having(attribute, code)
                if self.units.most[group].sum() > slots:
                    self.require(plain_sum(self.chosen[group]), 0, slots)

    def _add_never(self) -> None:
        slots = self.rules.slot_count
        for one, value, other, other_value in self.rules.never:
            group, other_group = self.units.having(one, value), self.units.having(other, other_value)
            if not len(group) or not len(other_group):
                continue
            both = np.intersect1d(group, other_group)
            (side,) = self._variables(np.ones(1, np.int64))
            for i in np.setdiff1d(group, both):
                most = float(self.units.most[i])
                self.require(Sum(np.array([self.chosen[i], side]), np.array([1.0, -most])), -most, 0)
            for i in np.setdiff1d(other_group, both):
                most = float(self.units.most[i])
                self.require(Sum(np.array([self.chosen[i], side]), np.array([1.0, most])), 0, most)
            for i in both:
                rest = np.setdiff1d(np.union1d(group, other_group), [i])
                alone = Sum(self.chosen[[i]], np.array([float(slots)]))
                self.require(joined(plain_sum(self.chosen[rest]), alone), 0, slots)

    def _arrangement(self) -> IntArray:
        if not len(self.rules.always):
            return np.empty((0, 0), np.int64)
        slots, units = self.rules.slot_count, self.units
        kinds, first = np.unique(units.kind, return_index=True)
        at = self._variables(np.ones(len(kinds) * slots, np.int64)).reshape(-1, slots)
        for slot in range(slots):
            self.require(plain_sum(at[:, slot]), 0, 1)
            if slot:
                self.require(joined(plain_sum(at[:, slot - 1]), plain_sum(at[:, slot], -1.0)), 0, 1)
        for kind in kinds:
            members = self.chosen[units.kind == kind]
            self.require(joined(plain_sum(at[kind]), plain_sum(members, -1.0)), 0, 0)
        for one, value, other, other_value in self.rules.always:
            leads = np.isin(first, units.having(one, value))
            follows = np.isin(first, units.having(other, other_value))
            for slot in range(slots):
                following = at[follows, slot + 1] if slot + 1 < slots else NOTHING
                self.require(joined(plain_sum(following), plain_sum(at[leads, slot], -1.0)), 0)
        return at

    def _measures(self) -> list[Sum]:
        measures = [plain_sum(NOTHING)] * MEASURES
        measures[LENGTH] = plain_sum(self.chosen)
        measures[REQUIRED] = plain_sum(self.chosen[self.units.is_required])
        served = [
            (self.chosen[self.units.having(attribute, value)], wanted) for attribute, value, wanted in self.rules.floors
        ]
        measures[LIMITS], measures[LIMIT_SLOTS] = self._shortfalls(served)
        shown = [(self._shown(attribute), wanted) for attribute, wanted in self.rules.spreads]
        measures[DISTINCT], measures[DISTINCT_SLOTS] = self._shortfalls(shown)
        measures[WITHIN_TASTE] = plain_sum(self.chosen[self.units.is_beyond], -1.0)
        return measures

    def _shown(self, attribute: int) -> IntArray:
        """Add which values of an attribute the slate shows, at most."""
        codes = self.units.codes[:, attribute]
        values = np.unique(codes[codes >= 0])
        shown = self._variables(np.ones(len(values), np.int64))
        for variable, code in zip(shown, values, strict=True):
            having = self.chosen[codes == code]
            self.require(joined(plain_sum(having), plain_sum(np.array([variable]), -1.0)), 0)
        return shown

    def _shortfalls(self, served: list[tuple[IntArray, int]]) -> tuple[Sum, Sum]:
        """Return how many get less than they want and how much less altogether, both below zero."""
        wanted = np.array([max(most, 0) for _, most in served], np.int64)
        is_broken, short = self._variables(np.ones(len(served), np.int64)), self._variables(wanted)
        for position, (variables, _) in enumerate(served):
            most = float(wanted[position])
            self.require(joined(plain_sum(variables), plain_sum(short[[position]])), most)
            pair = np.array([short[position], is_broken[position]])
            self.require(Sum(pair, np.array([1.0, -most])), -np.inf, 0)
        return plain_sum(is_broken, -1.0), plain_sum(short, -1.0)
