"""Weeks pass: visits, mails, purchases, returns, stock and consent, as the truth has it."""

from collections.abc import Callable, Iterable
from copy import copy, deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitrine.simulation import behaviour
from vitrine.simulation.behaviour import (
    category_attractions,
    first_state,
    pair_utilities,
    probability,
    utilities,
)
from vitrine.simulation.campaigns import SLOT_COUNT, Mailing, campaign_pool, drawn_slates, has_campaign
from vitrine.simulation.house import CATEGORIES, Bools, House, Ints
from vitrine.simulation.log import Log

SALE_CUT = 0.3
COURTESY_CUT = 0.1
WEEK_SECONDS = 7 * 24 * 3600
FRAME, VISITS, MAIL, ADVICE, MAIL_SHOPPING, SHOPPING = range(6)
"""Parts of a week that has a stream of random numbers for each, where slates are given."""


@dataclass
class _Week:
    """What a week's visits look at."""

    customer: Ints
    visit: Ints
    second: Ints
    is_gift: Bools
    product: Ints
    """Set where the visit comes for it, -1 where the customer has yet to choose."""
    send: Ints
    """The mail that brought the visit, -1 for none."""


class Timeline:
    """A house and its weeks so far."""

    def __init__(self, house: House) -> None:
        self.house, self.state, self.log = house, first_state(house), Log()
        (stream,) = np.random.SeedSequence([house.params.seed, 1]).spawn(1)
        self._random = np.random.default_rng(stream)
        count = len(house.customers)
        self._is_active = self._random.random(count) < 0.7
        self._intent = np.full(count, -1)
        self._is_opted_in = self._random.random(count) < 0.75
        self._visits = self._sends = self._orders = 0
        nobody = np.empty(0, dtype=np.int64)
        self.log.add("sends", send=nobody, customer=nobody, second=nobody, campaign=nobody)
        self.log.add(
            "impressions", send=nobody, customer=nobody, product=nobody, slot=nobody, second=nobody,
            chance=np.empty(0, dtype=np.float32), release=np.empty(0, dtype="U1"),
        )  # fmt: skip
        self._has_streams = False
        joined = np.maximum(house.customers.registered_week, 0) * WEEK_SECONDS
        self._consent(np.arange(count), joined, self._is_opted_in.copy())

    def run(self, weeks: int | None = None) -> "Timeline":
        """Let weeks of the house pass, all unless told how many; the state is then that of the first week to come."""
        count = self.house.params.weeks if weeks is None else weeks
        for week in range(count):
            self._pass(week)
        self.state.week = count
        self._set_prices()
        return self

    def later(self, weeks: int, seed: int) -> Log:
        """Return what the coming weeks record in one of the futures that may follow; this timeline stays as it is."""
        future = copy(self)
        future.state, future.log = deepcopy(self.state), Log()
        future._intent, future._is_active = self._intent.copy(), self._is_active.copy()
        future._is_opted_in, future._random = self._is_opted_in.copy(), np.random.default_rng(seed)
        for week in range(self.state.week, self.state.week + weeks):
            future._pass(week)
        return future.log

    def go_on(self, mailing: Mailing | None = None) -> "Timeline":
        """Let the coming week pass, its mail the given one, or none, instead of the house's own campaign.

        Each part of such a week draws from a stream of its own, by seed, week and part: whoever visits in a week with
        other slates visits in this one too (common random numbers). Who comes by mail shops first: mails go out on
        Tuesdays.

        Raises
        ------
        ValueError
            If a slot's customer has not agreed to mails, or the slots are not in order.
        """
        self._has_streams = True
        self._begin(self.state.week)
        visits = [self._from(VISITS)._visit(), self._from(ADVICE)._advise()]
        if mailing is not None and len(mailing.customer):
            self._from(MAIL_SHOPPING)._shop(self._from(MAIL)._deliver(mailing))
        self._from(SHOPPING)._shop(_joined(visits))
        self.state.week += 1
        self._set_prices()
        return self

    def _from(self, part: int) -> "Timeline":
        """Draw from the stream of a part of this week from now on."""
        self._random = np.random.default_rng([self.house.params.seed, 3, self.state.week, part])
        return self

    def _each(self, draw: Callable[[int], NDArray[Any]], who: Ints) -> NDArray[Any]:
        """Return a draw for each of some customers: the same whoever else gets one, where a part has a stream."""
        return draw(len(self.house.customers))[who] if self._has_streams else draw(len(who))

    def _pass(self, week: int) -> None:
        self._begin(week)
        parts = [self._visit()]
        if has_campaign(week):
            parts.append(self._campaign())
        parts.append(self._advise())
        self._shop(_joined(parts))

    def _begin(self, week: int) -> None:
        state = self.state
        state.week = week
        if self._has_streams:
            self._from(FRAME)
        state.spent *= np.float32(0.5 ** (1 / behaviour.SPENDING_HALF_LIFE))
        state.sales *= np.float32(0.5 ** (1 / 4))
        self._set_prices()
        self._restock()
        self._wake()
        self.log.add(
            "states",
            week=np.full(len(self.house.products), week),
            stock=state.stock.copy(),
            price=state.price.copy(),
        )

    # -- The week's frame --------------------------------------------------------------------------

    def _day(self) -> datetime:
        return self.house.params.begins_at + timedelta(weeks=self.state.week)

    def _set_prices(self) -> None:
        """Raise list prices each January by 4%, and cut what is half a year old in the sales of January and July."""
        products, day = self.house.products, self._day()
        years = day.year - self.house.params.begins_at.year
        self.state.price = np.asarray(np.round(products.price * 1.04**years), dtype=np.float32)
        has_sales = np.array([category.has_sales for category in CATEGORIES])[products.category]
        is_sale = day.month in (1, 7)
        is_old = (self.state.week - products.launch_week >= 26) & ~products.is_limited
        self.state.cut = np.where(is_sale & has_sales & is_old, np.float32(SALE_CUT), np.float32(0))

    def _restock(self) -> None:
        products = self.house.products
        is_filled = ~products.is_limited & (self._random.random(len(products)) < 0.3)
        self.state.stock[is_filled] = np.maximum(self.state.stock, products.stock_level)[is_filled]

    def _wake(self) -> None:
        """Let customers fall asleep and wake up, and some agree to mails after all."""
        draw = self._random.random(len(self._is_active))
        self._is_active = np.where(self._is_active, draw > 0.012, draw < 0.02)
        is_there = np.maximum(self.house.customers.registered_week, 0) < self.state.week
        agrees = np.flatnonzero(~self._is_opted_in & is_there & (self._random.random(len(draw)) < 0.001))
        self._consent(agrees, np.full(len(agrees), self.state.week * WEEK_SECONDS), np.full(len(agrees), True))
        self._is_opted_in[agrees] = True

    def _season(self) -> tuple[float, float]:
        """Return how many visits and how many presents the time of the year brings, one on average."""
        day = self._day()
        if (day.month, day.day) >= (11, 15) and (day.month, day.day) <= (12, 24):
            return 1.5, 4.0
        return (1.2, 2.5) if day.month in (2, 5) else (0.9, 0.4)

    # -- What brings a visit -----------------------------------------------------------------------

    def _visit(self) -> _Week:
        customers, random = self.house.customers, self._random
        visits, gifts = self._season()
        rate = customers.visit_rate * visits * np.where(self._is_active, 1.0, 0.05)
        rate = np.where(customers.registered_week <= self.state.week, rate, 0)
        who = np.repeat(np.arange(len(customers)), random.poisson(rate))
        is_gift = random.random(len(who)) < np.minimum(customers.gift_rate[who] * gifts, 0.9)
        comes_back = (self._intent[who] >= 0) & ~is_gift & (random.random(len(who)) < 0.45)
        product = np.where(comes_back, self._intent[who], -1)
        second = self.state.week * WEEK_SECONDS + random.integers(0, WEEK_SECONDS - 7200, len(who))
        return self._visits_of(who, second, is_gift, product, np.full(len(who), -1))

    def _campaign(self) -> _Week:
        """Send a mail to all who agreed; the slates are drawn, each with its probability."""
        house, state, random = self.house, self.state, self._random
        is_there = house.customers.registered_week <= state.week
        who = np.flatnonzero(is_there & self._is_opted_in)
        offered = np.flatnonzero(state.is_offered(house) & ~house.products.is_limited)
        if not len(who) or len(offered) < SLOT_COUNT:
            return _nothing()
        pool = campaign_pool(house, state, offered, random)
        slate, chance = drawn_slates(house, state, who, pool, random)
        slot = np.tile(np.arange(1, SLOT_COUNT + 1), len(who))
        return self._deliver(Mailing(np.repeat(who, SLOT_COUNT), slate.ravel(), slot, chance.ravel()))

    def _deliver(self, mailing: Mailing) -> _Week:
        """Send slates, record what becomes of the mails, and return the visits that they bring."""
        house, state, random = self.house, self.state, self._random
        who, of_slot = np.unique(mailing.customer, return_inverse=True)
        if not self._is_opted_in[who].all() or (np.diff(mailing.customer) < 0).any():
            raise ValueError("A mailing goes to customers who agreed to mails, its slots in the order of their codes.")
        send = self._sends + np.arange(len(who))
        self._sends += len(who)
        hour = self._each(lambda count: random.integers(0, 3600, count), who)
        sent = state.week * WEEK_SECONDS + 32 * 3600 + hour
        self.log.add("sends", send=send, customer=who, second=sent, campaign=np.full(len(who), state.week))
        is_open = self._each(random.random, who) < house.customers.open_rate[who]
        opened = sent + self._each(lambda count: random.integers(60, 2 * 24 * 3600, count), who)
        self._event("open", who[is_open], opened[is_open], send=send[is_open])
        shown = np.flatnonzero(is_open[of_slot])
        row, product, slot = of_slot[shown], mailing.product[shown], mailing.slot[shown]
        self.log.add(
            "impressions",
            send=send[row],
            customer=who[row],
            product=product,
            slot=slot,
            second=opened[row],
            chance=mailing.chance[shown],
            release=np.full(len(row), mailing.release_id),
        )
        is_click = random.random(len(row)) < behaviour.respond(house, state, who[row], product, slot).clicked
        row, product, slot = row[is_click], product[is_click], slot[is_click]
        clicked = opened[row] + 20 * slot
        self._event("click", who[row], clicked, product=product, send=send[row])
        is_idle = is_open & (np.bincount(row, minlength=len(who)) == 0)
        quits = self._each(random.random, who) < np.where(is_idle, 0.008, 0.002)
        self._event("unsubscribe", who[quits], opened[quits] + 600, send=send[quits])
        self._consent(who[quits], opened[quits] + 600, np.zeros(quits.sum(), dtype=bool))
        self._is_opted_in[who[quits]] = False
        return self._visits_of(who[row], clicked + 5, np.zeros(len(row), dtype=bool), product, send[row])

    def _advise(self) -> _Week:
        """Let advisors write to customers of the tier gold now and then; three in ten come."""
        random, state = self._random, self.state
        who = np.flatnonzero(state.is_gold & (random.random(len(state.spent)) < 0.04))
        send = self._sends + np.arange(len(who))
        self._sends += len(who)
        sent = state.week * WEEK_SECONDS + random.integers(0, 3 * 24 * 3600, len(who))
        self.log.add("sends", send=send, customer=who, second=sent, campaign=np.full(len(who), -1))
        comes = random.random(len(who)) < 0.3
        nobody = np.full(comes.sum(), -1)
        return self._visits_of(who[comes], sent[comes] + 24 * 3600, nobody >= 0, nobody, nobody)

    def _visits_of(self, who: Ints, second: Ints, is_gift: Bools, product: Ints, send: Ints) -> _Week:
        visit = self._visits + np.arange(len(who))
        self._visits += len(who)
        return _Week(who, visit, second, is_gift, product, send)

    # -- What happens in a visit -------------------------------------------------------------------

    def _shop(self, visits: _Week) -> None:
        """Look at products, put some into the cart and buy of them what is in stock."""
        house, state, random = self.house, self.state, self._random
        counts = 1 + random.poisson(2.2, len(visits.customer))
        at = np.repeat(np.arange(len(counts)), counts)
        place = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
        who, is_gift = visits.customer[at], visits.is_gift[at]
        product = np.where(place == 0, visits.product[at], -1)
        can_see = state.is_offered(house)
        product = np.where(can_see[np.maximum(product, 0)], product, -1)
        product = self._chosen(who, is_gift, product, can_see)
        is_real = product >= 0
        at, place, product = at[is_real], place[is_real], product[is_real]
        who, is_gift = who[is_real], is_gift[is_real]
        second = visits.second[at] + 75 * place
        send = visits.send[at]
        self._event("view", who, second, product=product, visit=visits.visit[at], send=send)
        utility = pair_utilities(house, state, who, product, is_gift)
        is_cart = random.random(len(who)) < probability(utility, behaviour.CART)
        is_bought = is_cart & (random.random(len(who)) < probability(utility, behaviour.BUY, behaviour.BUY_SLOPE))
        is_wish = ~is_cart & ~is_gift & (random.random(len(who)) < probability(utility, behaviour.WISH))
        for name, these in (("cart", is_cart), ("wishlist", is_wish)):
            visit = visits.visit[at[these]]
            self._event(name, who[these], second[these] + 30, product=product[these], visit=visit, send=send[these])
        wanted = (is_cart | is_wish) & ~is_gift
        self._intent[who[wanted]] = product[wanted]
        bought = self._in_stock(np.flatnonzero(is_bought), second, product, visits.visit[at])
        at = at[bought]
        self._buy(who[bought], product[bought], visits.visit[at], visits.second[at], is_gift[bought], visits.send[at])

    def _chosen(self, who: Ints, is_gift: Bools, product: Ints, can_see: Bools) -> Ints:
        """Return the products looked at: the given ones, and for the others a category and then a product of it."""
        house, state, random = self.house, self.state, self._random
        product = product.copy()
        free = np.flatnonzero(product < 0)
        attraction = category_attractions(house, state, who[free], is_gift[free])
        category = _argmax_of_logits(attraction, random)
        shown = house.products.exposure + np.float32(0.25) * np.log1p(state.sales)
        for code in range(len(CATEGORIES)):
            rows = free[category == code]
            products = np.flatnonzero((house.products.category == code) & can_see)
            if not len(rows) or not len(products):
                continue
            wanted = utilities(house, state, who[rows], products, is_gift[rows]) + shown[products]
            reserved = house.products.is_limited[products] & ~state.is_gold[who[rows]][:, None]
            product[rows] = products[_argmax_of_logits(np.where(reserved, np.float32(-30), wanted), random)]
        is_reserved = house.products.is_limited[product] & ~state.is_gold[who] & (product >= 0)
        return np.where(is_reserved, -1, product)

    def _in_stock(self, rows: Ints, second: Ints, product: Ints, visit: Ints) -> Ints:
        """Return the rows that are bought while stock lasts, first come first served; none twice in a visit."""
        _, first = np.unique(np.stack([visit[rows], product[rows]]), axis=1, return_index=True)
        rows = rows[np.sort(first)]
        rows = rows[np.lexsort((second[rows], product[rows]))]
        what = product[rows]
        number = np.arange(len(rows)) - np.searchsorted(what, what)
        return rows[number < self.state.stock[what]]

    def _buy(self, who: Ints, product: Ints, visit: Ints, second: Ints, is_gift: Bools, send: Ints) -> None:
        house, state, random = self.house, self.state, self._random
        category = house.products.category[product]
        is_consumable = np.array([one.is_consumable for one in CATEGORIES])[category]
        quantity = np.where(is_consumable & (random.random(len(who)) < 0.15), 2, 1)
        has_courtesy = state.is_gold[who] & (random.random(len(who)) < 0.1)
        list_amount = np.round(state.price[product] * quantity, 2)
        cut = np.maximum(state.cut[product], np.where(has_courtesy, COURTESY_CUT, 0))
        net_amount = np.round(list_amount * (1 - cut), 2)
        is_back = random.random(len(who)) < np.array([one.return_share for one in CATEGORIES])[category]
        orders, order = np.unique(visit, return_inverse=True)
        self.log.add(
            "lines",
            order=self._orders + order,
            customer=who,
            product=product,
            second=second + 1200,
            quantity=quantity,
            net_amount=net_amount,
            list_amount=list_amount,
            return_second=np.where(is_back, second + random.integers(5, 21, len(who)) * 24 * 3600, -1),
            send=send,
        )
        self._orders += len(orders)
        np.subtract.at(state.stock, product, 1)
        np.add.at(state.sales, product, quantity.astype(np.float32))
        np.add.at(state.spent, who, np.where(is_back, 0, net_amount).astype(np.float32))
        keeps = ~is_gift & ~is_back
        state.owned[who[keeps], product[keeps]] = True
        np.add.at(state.line_counts, (who[keeps], house.products.line[product[keeps]]), np.float32(1))
        state.last_weeks[who[keeps], category[keeps]] = state.week
        self._intent[who[self._intent[who] == product]] = -1

    # -- Records -----------------------------------------------------------------------------------

    def _event(
        self, kind: str, who: Ints, second: Ints, product: Ints | None = None, visit: Ints | None = None,
        send: Ints | None = None,
    ) -> None:  # fmt: skip
        none = np.full(len(who), -1)
        self.log.add(
            "events",
            kind=np.full(len(who), kind, dtype="U11"),
            customer=who,
            second=second,
            product=none if product is None else product,
            visit=none if visit is None else visit,
            send=none if send is None else send,
        )

    def _consent(self, who: Ints, second: Ints, is_opted_in: Bools) -> None:
        self.log.add("consents", customer=who, second=second, is_opted_in=is_opted_in)


def _argmax_of_logits(attraction: NDArray[np.floating], random: np.random.Generator) -> Ints:
    """Draw a column of each row, with the probabilities of a softmax."""
    weight = np.exp(attraction - attraction.max(axis=1, keepdims=True))
    # The smallest of exponential times over weights is each one's with the probability of its weight.
    return np.asarray(np.argmin(random.standard_exponential(weight.shape, dtype=np.float32) / weight, axis=1))


def _nothing() -> _Week:
    empty = np.empty(0, dtype=np.int64)
    return _Week(empty, empty, empty, empty > 0, empty, empty)


def _joined(parts: Iterable[_Week]) -> _Week:
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return _Week(*(np.concatenate(column) for column in columns))
