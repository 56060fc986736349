"""The compiled part of exploration: what else could stand in a slot, how likely each is to win it, and who does.

What may stand where is asked of the functions of `vitrine.rerank_kernels`, so that no rule is written twice. numba
keeps what is compiled on disk and notices a change in this file only, so the entries below close over a stamp of that
one: numba looks at the values that a function closes over.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from vitrine import rerank_kernels
from vitrine.encoding import FloatArray, IntArray
from vitrine.rerank_kernels import (
    COMMITTED,
    MEASURES,
    PRESENT,
    QUOTA,
    Codes,
    Desk,
    Flags,
    Pool,
    Rules,
    Slates,
    Tastes,
    are_apart,
    drop_impossible,
    entry,
    fits,
    follows,
    inner,
    load_customer,
    note_pick,
    note_relaxed,
    owes,
    set_measure,
    set_values,
    start_method,
    tiny,
)

Keys = NDArray[np.uint64]

EXACT_SLOTS = 2
"""Slots of a slate whose probabilities come from every choice for the slot before; later ones from sampled paths."""
WIDEST_STEP = 0.5
"""Step of the quadrature in log-odds: far below what the width of a strip of pi, in which the density of the log-odds
of a Beta draw is analytic, asks of the trapezoidal rule."""
STEPS_A_DEVIATION = 1.25
"""Steps in a standard deviation of the narrowest posterior: the error of the rule falls with exp(-2 pi² steps²)."""
MOST_STEPS = 20_000
NEGLIGIBLE_BELOW = 1e-13
"""Probability that all indices lie below where the integral begins."""
CUT_STEPS = 16
"""So many times more steps, and Simpson's rule, where the range of the integral begins at a product without a draw: the
trapezoidal rule has no such convergence for a function that is cut off."""


class Posteriors(NamedTuple):
    """Distributions of the log-odds of a draw less those of the posterior's mean, tabulated on even steps.

    Beyond the first and the last step the tails are those of a power, so exact to the precision that the steps leave.
    """

    lowest: FloatArray
    """Log-odds below which next to nothing lies. Shape (posteriors,), as all that follow up to `shift`."""
    highest: FloatArray
    first: FloatArray
    """Log-odds of the first step."""
    step: FloatArray
    alpha: FloatArray
    beta: FloatArray
    deviation: FloatArray
    """Standard deviation of the log-odds."""
    mean_odds: FloatArray
    """Log-odds of the mean."""
    log_constant: FloatArray
    """Logarithm of the Beta function."""
    shift: FloatArray
    """What the log-odds rise by where nothing is drawn (UCB)."""
    shares: FloatArray
    """Distribution function at each step. Shape (posteriors, steps)."""
    densities: FloatArray
    """Its derivative. Shape (posteriors, steps)."""


class Play(NamedTuple):
    """What exploration goes by. Rows are those of the pool."""

    slot_count: int
    is_drawn: bool
    """Thompson sampling; if not, UCB."""
    most: int
    """Most products that may compete for a slot, the greedy choice among them."""
    loss: float
    """What the score of a product may lie below that of the greedy choice."""
    scale: float
    """Score that one unit of log-odds is worth."""
    path_count: int
    posterior: Codes
    """Posterior of each row, -1 where there is none. Shape (rows,)."""
    is_closed: Flags
    """Rows that may not be explored, since their product is needed elsewhere. Shape (rows,)."""
    customer_keys: Keys
    product_keys: Keys
    posteriors: Posteriors


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


class Table(NamedTuple):
    """Room for who competes for one slot."""

    members: IntArray
    odds: FloatArray
    """Score of each in log-odds, and what a bound adds. Shape (members,)."""
    wins: FloatArray
    below: FloatArray
    densities: FloatArray
    baseline: NDArray[np.bool_]
    relaxed: NDArray[np.bool_]
    greedy: IntArray
    measure: IntArray
    path: IntArray


def make_table(play: Play, rules: Rules, soft_count: int) -> Table:
    """Return that room."""
    return Table(
        np.zeros(play.most, np.int64),
        np.zeros(play.most),
        np.zeros(play.most),
        np.zeros(play.most + 1),
        np.zeros(play.most),
        np.zeros(soft_count, np.bool_),
        np.zeros(soft_count, np.bool_),
        np.zeros(rules.slot_count, np.int64),
        np.zeros(MEASURES, np.int64),
        np.zeros(max(play.slot_count, 1), np.int64),
    )


# -- Randomness ------------------------------------------------------------------------------------------------


@tiny
def mixed(value: np.uint64) -> np.uint64:
    """Return a number that each bit of the value has a part in: the output function of SplitMix64.

    Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
    """
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@inner
def uniform(one: np.uint64, other: np.uint64, slot: int, path: int) -> float:
    """Return a number strictly between 0 and 1, the same for the same arguments and independent of all others."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    state = mixed(one + golden)
    state = mixed((state ^ other) + golden)
    state = mixed((state ^ np.uint64(slot)) + golden)
    state = mixed((state ^ np.uint64(path)) + golden)
    return (np.float64(state >> np.uint64(11)) + 0.5) / 9007199254740992.0


