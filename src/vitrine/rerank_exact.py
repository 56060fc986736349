"""The slate that keeps the most, where greedy choice cannot show that its own does.

An integer program (`vitrine.rerank_program`) says how much any slate can keep, with one variable for all candidates
that are alike to every rule; only where that is more than the slate at hand keeps, a second one with a variable a
candidate says which products have the fewest reserves and the greatest relevance.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from vitrine.encoding import FloatArray, IntArray
from vitrine.rerank_desk import (
    BOUND,
    LENGTH,
    MEASURES,
    PINS,
    Codes,
    Flags,
    Plan,
    Pool,
    Records,
    Rules,
    Slates,
    Tastes,
    make_desk,
)
from vitrine.rerank_kernels import inspect_customer, rank_customers
from vitrine.rerank_program import SlateProgram, Sum, Units, joined

CUSTOMERS_A_TASK, MOST_THREADS = 16, 4
MOST_WEIGHT = 100_000
"""Measures are maximised at once, each weighing more than all weaker ones together, up to this weight."""


@dataclass(frozen=True)
class _Candidates:
    """The candidates that can matter to the best slate."""

    place: IntArray
    """Position of each among all candidates of the customer. Shape (candidates,), as below."""
    relevance: FloatArray
    alike: IntArray
    """Class of each."""
    rank: IntArray
    """Place of each in its class, by relevance."""
    units: Units
    """Each by itself."""

    def classes(self) -> Units:
        """Return the classes of those who are alike to every rule."""
        _, first, count = np.unique(self.alike, return_index=True, return_counts=True)
        of = self.units
        return Units(
            of.codes[first], count, of.is_reserve[first], of.is_beyond[first], of.is_required[first], of.kind[first]
        )


def improve_each(pool: Pool, rules: Rules, tastes: Tastes, customers: IntArray, slates: Slates) -> None:
    """Replace slates by ones that keep more, where there are any.

    In threads, since HiGHS releases the interpreter lock; in few of them, since what prepares its programs does not.
    """

    def improve_some(some: IntArray) -> None:
        for customer in some:
            improve(pool, rules, tastes, int(customer), slates)

    tasks = np.array_split(customers, -(-len(customers) // CUSTOMERS_A_TASK)) if len(customers) else []
    with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS)) as threads:
        list(threads.map(improve_some, tasks))


def improve(pool: Pool, rules: Rules, tastes: Tastes, customer: int, slates: Slates) -> bool:
    """Replace a customer's slate by one that keeps more, if there is one, and return whether there was."""
    current = slates.measures[customer].astype(np.int64)
    only = np.array([customer])
    desk = make_desk(pool, rules, tastes, only)
    inspect_customer(pool, rules, customer, int(current[LENGTH]), desk)
    plan = _plan(rules, _reduced(rules, desk.codes, desk.items), current, desk.measures[BOUND])
    if plan is None:
        return False
    rank_customers(pool, rules, tastes, only, desk, plan, slates)
    return True


def _reduced(rules: Rules, codes: Codes, items: Records) -> _Candidates:
    """Keep of candidates that are alike to every rule the most relevant ones, as many as a slate can hold."""
    place = np.flatnonzero(items["is_candidate"])
    codes, items = codes[place], items[place]
    columns = [items["tier"], items["is_required"], *_kind_columns(rules, codes)]
    most = np.full(len(place), rules.slot_count)
    for attribute, value, slots in rules.caps:
        group = _crowded(codes[:, attribute], value, slots)
        columns.append(group)
        most[group >= 0] = np.minimum(most[group >= 0], slots)
    columns += [_has(codes, attribute, value) for attribute, value, _ in rules.floors]
    columns += [codes[:, attribute] for attribute, _ in rules.spreads]
    for one, value, other, other_value in rules.never:
        sides = [_has(codes, one, value), _has(codes, other, other_value)]
        if sides[0].any() and sides[1].any():
            columns += sides
            most[sides[0] & sides[1]] = 1
    _, alike = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    alike = alike.reshape(-1)
    order = np.lexsort((np.arange(len(place)), -items["relevance"], alike))
    rank = np.arange(len(order)) - np.searchsorted(alike[order], alike[order])
    rank_of = np.empty_like(rank)
    rank_of[order] = rank
    kept = np.flatnonzero(rank_of < most)
    codes, items = codes[kept], items[kept]
    _, kind = np.unique(np.column_stack(_kind_columns(rules, codes)), axis=0, return_inverse=True)
    units = Units(
        codes,
        np.ones(len(kept), np.int64),
        items["tier"] % 2 == 1,
        items["tier"] >= 2,
        items["is_required"],
        kind.reshape(-1),
    )
    _, alike = np.unique(alike[kept], return_inverse=True)
    return _Candidates(place[kept], items["relevance"], alike, rank_of[kept], units)


