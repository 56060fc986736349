"""The compiled part of exploration: what else could stand in each slot of a slate, and filling the slots one by one.

What may stand where is asked of the functions of the re-ranker, so that no rule is written twice; who wins
is `vitrine.explore_wins`. numba keeps what is compiled on disk and notices a change in this file only, so the entries
below close over a stamp of those: numba looks at the values that a function closes over.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from vitrine import explore_wins, rerank_kernels
from vitrine.compiled import entry, inner
from vitrine.encoding import FloatArray, IntArray
from vitrine.explore_wins import Play, Table, set_wins, uniform, winner
from vitrine.rerank_desk import COMMITTED, MEASURES, PRESENT, QUOTA, Desk, Flags, Pool, Rules, Slates, Tastes, stamp_of
from vitrine.rerank_fits import fits, follows, owes
from vitrine.rerank_kernels import note_relaxed
from vitrine.rerank_measures import are_apart, set_measure
from vitrine.rerank_methods import drop_impossible, load_customer, note_pick, set_values, start_method

EXACT_SLOTS = 2
"""Slots of a slate whose probabilities come from every choice for the slot before; later ones from sampled paths."""


class Explored(NamedTuple):
    """The results."""

    rows: IntArray
    """Row numbers of the slates that are shown, -1 in empty slots. Shape (customers, slots)."""
    marginals: FloatArray
    relaxed: Flags
    slots: IntArray
    """Slots open to exploration, from the first to the last, -1 for none. Shape (customers, exploring slots)."""
    probabilities: FloatArray
    """Probability of each row in each exploring slot, 0 where it cannot stand. Shape (exploring slots, rows)."""
    addends: FloatArray
    """What the draw, or the bound, adds to the score of who holds the slot. Shape (customers, slots)."""
    is_asked: Flags
    """Rows that could stand in an exploring slot beside the greedy slate. Shape (rows,)."""


# -- Who could stand in a slot ---------------------------------------------------------------------------------


@inner
def set_committed(desk: Desk, size: int, slot: int) -> None:
    """Count all of the slate but one slot towards the limits."""
    filled = 0
    for other in range(size):
        if other != slot:
            desk.committed[filled] = desk.slots[other].slate
            filled += 1
    desk.tally[COMMITTED] = filled


@inner
def keeps_hard_rules(rules: Rules, desk: Desk, size: int, slot: int, i: int) -> bool:
    """Return whether a candidate breaks no cap and no pair in a slot of the slate, whose other slots are committed."""
    if not desk.items[i].is_candidate or not fits(rules, desk, i, 0):
        return False
    for other in range(size):
        there = desk.slots[other].slate
        if other != slot and (there == i or are_apart(rules, desk, i, there)):
            return False
    if len(rules.always) > 0:
        if slot > 0 and not follows(rules, desk, desk.slots[slot - 1].slate, i):
            return False
        if slot + 1 < size:
            return follows(rules, desk, i, desk.slots[slot + 1].slate)
        return not owes(rules, desk, i)
    return True


@inner
def keeps_soft_rules(rules: Rules, desk: Desk, count: int, size: int, slot: int, i: int, table: Table) -> bool:
    """Return whether each soft rule keeps what it has in the greedy slate, with a candidate in a slot."""
    before = desk.slots[slot].slate
    if desk.items[i].tier > desk.items[table.greedy[slot]].tier:
        return False
    if rules.method == QUOTA and desk.codes[i, 1] != desk.codes[table.greedy[slot], 1]:
        return False
    desk.slots[slot].slate = i
    set_measure(rules, desk, count, size)
    note_relaxed(rules, desk, count, size, desk.measures[PRESENT], table.relaxed)
    desk.slots[slot].slate = before
    for m in range(MEASURES):
        if desk.measures[PRESENT, m] < table.measure[m]:
            return False
    is_kept = True
    for name in range(len(table.relaxed)):
        is_kept = is_kept and (table.baseline[name] or not table.relaxed[name])
    return is_kept


@inner
def gather(
    pool: Pool, rules: Rules, play: Play, begin: int, count: int, size: int, slot: int, desk: Desk, table: Table
) -> int:
    """Set who competes for a slot, the greedy choice first, the others by score; return how many."""
    greedy = table.greedy[slot]
    table.members[0] = greedy
    members = 1
    least = pool.score[pool.rows[begin + greedy]] - play.loss
    set_committed(desk, size, slot)
    for i in range(count):
        row = pool.rows[begin + i]
        if members == play.most:
            break
        if i == greedy or pool.score[row] < least or play.posterior[row] < 0 or play.is_closed[row]:
            continue
        if keeps_hard_rules(rules, desk, size, slot, i) and keeps_soft_rules(rules, desk, count, size, slot, i, table):
            table.members[members] = i
            members += 1
    for m in range(members):
        row = pool.rows[begin + table.members[m]]
        table.odds[m] = pool.score[row] / play.scale
        if not play.is_drawn and play.posterior[row] >= 0:
            table.odds[m] += play.posteriors.shift[play.posterior[row]]
    return members


# -- One customer ----------------------------------------------------------------------------------------------


@inner
def load_slate(pool: Pool, rules: Rules, customer: int, slates: Slates, desk: Desk, table: Table) -> tuple[int, int]:
    """Bring a customer and his greedy slate to the desk; return the numbers of candidates and of filled slots."""
    count = load_customer(pool, rules, customer, desk)
    drop_impossible(rules, desk, count)
    size = 0
    for slot in range(rules.slot_count):
        for i in range(count):
            if pool.rows[pool.starts[customer] + i] == slates.rows[customer, slot]:
                desk.slots[slot].slate = table.greedy[slot] = i
                size = slot + 1
                break
    for i in range(count):
        desk.items[i].is_committed = False
    set_measure(rules, desk, count, size)
    table.measure[:] = desk.measures[PRESENT]
    note_relaxed(rules, desk, count, size, desk.measures[PRESENT], table.baseline)
    return count, size


@inner
def open_slots(rules: Rules, play: Play, size: int, desk: Desk, opened: IntArray) -> int:
    """Set the last slots that hold neither a pinned nor a required product, in ascending order; return how many."""
    found = 0
    opened[:] = -1
    for slot in range(size - 1, -1, -1):
        i = desk.slots[slot].slate
        is_free = not desk.items[i].is_required
        for p in range(len(rules.pins)):
            is_free = is_free and not (rules.pins[p, 1] == slot and rules.pins[p, 0] == desk.codes[i, 0])
        if is_free and found < play.slot_count:
            opened[found] = slot
            found += 1
    for place in range(found // 2):
        other = opened[place]
        opened[place] = opened[found - 1 - place]
        opened[found - 1 - place] = other
    return found


@inner
def ask_customer(
    pool: Pool, rules: Rules, play: Play, customer: int, slates: Slates, desk: Desk, table: Table, found: Explored
) -> None:
    """Mark which products could stand in an exploring slot beside the greedy slate."""
    count, size = load_slate(pool, rules, customer, slates, desk, table)
    begin = pool.starts[customer]
    for place in range(open_slots(rules, play, size, desk, found.slots[customer])):
        members = gather(pool, rules, play, begin, count, size, found.slots[customer, place], desk, table)
        for m in range(1, members):
            found.is_asked[pool.rows[begin + table.members[m]]] = True


@inner
def explore_customer(
    pool: Pool,
    rules: Rules,
    tastes: Tastes,
    play: Play,
    customer: int,
    slates: Slates,
    desk: Desk,
    table: Table,
    firsts: IntArray,
    first_wins: FloatArray,
    found: Explored,
) -> None:
    """Set the probabilities of each exploring slot, then choose for one after the other."""
    count, size = load_slate(pool, rules, customer, slates, desk, table)
    begin = pool.starts[customer]
    opened = found.slots[customer]
    slot_count = open_slots(rules, play, size, desk, opened)
    if slot_count > 0:
        first_count = gather(pool, rules, play, begin, count, size, opened[0], desk, table)
        set_wins(pool, play, begin, first_count, table)
        for m in range(first_count):
            firsts[m], first_wins[m] = table.members[m], table.wins[m]
            found.probabilities[0, pool.rows[begin + firsts[m]]] = first_wins[m]
    if slot_count > 1:
        for one in range(first_count):
            if first_wins[one] > 0:
                desk.slots[opened[0]].slate = firsts[one]
                members = gather(pool, rules, play, begin, count, size, opened[1], desk, table)
                set_wins(pool, play, begin, members, table)
                for m in range(members):
                    row = pool.rows[begin + table.members[m]]
                    found.probabilities[1, row] += first_wins[one] * table.wins[m]
        desk.slots[opened[0]].slate = table.greedy[opened[0]]
    for place in range(slot_count):
        slot = opened[place]
        members = gather(pool, rules, play, begin, count, size, slot, desk, table)
        pick, found.addends[customer, slot] = winner(
            pool, play, begin, members, play.customer_keys[customer], slot, table
        )
        desk.slots[slot].slate = table.path[place] = pick
    if slot_count > EXACT_SLOTS:
        sample_paths(pool, rules, play, customer, begin, count, size, slot_count, desk, table, found)
        for place in range(slot_count):
            desk.slots[opened[place]].slate = table.path[place]
    write_explored(pool, rules, tastes, customer, begin, count, size, slates, desk, table, found)


@inner
def sample_paths(
    pool: Pool,
    rules: Rules,
    play: Play,
    customer: int,
    begin: int,
    count: int,
    size: int,
    slot_count: int,
    desk: Desk,
    table: Table,
    found: Explored,
) -> None:
    """Set the probabilities of the later slots: the mean over sampled choices for the slots before, each exact.

    The choices of the release are one of the samples, so that no product that is shown has the probability 0.
    """
    opened = found.slots[customer]
    for path in range(play.path_count):
        for place in range(slot_count):
            desk.slots[opened[place]].slate = table.greedy[opened[place]]
        for place in range(slot_count):
            slot = opened[place]
            members = gather(pool, rules, play, begin, count, size, slot, desk, table)
            if place >= EXACT_SLOTS or path > 0:
                set_wins(pool, play, begin, members, table)
            if place >= EXACT_SLOTS:
                for m in range(members):
                    row = pool.rows[begin + table.members[m]]
                    found.probabilities[place, row] += table.wins[m] / play.path_count
            pick = table.path[place]
            if path > 0:
                share = uniform(play.customer_keys[customer], np.uint64(0), slot, path)
                at = 0
                while at < members - 1 and share >= table.wins[at]:
                    share -= table.wins[at]
                    at += 1
                pick = table.members[at]
            desk.slots[slot].slate = pick


@inner
def write_explored(
    pool: Pool,
    rules: Rules,
    tastes: Tastes,
    customer: int,
    begin: int,
    count: int,
    size: int,
    slates: Slates,
    desk: Desk,
    table: Table,
    found: Explored,
) -> None:
    """Copy the slate to the results, with what each product was worth in its slot beside those above it."""
    is_changed = False
    for slot in range(size):
        is_changed = is_changed or desk.slots[slot].slate != table.greedy[slot]
    if not is_changed:
        return
    set_measure(rules, desk, count, size)
    note_relaxed(rules, desk, count, size, desk.measures[PRESENT], found.relaxed[customer])
    for i in range(count):
        desk.items[i].is_open = False
    method = start_method(rules, tastes, customer, desk, count)
    for slot in range(size):
        pick = desk.slots[slot].slate
        set_values(rules, method, desk, count, slot, pick)
        found.rows[customer, slot] = pool.rows[begin + pick]
        found.marginals[customer, slot] = desk.items[pick].value
        note_pick(rules, method, desk, count, pick, slot)


# -- What Python calls -----------------------------------------------------------------------------------------


def compiled_for(stamp: int) -> tuple[Callable[..., None], Callable[..., None]]:
    """Return the entries, as compiled with the functions of other files that have that stamp."""

    @entry
    def ask(
        pool: Pool,
        rules: Rules,
        play: Play,
        customers: IntArray,
        slates: Slates,
        desk: Desk,
        table: Table,
        found: Explored,
    ) -> None:
        """Mark what some customers' exploring slots could hold."""
        assert stamp >= 0
        for customer in customers:
            ask_customer(pool, rules, play, customer, slates, desk, table, found)

    @entry
    def choose_for(
        pool: Pool,
        rules: Rules,
        tastes: Tastes,
        play: Play,
        customers: IntArray,
        slates: Slates,
        desk: Desk,
        table: Table,
        found: Explored,
    ) -> None:
        """Fill the exploring slots of some customers."""
        assert stamp >= 0
        firsts, first_wins = np.zeros(play.most, np.int64), np.zeros(play.most)
        for customer in customers:
            explore_customer(pool, rules, tastes, play, customer, slates, desk, table, firsts, first_wins, found)

    return ask, choose_for


ask, choose_for = compiled_for(stamp_of((*rerank_kernels.CALLED, rerank_kernels, explore_wins)))