# -- Posteriors ------------------------------------------------------------------------------------------------


@tiny
def share_at(posteriors: Posteriors, p: int, k: int, place: float) -> float:
    """Return the distribution function between two steps: the cubic with both values and slopes (Hermite)."""
    step, rest = posteriors.step[p], 1.0 - place
    inside = place * place * (3.0 - 2.0 * place)
    slopes = place * rest * (rest * posteriors.densities[p, k] - place * posteriors.densities[p, k + 1])
    return float(posteriors.shares[p, k] * (1.0 - inside) + posteriors.shares[p, k + 1] * inside + step * slopes)


@inner
def share_below(posteriors: Posteriors, p: int, odds: float) -> float:
    """Return the probability that a draw's log-odds lie that far above those of the mean, or less."""
    place = (odds - posteriors.first[p]) / posteriors.step[p]
    last = posteriors.shares.shape[1] - 1
    if place <= 0:
        return float(posteriors.shares[p, 0] * np.exp(posteriors.alpha[p] * place * posteriors.step[p]))
    if place >= last:
        beyond = (place - last) * posteriors.step[p]
        return float(1.0 - (1.0 - posteriors.shares[p, last]) * np.exp(-posteriors.beta[p] * beyond))
    k = int(place)
    return share_at(posteriors, p, k, place - k)


@inner
def density(posteriors: Posteriors, p: int, odds: float) -> float:
    """Return the density of the log-odds of a draw, less those of the mean."""
    at = odds + posteriors.mean_odds[p]
    alpha, beta = posteriors.alpha[p], posteriors.beta[p]
    tail = at + np.log1p(np.exp(-at)) if at > 0 else np.log1p(np.exp(at))
    return float(np.exp(alpha * at - (alpha + beta) * tail - posteriors.log_constant[p]))


@inner
def quantile(posteriors: Posteriors, p: int, share: float) -> float:
    """Return the log-odds, less those of the mean, below which a share of the draws lies, by bisection."""
    low, high = 0, posteriors.shares.shape[1] - 1
    if share <= posteriors.shares[p, low]:
        return float(posteriors.first[p] + np.log(share / posteriors.shares[p, low]) / posteriors.alpha[p])
    if share >= posteriors.shares[p, high]:
        beyond = -np.log((1.0 - share) / (1.0 - posteriors.shares[p, high])) / posteriors.beta[p]
        return float(posteriors.first[p] + posteriors.step[p] * high + beyond)
    while high - low > 1:
        middle = (low + high) // 2
        if posteriors.shares[p, middle] <= share:
            low = middle
        else:
            high = middle
    left, right = 0.0, 1.0
    for _ in range(50):
        middle_place = (left + right) / 2
        if share_at(posteriors, p, low, middle_place) <= share:
            left = middle_place
        else:
            right = middle_place
    return float(posteriors.first[p] + posteriors.step[p] * (low + (left + right) / 2))


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


# -- How likely each is to win it ------------------------------------------------------------------------------


