"""The truth: what a customer thinks of a product in a given week, and every probability that follows from it.

A customer's utility for a product adds up what everybody likes about it, how well its style fits the customer's
taste, what its price costs and what the customer owns already. A visit looks at products by a nested logit (McFadden,
"Modelling the Choice of Residential Location", 1978): first a category, then a product of it; a product looked at is
put into the cart and bought by logits of its utility. A mail's slots are looked at by position, as in the examination
model of Craswell, Zoeter, Taylor and Ramsey, "An Experimental Comparison of Click Position-Bias Models", WSDM 2008.
"""

from dataclasses import dataclass

import numpy as np

from vitrine.simulation.house import CATEGORIES, COMPLEMENTS, LINES, Bools, Floats, House, Ints

NEVER = -10_000
"""Week of a purchase that never was."""
GOLD_AMOUNT = 9_000.0
"""Decayed spending from which a customer is of the tier gold, EUR."""
SPENDING_HALF_LIFE = 26
"""Weeks."""
TASTE_WEIGHT = 1.3
PRICE_FRICTION = 0.45
"""What a logarithm of price above the reference costs in utility."""
REFERENCE_PRICE = 300.0
CLICK, CART, BUY, WISH = -5.2, -3.3, -0.9, -3.4
"""Intercepts of the logits."""
BUY_SLOPE = 0.5
"""Who has put it into the cart is in earnest: the rest of the utility says less."""

_NAMES = [category.name for category in CATEGORIES]
_MEDIANS = np.array([category.median_price for category in CATEGORIES], dtype=np.float32)
_IS_CONSUMABLE = np.array([category.is_consumable for category in CATEGORIES])
_GIFT_APPEAL = np.array([category.gift_appeal for category in CATEGORIES], dtype=np.float32)


@dataclass
class State:
    """What has happened so far; changed in place by the timeline."""

    week: int
    owned: Bools
    """Shape (customers, products)."""
    line_counts: Floats
    """Products owned of each line. Shape (customers, lines)."""
    last_weeks: Ints
    """Week of the last purchase of each category, NEVER without one. Shape (customers, categories)."""
    spent: Floats
    """Decayed spending, EUR. Shape (customers,)."""
    stock: Ints
    """Shape (products,)."""
    sales: Floats
    """Decayed units sold. Shape (products,)."""
    price: Floats
    """List price of the week, EUR. Shape (products,)."""
    cut: Floats
    """Price cut of the week, 0 to 1. Shape (products,)."""

    @property
    def is_gold(self) -> Bools:
        """Whether each customer is of the tier gold."""
        return np.asarray(self.spent >= GOLD_AMOUNT)

    def is_offered(self, house: House) -> Bools:
        """Whether each product is on sale and in stock. Shape (products,)."""
        products = house.products
        return np.asarray((products.launch_week <= self.week) & (self.week < products.end_week) & (self.stock > 0))


def first_state(house: House) -> State:
    """Return the state before the first week."""
    customers, products = len(house.customers), len(house.products)
    return State(
        0,
        np.zeros((customers, products), dtype=bool),
        np.zeros((customers, len(LINES)), dtype=np.float32),
        np.full((customers, len(CATEGORIES)), NEVER, dtype=np.int64),
        np.zeros(customers, dtype=np.float32),
        house.products.stock_level.copy(),
        np.zeros(products, dtype=np.float32),
        house.products.price.copy(),
        np.zeros(products, dtype=np.float32),
    )


def wants(state: State, customers: Ints) -> Floats:
    """Return how much earlier purchases make each category wanted now. Shape (n, categories)."""
    found = np.zeros((len(customers), len(CATEGORIES)), dtype=np.float32)
    for complement in COMPLEMENTS:
        days = 7.0 * (state.week - state.last_weeks[customers, _NAMES.index(complement.after)])
        peak = np.exp(-0.5 * ((days - complement.lag_days) / complement.spread_days) ** 2)
        found[:, _NAMES.index(complement.wanted)] += np.float32(complement.strength) * peak.astype(np.float32)
    return found


