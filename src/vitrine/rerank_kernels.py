"""The compiled part of the re-ranker: one customer after the other, in plain loops over small arrays.

One driver fills the slots from the first to the last for every method: the method says what each candidate would be
worth in the next slot (`vitrine.rerank_methods`), the driver which candidates may stand there (`vitrine.rerank_fits`;
`vitrine.rerank` states the rules). The functions hold no Python object and release the interpreter lock, so that
customers are shared out over plain threads: numba's own threads may not be started from two Python threads at once.
"""

from collections.abc import Callable

from vitrine import compiled, rerank_bounds, rerank_desk, rerank_fits, rerank_measures, rerank_methods
from vitrine.compiled import entry, inner
from vitrine.encoding import IntArray
from vitrine.rerank_bounds import set_bound, tighten_bound
from vitrine.rerank_desk import (
    ARRANGED,
    BOUND,
    COMMITTED,
    HELD,
    KEPT,
    LENGTH,
    LOOK_AHEAD,
    MEASURES,
    ORDER,
    PRESENT,
    REQUIRED,
    SERVE_FIRST,
    WITHIN_TASTE,
    Desk,
    Flags,
    Plan,
    Pool,
    Rules,
    Slates,
    Tastes,
    stamp_of,
)
from vitrine.rerank_fits import can_be_followed, choose, commit, set_urgencies, start_needs
from vitrine.rerank_measures import compared, distinct_in_slate, keep, restrict_to_kept, restrict_to_plan, set_measure
from vitrine.rerank_methods import belongs, drop_impossible, load_customer, note_pick, set_values, start_method


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


@inner
def rank_customer(pool: Pool, rules: Rules, tastes: Tastes, customer: int, desk: Desk, plan: Plan) -> bool:
    """Leave the customer's best slate found on the desk (`kept`) and return whether a better one may exist.

    One loop with one call, since each call would be compiled anew. Looking ahead comes first. Serving every need
    before anything else may find what that missed; the products found so are then brought into the method's order.
    """
    count = load_customer(pool, rules, customer, desk)
    length, stage, is_open_question = rules.slot_count, LOOK_AHEAD, False
    for m in range(MEASURES):
        desk.measures[KEPT, m] = -32768
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
    for slot in range(rules.slot_count):
        slates[customer, slot] = -1
    for m in range(MEASURES):
        found.measures[customer, m] = desk.measures[KEPT, m]
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


def compiled_for(stamp: int) -> tuple[Callable[..., None], Callable[..., int]]:
    """Return the entries, as compiled with the functions of other files that have that stamp."""

    @entry
    def rank_customers(
        pool: Pool, rules: Rules, tastes: Tastes, customers: IntArray, desk: Desk, plan: Plan, found: Slates
    ) -> None:
        """Make the slates of some customers."""
        assert stamp >= 0
        for customer in customers:
            found.is_open_question[customer] = rank_customer(pool, rules, tastes, customer, desk, plan)
            write(pool, rules, customer, desk, found)

    @entry
    def inspect_customer(pool: Pool, rules: Rules, customer: int, length: int, desk: Desk) -> int:
        """Load a customer whose slate has `length` products and return the number of candidates.

        Sets codes, tier, is_required, is_candidate, relevance and the bound of the measures.
        """
        assert stamp >= 0
        count = load_customer(pool, rules, customer, desk)
        drop_impossible(rules, desk, count)
        set_bound(rules, desk, count, length)
        tighten_bound(rules, desk, count)
        return count

    return rank_customers, inspect_customer


CALLED = (compiled, rerank_desk, rerank_methods, rerank_fits, rerank_measures, rerank_bounds)
rank_customers, inspect_customer = compiled_for(stamp_of(CALLED))