@inner
def set_wins(pool: Pool, play: Play, begin: int, members: int, table: Table) -> float:
    """Set the probability that each has the greatest index, and return their sum before it is brought to 1.

    P(p) is the integral of f_p times the product of the F_q of all others, by the trapezoidal rule over the log-odds:
    its error falls exponentially with the number of steps for such densities (Trefethen and Weideman, "The
    Exponentially Convergent Trapezoidal Rule", SIAM Review 2014).
    """
    posteriors = play.posteriors
    table.wins[:members] = 0.0
    low, high, fixed, best_fixed = -np.inf, -np.inf, -1, -np.inf
    for m in range(members):
        p = play.posterior[pool.rows[begin + table.members[m]]]
        if play.is_drawn and p >= 0:
            low = max(low, table.odds[m] + posteriors.lowest[p])
            high = max(high, table.odds[m] + posteriors.highest[p])
        elif table.odds[m] > best_fixed:
            fixed, best_fixed = m, table.odds[m]
    if high <= best_fixed:
        table.wins[fixed] = 1.0
        return 1.0
    is_cut = best_fixed > low
    low = max(low, best_fixed)
    if not is_cut:
        low = least_winner(pool, play, begin, members, table, low, high)
    step = WIDEST_STEP
    for m in range(members):
        p = play.posterior[pool.rows[begin + table.members[m]]]
        if p >= 0 and table.odds[m] + posteriors.highest[p] > low:
            step = min(step, posteriors.deviation[p] / STEPS_A_DEVIATION)
    steps = min(max(int(np.ceil((high - low) / step)), 8) * (CUT_STEPS if is_cut else 1), MOST_STEPS)
    step = (high - low) / steps
    for k in range(steps + 1):
        is_end = k in (0, steps)
        weight = step / 2 if is_end else step
        if is_cut:
            weight = step / 3 if is_end else step / 3 * (2 + 2 * (k % 2))
        add_wins(pool, play, begin, members, table, low + k * step, weight)
    total, rest = table.wins[:members].sum(), 1.0
    if fixed >= 0:
        fixed_wins = all_below(pool, play, begin, members, table, best_fixed)
        rest = 1.0 - fixed_wins
    table.wins[:members] *= rest / total
    if fixed >= 0:
        table.wins[fixed] = fixed_wins
    return float(total + 1.0 - rest)


@inner
def all_below(pool: Pool, play: Play, begin: int, members: int, table: Table, at: float) -> float:
    """Return the probability that every index lies below some log-odds."""
    share = 1.0
    for m in range(members):
        p = play.posterior[pool.rows[begin + table.members[m]]]
        if p >= 0:
            share *= share_below(play.posteriors, p, at - table.odds[m])
    return share


@inner
def least_winner(pool: Pool, play: Play, begin: int, members: int, table: Table, low: float, high: float) -> float:
    """Return log-odds below which next to no greatest index lies, to within a step, by bisection."""
    while high - low > WIDEST_STEP:
        middle = (low + high) / 2
        if all_below(pool, play, begin, members, table, middle) < NEGLIGIBLE_BELOW:
            low = middle
        else:
            high = middle
    return low


@inner
def add_wins(pool: Pool, play: Play, begin: int, members: int, table: Table, at: float, weight: float) -> None:
    """Add one step of the integral: that the index of one lies there and those of all others below it."""
    before = 1.0
    for m in range(members):
        p = play.posterior[pool.rows[begin + table.members[m]]]
        table.below[m] = share_below(play.posteriors, p, at - table.odds[m]) if p >= 0 else 1.0
        table.densities[m] = before
        before *= table.below[m]
    after = weight
    for m in range(members - 1, -1, -1):
        p = play.posterior[pool.rows[begin + table.members[m]]]
        if p >= 0 and after > 0:
            table.wins[m] += density(play.posteriors, p, at - table.odds[m]) * table.densities[m] * after
        after *= table.below[m]


@inner
def winner(
    pool: Pool, play: Play, begin: int, members: int, key: np.uint64, slot: int, table: Table
) -> tuple[int, float]:
    """Return who wins the slot in the release, and what that adds to the score."""
    best, best_odds, best_addend = 0, -np.inf, 0.0
    for m in range(members):
        row = pool.rows[begin + table.members[m]]
        p = play.posterior[row]
        addend = 0.0
        if p >= 0 and play.is_drawn:
            share = uniform(key, play.product_keys[pool.product[row]], slot, 0)
            addend = quantile(play.posteriors, p, share)
        elif p >= 0:
            addend = play.posteriors.shift[p]
        odds = pool.score[row] / play.scale + addend
        if odds > best_odds:
            best, best_odds, best_addend = m, odds, addend * play.scale
    return table.members[best], best_addend


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


def compiled_for(stamp: int) -> tuple[Callable[..., Keys], Callable[..., None], Callable[..., None]]:
    """Return the entries, as compiled with the re-ranker's functions of that stamp."""

    @entry
    def lots(customer_keys: Keys, product_keys: Keys) -> Keys:
        """Return a number for each pair that orders them by chance alone. Shape as given."""
        drawn = np.empty(len(customer_keys), np.uint64)
        for pair in range(len(drawn)):
            drawn[pair] = mixed(customer_keys[pair] ^ mixed(product_keys[pair]))
        return drawn

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

    return lots, ask, choose_for


lots, ask, choose_for = compiled_for(crc32(Path(str(rerank_kernels.__file__)).read_bytes()))