def category_attractions(house: House, state: State, customers: Ints, is_gift: Bools) -> Floats:
    """Return the logarithm of how often each category is looked at in a visit. Shape (n, categories)."""
    own = house.customers.category_taste[customers] + wants(state, customers)
    demand = np.array([category.demand for category in CATEGORIES], dtype=np.float32)
    return np.where(is_gift[:, None], demand + 2 * _GIFT_APPEAL, own)


def utilities(house: House, state: State, customers: Ints, products: Ints, is_gift: Bools | None = None) -> Floats:
    """Return the utility of each product for each customer. Shape (customers, products)."""
    fit = house.customers.taste[customers] @ house.products.style[products].T
    gift = None if is_gift is None else is_gift[:, None]
    return _utility(house, state, customers[:, None], products[None, :], fit, wants(state, customers)[:, :, None], gift)


def pair_utilities(house: House, state: State, customers: Ints, products: Ints, is_gift: Bools | None = None) -> Floats:
    """Return the utility of each given pair. Shape (n,)."""
    fit = np.einsum("nf,nf->n", house.customers.taste[customers], house.products.style[products])
    return _utility(house, state, customers, products, fit, wants(state, customers), is_gift)


def _utility(
    house: House, state: State, customers: Ints, products: Ints, fit: Floats, wanted: Floats, is_gift: Bools | None
) -> Floats:
    who, what = house.customers, house.products
    category = what.category[products]
    log_price = np.log(state.price[products])
    off = log_price - np.log(_MEDIANS[category]) - who.price_centre[customers]
    above = log_price - np.float32(np.log(REFERENCE_PRICE))
    rows = np.arange(len(wanted)).reshape(customers.shape)
    want = wanted[rows, category, 0] if wanted.ndim == 3 else wanted[rows, category]
    owned = np.where(_IS_CONSUMABLE[category], np.float32(0.8), np.float32(-4)) * state.owned[customers, products]
    mine = (
        np.float32(TASTE_WEIGHT) * fit
        + who.line_loyalty[customers] * np.log1p(state.line_counts[customers, what.line[products]])
        + np.float32(0.3) * want
        + owned
    )
    if is_gift is not None:  # a present suits somebody else, and what the giver owns does not matter
        mine = np.where(is_gift, np.float32(0), mine)
    found = (
        what.quality[products]
        + mine
        - who.price_sensitivity[customers] * off * off
        + (who.wealth[customers] - np.float32(PRICE_FRICTION)) * np.maximum(above, 0)
        + 10 * who.sale_taste[customers] * state.cut[products]
    )
    return np.asarray(found, dtype=np.float32)


def probability(utility: Floats, intercept: float, slope: float = 1.0) -> Floats:
    """Return the logit's probability."""
    return np.asarray(1 / (1 + np.exp(-(intercept + slope * utility))), dtype=np.float32)


def examination(slot: Ints) -> Floats:
    """Return the probability that a slot of an opened mail is looked at; slots count from 1."""
    return np.asarray(1 / (1 + 0.25 * (slot - 1)), dtype=np.float32)


@dataclass(frozen=True)
class Response:
    """What would come of slots in a mail: probabilities, each given the one before."""

    opened: Floats
    clicked: Floats
    """Of an opened mail's slot: that it is looked at and clicked."""
    carted: Floats
    bought: Floats

    @property
    def click(self) -> Floats:
        """Probability of a click on the slot of a mail sent."""
        return self.opened * self.clicked

    @property
    def purchase(self) -> Floats:
        """Probability that the slot of a mail sent is clicked and its product bought in that visit."""
        return self.click * self.carted * self.bought


def respond(house: House, state: State, customers: Ints, products: Ints, slots: Ints) -> Response:
    """Return the response to slots that a mail of this week would show.

    Parameters
    ----------
    customers, products, slots
        Code of the customer, code of the product and place in the mail, from 1, of each slot. Shape (n,) each.
    """
    utility = pair_utilities(house, state, customers, products)
    return Response(
        house.customers.open_rate[customers],
        examination(slots) * probability(utility, CLICK),
        probability(utility, CART),
        probability(utility, BUY, BUY_SLOPE),
    )
