"""The slate that keeps the most, where greedy choice cannot show that its own does.

One 0/1 variable a candidate, decided by HiGHS (Huangfu and Hall, "Parallelizing the dual revised simplex method",
Mathematical Programming Computation 2018) through scipy. The measures of `vitrine.rerank_kernels.set_measure` are
maximised one after the other, each held fixed for those after it. Who stands where matters to `always` pairs only: for
them a second set of variables says which kind of product holds which slot, kinds being the pins and the groups of the
pairs, so that their number does not grow with the candidates.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from vitrine.encoding import FloatArray, IntArray
from vitrine.rerank_kernels import (
    BOUND,
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
    Plan,
    Pool,
    Records,
    Rules,
    Slates,
    Tastes,
    inspect_customer,
    make_desk,
    rank_customers,
)


@dataclass
class _Program:
    """An integer program under construction."""

    upper: list[float] = field(default_factory=list)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def variables(self, count: int, upper: float = 1) -> IntArray:
        """Add variables from 0 to `upper` and return their positions."""
        first = len(self.upper)
        self.upper += [upper] * count
        return np.arange(first, first + count)

    def require(self, terms: dict[int, float], low: float, high: float) -> None:
        """Add low <= sum of coefficient times variable <= high."""
        self.rows.append((terms, low, high))

    def maximise(self, terms: dict[int, float]) -> FloatArray | None:
        """Return the variables of a best solution, None where there is none."""
        count = len(self.upper)
        objective = np.zeros(count)
        for variable, coefficient in terms.items():
            objective[variable] = -coefficient
        at: list[int] = []
        variables: list[int] = []
        coefficients: list[float] = []
        for position, (row, _, _) in enumerate(self.rows):
            at += [position] * len(row)
            variables += row.keys()
            coefficients += row.values()
        matrix = csr_matrix((coefficients, (at, variables)), shape=(len(self.rows), count))
        found = milp(
            objective,
            integrality=np.ones(count),
            bounds=Bounds(0, np.array(self.upper)),
            constraints=LinearConstraint(matrix, [row[1] for row in self.rows], [row[2] for row in self.rows]),
            options={"mip_rel_gap": 0.0},
        )
        return None if found.x is None else np.round(found.x)


@dataclass(frozen=True)
class _Customer:
    """The candidates that the program decides on."""

    place: IntArray
    """Position of each among all candidates of the customer."""
    codes: Codes
    tier: IntArray
    is_required: Flags
    relevance: FloatArray
    kind: IntArray
    """Kind of each, see `_kinds`; products of one kind may stand in each other's slots."""
    kind_count: int

    def having(self, attribute: int, value: int) -> Flags:
        """Return who has the value."""
        return np.asarray((self.codes[:, attribute] == value) & (value >= 0))


def improve(pool: Pool, rules: Rules, tastes: Tastes, customer: int, slates: Slates) -> bool:
    """Replace a customer's slate by one that keeps more, if there is one, and return whether there was."""
    current = slates.measures[customer].astype(np.int64)
    only = np.array([customer])
    desk = make_desk(pool, rules, tastes, only)
    inspect_customer(pool, rules, customer, int(current[LENGTH]), desk)
    plan = _decide(rules, _reduced(rules, desk.codes, desk.items), current, desk.measures[BOUND])
    if plan is None:
        return False
    rank_customers(pool, rules, tastes, only, desk, plan, slates)
    return True