def _has(codes: Codes, attribute: int, value: int) -> Flags:
    """Return who has the value; nobody has one below 0."""
    return np.asarray((codes[:, attribute] == value) & (value >= 0))


def _crowded(codes: Codes, value: int, slots: int) -> IntArray:
    """Return the values of which there are more than a cap allows, -1 elsewhere: there the cap makes no difference."""
    codes = np.where((codes == value) | (value == -1), codes, -1)
    counts = np.bincount(codes[codes >= 0], minlength=1)
    return np.where((codes >= 0) & (counts[codes] > slots), codes, -1)


def _kind_columns(rules: Rules, codes: Codes) -> list[Flags]:
    """Return which pins and groups of the `always` pairs each candidate is in: the rules by which order matters."""
    columns = [np.zeros(len(codes), np.bool_), *(codes[:, 0] == product for product, _ in rules.pins)]
    for one, value, other, other_value in rules.always:
        columns += [_has(codes, one, value), _has(codes, other, other_value)]
    return columns


def _plan(rules: Rules, of: _Candidates, current: IntArray, bound: IntArray) -> Plan | None:
    """Return a slate that keeps more than the current one, None where there is none."""
    if not len(of.place):
        return None
    program = SlateProgram(rules, of.classes())
    counts = _most_kept(program, current, bound)
    if counts is None:
        return None
    singles = SlateProgram(rules, of.units)
    singles.set_length(program.measures[LENGTH].of(counts))
    worth = of.relevance - of.units.is_reserve * 4.0 * rules.slot_count
    kept = [(what, mine.of(counts)) for what, mine in zip(singles.measures, program.measures, strict=True)]
    solution = singles.maximise(Sum(singles.chosen, worth), kept)
    if solution is None:  # the limit came first: the most relevant of each class
        picked = np.flatnonzero(of.rank < counts[program.chosen][of.alike])
        at, solution = program.at, counts
    else:
        picked, at = np.flatnonzero(solution[singles.chosen] > 0.5), singles.at
    kind_at = np.argmax(solution[at[:, : len(picked)]], axis=0) if len(at) else np.full(len(picked), -1)
    return Plan(of.place[picked], of.units.kind[picked], kind_at.astype(np.int64))


def _most_kept(program: SlateProgram, current: IntArray, bound: IntArray) -> FloatArray | None:
    """Return a slate that keeps the most, in numbers of each class; None where none keeps more than the current one."""
    differing = np.flatnonzero(current != bound)
    if not len(differing) or current[differing[0]] > bound[differing[0]]:
        return None
    best: FloatArray | None = None
    kept = current.copy()
    if differing[0] > LENGTH:
        program.set_length(int(current[LENGTH]))
        for m in range(differing[0]):
            program.require(program.measures[m], kept[m])
    for group, weights in _groups(program.widths(), int(differing[0])):
        objective = joined(*(program.measures[m].times(weight) for m, weight in zip(group, weights, strict=True)))
        better = ((objective, float(weights @ current[group]) + 1),) if best is None else ()
        solution = program.maximise(objective, better)
        best = best if solution is None else solution
        if best is not None:
            kept[group] = [program.measures[m].of(best) for m in group]
        for m in group:
            program.require(program.measures[m], kept[m])
        if LENGTH in group:
            program.set_length(int(kept[LENGTH]))
    return best


def _groups(widths: list[int], first: int) -> Iterator[tuple[list[int], IntArray]]:
    """Yield the measures from `first` on in groups, each with weights by which one counts more than all weaker ones."""
    group: list[int] = []
    for m in range(first, MEASURES):
        group.append(m)
        is_last = m + 1 == MEASURES
        # Which pins count depends on the length.
        is_alone = m == LENGTH and widths[PINS] > 0
        if is_last or is_alone or np.prod([float(widths[one] + 1) for one in [*group, m + 1]]) > MOST_WEIGHT:
            factors = [widths[one] + 1 for one in group]
            yield group, np.array([np.prod(factors[position + 1 :]) for position in range(len(group))], np.int64)
            group = []
