"""What the house mails: its campaigns, and the policy that draws their slates with known probabilities."""

from dataclasses import dataclass

import numpy as np

from vitrine.simulation import behaviour
from vitrine.simulation.behaviour import State
from vitrine.simulation.house import Floats, House, Ints

SLOT_COUNT = 6
FIRST_CAMPAIGN_WEEK = 40
WEEKS_BETWEEN_CAMPAIGNS = 4
POOL_SIZE = 600
"""Products that a campaign chooses from."""


@dataclass(frozen=True)
class Mailing:
    """Slates to be mailed: a row a slot, the slots of a customer one after the other, customers by code."""

    customer: Ints
    product: Ints
    slot: Ints
    """Place in the mail, from 1."""
    chance: Floats
    """Probability that the slot's product was chosen; NaN where nobody knows."""
    release_id: str = ""
    """The release that the slates were read from; empty for none."""


def has_campaign(week: int) -> bool:
    """Return whether the house sends a mail of its own in a week."""
    return week >= FIRST_CAMPAIGN_WEEK and (week - FIRST_CAMPAIGN_WEEK) % WEEKS_BETWEEN_CAMPAIGNS == 0


def campaign_pool(house: House, state: State, offered: Ints, random: np.random.Generator) -> Ints:
    """Return what a campaign chooses from: half of it what sells, a sixth what is new, the rest at random."""
    best = offered[np.argsort(-state.sales[offered], kind="stable")][: POOL_SIZE // 2]
    new = offered[np.argsort(-house.products.launch_week[offered], kind="stable")][: POOL_SIZE // 6]
    known = np.union1d(best, new)
    others = random.permutation(np.setdiff1d(offered, known))[: POOL_SIZE - len(known)]
    return np.union1d(known, others)


def drawn_slates(
    house: House, state: State, customers: Ints, pool: Ints, random: np.random.Generator
) -> tuple[Ints, Floats]:
    """Draw each customer's slate from a pool, and say how likely each of its slots was.

    The logging policy: a product's weight is its sales, and double where the customer bought from its category before;
    slots are filled one after the other without putting back (Plackett and Luce).

    Returns
    -------
    tuple
        Products and, given those in the slots before, the probability of each. Shape (customers, SLOT_COUNT) both.
    """
    popularity = (1 + state.sales[pool]) ** 0.7
    knows = state.last_weeks[customers] > behaviour.NEVER
    weight = popularity * np.where(knows[:, house.products.category[pool]], np.float32(2), np.float32(1))
    # The smallest of exponential times over weights come first, in the order of Plackett and Luce.
    times = random.standard_exponential(weight.shape, dtype=np.float32) / weight
    first = np.argpartition(times, SLOT_COUNT - 1, axis=1)[:, :SLOT_COUNT]
    order = np.argsort(np.take_along_axis(times, first, axis=1), axis=1)
    slate = np.take_along_axis(first, order, axis=1)
    taken = np.take_along_axis(weight, slate, axis=1).astype(np.float64)
    left = weight.sum(axis=1, dtype=np.float64)[:, None] - np.cumsum(taken, axis=1) + taken
    return pool[slate], np.asarray(taken / left, dtype=np.float32)