def _reduced(rules: Rules, codes: Codes, items: Records) -> _Customer:
    """Keep of candidates that are alike to every rule the most relevant ones, as many as there are slots."""
    place = np.flatnonzero(items["is_candidate"])
    codes, items = codes[place], items[place]
    tier, is_required, relevance = items["tier"], items["is_required"], items["relevance"]
    columns = [tier, is_required.astype(np.int64)]
    for attribute, value, _ in [*rules.caps, *rules.floors]:
        columns.append(codes[:, attribute] if value == -1 else codes[:, attribute] == value)
    columns += [codes[:, attribute] for attribute, _ in rules.spreads]
    for one, value, other, other_value in [*rules.never, *rules.always]:
        columns += [codes[:, one] == value, codes[:, other] == other_value]
    columns += [codes[:, 0] == product for product, _ in rules.pins]
    _, alike = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    alike = alike.reshape(-1)
    order = np.lexsort((np.arange(len(place)), -relevance, alike))
    rank = np.arange(len(order)) - np.searchsorted(alike[order], alike[order])
    kept = np.sort(order[rank < rules.slot_count])
    kind, count = _kinds(rules, codes[kept])
    return _Customer(place[kept], codes[kept], tier[kept], is_required[kept], relevance[kept], kind, count)


def _kinds(rules: Rules, codes: Codes) -> tuple[IntArray, int]:
    """Number the candidates by pin and by the groups of the `always` pairs that they are in."""
    columns = [np.zeros(len(codes), np.bool_), *(codes[:, 0] == product for product, _ in rules.pins)]
    for one, value, other, other_value in rules.always:
        columns += [(codes[:, one] == value) & (value >= 0), (codes[:, other] == other_value) & (other_value >= 0)]
    kinds, kind = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    return kind.reshape(-1), len(kinds)


def _decide(rules: Rules, of: _Customer, current: IntArray, bound: IntArray) -> Plan | None:
    """Return a slate that keeps more than the current one, None where there is none."""
    program = _Program()
    chosen = program.variables(len(of.place))
    _add_hard_rules(program, rules, of, chosen)
    at = _add_arrangement(program, rules, of, chosen)
    measures = _add_measures(program, rules, of, chosen)
    is_better, length = False, 0
    for m in range(MEASURES):
        best = int(current[m])
        if m == PINS:
            measures[m] = _pins_kept(rules, of, chosen, at, length)
        if measures[m] and (is_better or best < bound[m]):
            solution = program.maximise(measures[m])
            if solution is None:
                return None
            best = round(sum(coefficient * solution[v] for v, coefficient in measures[m].items()))
            is_better = is_better or best > current[m]
        if measures[m]:
            program.require(measures[m], best, np.inf)
        if m == LENGTH:
            length = best
    if not is_better:
        return None
    worth = {
        int(v): relevance - (tier % 2) * 4.0 * rules.slot_count
        for v, relevance, tier in zip(chosen, of.relevance, of.tier, strict=True)
    }
    solution = program.maximise(worth)
    if solution is None:
        return None
    picked = np.flatnonzero(solution[chosen] > 0.5)
    kind_at = np.argmax(solution[at[:, : len(picked)]], axis=0) if len(at) else np.full(len(picked), -1)
    return Plan(of.place[picked], of.kind[picked], kind_at.astype(np.int64))


def _ones(variables: NDArray[np.int64], coefficient: float = 1.0) -> dict[int, float]:
    return {int(variable): coefficient for variable in variables}


def _add_hard_rules(program: _Program, rules: Rules, of: _Customer, chosen: IntArray) -> None:
    program.require(_ones(chosen), 0, rules.slot_count)
    for attribute, value, slots in rules.caps:
        codes = of.codes[:, attribute]
        for code in np.unique(codes[codes >= 0]) if value == -1 else [value]:
            group = np.flatnonzero((codes == code) & (code >= 0))
            if len(group) > slots:
                program.require(_ones(chosen[group]), 0, slots)
    for one, value, other, other_value in rules.never:
        in_one, in_other = of.having(one, value), of.having(other, other_value)
        (side,) = program.variables(1)
        for i in np.flatnonzero(in_one & ~in_other):
            program.require({int(chosen[i]): 1, int(side): -1}, -1, 0)
        for i in np.flatnonzero(in_other & ~in_one):
            program.require({int(chosen[i]): 1, int(side): 1}, 0, 1)
        for i in np.flatnonzero(in_one & in_other):
            rest = np.setdiff1d(np.flatnonzero(in_one | in_other), [i])
            program.require(_ones(chosen[rest]) | {int(chosen[i]): float(rules.slot_count)}, 0, rules.slot_count)


def _add_arrangement(program: _Program, rules: Rules, of: _Customer, chosen: IntArray) -> IntArray:
    """Add which kind holds which slot, where that matters. Shape (kinds, slots), (0, 0) where it does not."""
    if not len(rules.always):
        return np.empty((0, 0), np.int64)
    slots = rules.slot_count
    at = program.variables(of.kind_count * slots).reshape(of.kind_count, slots)
    for slot in range(slots):
        program.require(_ones(at[:, slot]), 0, 1)
        if slot:
            program.require(_ones(at[:, slot - 1]) | _ones(at[:, slot], -1.0), 0, 1)
    in_kind = [np.flatnonzero(of.kind == kind) for kind in range(of.kind_count)]
    for kind, members in enumerate(in_kind):
        program.require(_ones(at[kind]) | _ones(chosen[members], -1.0), 0, 0)
    for one, value, other, other_value in rules.always:
        first = [kind for kind, members in enumerate(in_kind) if of.having(one, value)[members[0]]]
        then = [kind for kind, members in enumerate(in_kind) if of.having(other, other_value)[members[0]]]
        for slot in range(slots):
            following = _ones(at[then, slot + 1]) if slot + 1 < slots else {}
            program.require(following | _ones(at[first, slot], -1.0), 0, np.inf)
    return np.asarray(at)


def _pins_kept(rules: Rules, of: _Customer, chosen: IntArray, at: IntArray, length: int) -> dict[int, float]:
    """Return the pins kept, as a sum; without `always` pairs a pin is kept where its product and its slot are."""
    kept: dict[int, float] = {}
    for product, slot in rules.pins:
        is_it = of.having(0, product)
        if slot < length:
            kept |= _ones(at[np.unique(of.kind[is_it]), slot] if len(at) else chosen[is_it])
    return kept


def _add_measures(program: _Program, rules: Rules, of: _Customer, chosen: IntArray) -> list[dict[int, float]]:
    """Add what is counted, and return each measure as a sum to be maximised."""
    measures: list[dict[int, float]] = [{} for _ in range(MEASURES)]
    measures[LENGTH] = _ones(chosen)
    measures[REQUIRED] = _ones(chosen[of.is_required])
    for attribute, value, wanted in rules.floors:
        served = _ones(chosen[of.having(attribute, value)])
        _add_shortfall(program, served, int(wanted), measures[LIMITS], measures[LIMIT_SLOTS])
    for attribute, wanted in rules.spreads:
        codes = of.codes[:, attribute]
        values = np.unique(codes[codes >= 0])
        shown = program.variables(len(values))
        for variable, code in zip(shown, values, strict=True):
            program.require(_ones(chosen[codes == code]) | {int(variable): -1.0}, 0, np.inf)
        _add_shortfall(program, _ones(shown), int(wanted), measures[DISTINCT], measures[DISTINCT_SLOTS])
    measures[WITHIN_TASTE] = _ones(chosen[of.tier >= 2], -1.0)
    return measures


def _add_shortfall(
    program: _Program, served: dict[int, float], wanted: int, broken: dict[int, float], missing: dict[int, float]
) -> None:
    """Add whether fewer than wanted are served, and by how many."""
    if wanted <= 0:
        return
    (is_broken,) = program.variables(1)
    (short,) = program.variables(1, wanted)
    program.require(served | {int(short): 1.0}, wanted, np.inf)
    program.require({int(short): 1.0, int(is_broken): -float(wanted)}, -np.inf, 0)
    broken[int(is_broken)] = missing[int(short)] = -1.0
