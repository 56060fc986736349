"""The simulated house: the same for a seed, true to its own rules, and its records are what its truth makes likely."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from vitrine.simulation import behaviour, campaigns
from vitrine.simulation.__main__ import main
from vitrine.simulation.behaviour import first_state, pair_utilities, respond, utilities, wants
from vitrine.simulation.campaigns import SLOT_COUNT, Mailing, drawn_slates
from vitrine.simulation.house import CATEGORIES, HouseParams, draw_house
from vitrine.simulation.tables import contract_tables
from vitrine.simulation.timeline import WEEK_SECONDS, Timeline

SMALL = HouseParams(customers=600, products=240, weeks=70, seed=5)
NAMES = [category.name for category in CATEGORIES]


@pytest.fixture(scope="module")
def small():
    return Timeline(draw_house(SMALL)).run()


@pytest.fixture(scope="module")
def tables(small):
    return contract_tables(small)


def joined(tables, left, right, keys):
    return tables[left].join(tables[right], keys, join_type="inner")


def test_the_same_seed_gives_the_same_tables_and_another_one_others(tables):
    again = contract_tables(Timeline(draw_house(SMALL)).run())
    assert all(again[entity].equals(table) for entity, table in tables.items())
    other = contract_tables(Timeline(draw_house(replace(SMALL, seed=6))).run())
    assert not other["order_lines"].equals(tables["order_lines"])


def test_every_id_is_known_and_every_key_is_unique(tables):
    for entity, table in tables.items():
        for name, owner in (("customer_id", "customers"), ("product_id", "products"), ("send_id", "sends")):
            if name in table.column_names:
                known = pc.is_in(pc.drop_null(table[name]), value_set=tables[owner][name].combine_chunks())
                assert pc.all(known).as_py() in (True, None), (entity, name)
    keys = {
        "customers": ["customer_id"],
        "products": ["product_id"],
        "product_states": ["product_id", "valid_from_at"],
        "product_attributes": ["product_id", "attribute_name"],
        "consents": ["customer_id", "valid_from_at"],
        "order_lines": ["order_line_id"],
        "events": ["event_id"],
        "sends": ["send_id"],
        "impressions": ["impression_id"],
    }
    for entity, names in keys.items():
        assert tables[entity].group_by(names).aggregate([]).num_rows == tables[entity].num_rows, entity


def test_nothing_is_recorded_before_the_watch_begins_or_after_it_ends(tables):
    begins, ends = SMALL.begins_at.replace(tzinfo=None), SMALL.ends_at.replace(tzinfo=None)
    moments = {"order_lines": "ordered_at", "events": "occurred_at", "sends": "sent_at", "impressions": "shown_at"}
    for entity, name in moments.items():
        found = tables[entity][name]
        assert begins <= pc.min(found).as_py() and pc.max(found).as_py() < ends, entity


def test_states_follow_each_other_without_a_gap_and_never_fall_below_no_stock(tables):
    states = tables["product_states"].sort_by([("product_id", "ascending"), ("valid_from_at", "ascending")]).to_pylist()
    for one, other in pairwise(states):
        if one["product_id"] == other["product_id"]:
            assert one["valid_to_at"] == other["valid_from_at"]
            assert one["valid_from_at"] < one["valid_to_at"]
        else:
            assert one["valid_to_at"] is None
    assert min(row["stock_quantity"] for row in states) == 0
    assert all((row["tier"] == "gold") == bool(row["tier"]) for row in states)


def test_only_what_was_on_sale_is_bought_and_no_more_of_it_than_there_was(tables, small):
    states = joined(tables, "order_lines", "product_states", ["product_id"])
    at = states["ordered_at"]
    ends = pc.fill_null(states["valid_to_at"], pa.scalar(SMALL.ends_at.replace(tzinfo=None), pa.timestamp("us")))
    here = states.filter(pc.and_(pc.less_equal(states["valid_from_at"], at), pc.less(at, ends)))
    sold = here.filter(pc.invert(here["is_return"]))
    assert sold.num_rows == pc.sum(pc.invert(tables["order_lines"]["is_return"])).as_py()
    assert pc.all(sold["is_active"]).as_py()
    sold = sold.append_column("week", pc.floor_temporal(sold["ordered_at"], unit="week"))
    weekly = sold.group_by(["product_id", "week", "stock_quantity"]).aggregate([("order_line_id", "count")])
    assert pc.all(pc.less_equal(weekly["order_line_id_count"], weekly["stock_quantity"])).as_py()
    limited = np.flatnonzero(small.house.products.is_limited)
    lines = small.log.rows("lines")
    counts = np.bincount(lines["product"], minlength=SMALL.products)
    assert (counts[limited] <= small.house.products.stock_level[limited]).all()


def test_mails_go_to_those_who_agreed(tables):
    mails = tables["sends"].filter(pc.equal(tables["sends"]["channel"], "email"))
    assert mails.num_rows > 500
    consents = mails.join(tables["consents"].drop_columns(["channel"]), "customer_id")
    at = consents["sent_at"]
    ends = pc.fill_null(consents["valid_to_at"], pa.scalar(SMALL.ends_at.replace(tzinfo=None), pa.timestamp("us")))
    here = consents.filter(pc.and_(pc.less_equal(consents["valid_from_at"], at), pc.less(at, ends)))
    assert here.num_rows == mails.num_rows
    assert pc.all(here["is_opted_in"]).as_py()
    assert not pc.all(tables["consents"]["is_opted_in"]).as_py()


def test_returns_pay_back_what_was_paid_and_come_later(tables):
    lines = tables["order_lines"]
    back, bought = lines.filter(lines["is_return"]), lines.filter(pc.invert(lines["is_return"]))
    pairs = back.join(bought, ["order_id", "product_id"], right_suffix="_bought")
    assert 0 < back.num_rows == pairs.num_rows
    assert pc.all(pc.equal(pairs["net_amount"], pairs["net_amount_bought"])).as_py()
    assert pc.all(pc.greater(pairs["ordered_at"], pairs["ordered_at_bought"])).as_py()


# -- The truth -----------------------------------------------------------------------------------


def test_a_pair_has_the_same_utility_alone_and_in_a_block(small):
    customers, products = np.array([3, 3, 500]), np.array([0, 100, 239])
    block = utilities(small.house, small.state, np.array([3, 500]), np.arange(240))
    alone = pair_utilities(small.house, small.state, customers, products)
    np.testing.assert_allclose(alone, block[[0, 0, 1], products], rtol=1e-4, atol=1e-4)


def test_taste_price_and_owning_move_utility_the_way_they_should():
    house = draw_house(SMALL)
    state = first_state(house)
    customer, products = np.full(240, 7), np.arange(240)
    before = pair_utilities(house, state, customer, products)
    nearer = replace(house, products=replace(house.products, style=house.products.style + house.customers.taste[7]))
    assert (pair_utilities(nearer, state, customer, products) > before).all()
    state.cut[:] = 0.3
    assert (pair_utilities(house, state, customer, products) > before).all()
    state.cut[:] = 0
    state.owned[7, :] = True
    change = pair_utilities(house, state, customer, products) - before
    again = np.array([CATEGORIES[code].is_consumable for code in house.products.category])
    assert (change[again] > 0).all() and (change[~again] < 0).all()
    as_present = pair_utilities(house, state, customer, products, np.full(240, True))
    other_taste = replace(house, customers=replace(house.customers, taste=-house.customers.taste))
    np.testing.assert_allclose(as_present, pair_utilities(other_taste, state, customer, products, np.full(240, True)))


def test_a_watch_makes_a_strap_wanted_at_once_and_its_service_a_year_later():
    house = draw_house(SMALL)
    state = first_state(house)
    state.last_weeks[1, NAMES.index("watches")] = 10
    straps, care = [], []
    for week in range(10, 70):
        state.week = week
        found = wants(state, np.array([1, 2]))
        straps.append(found[0, NAMES.index("watch straps")])
        care.append(found[0, NAMES.index("care")])
        assert not found[1].any()
    assert np.argmax(straps) == 1
    assert np.argmax(care) == 52


def test_the_drawn_slates_have_the_probabilities_that_are_said(small):
    pool = np.arange(0, 240, 20)
    customers = np.full(40_000, 11)
    slates, chances = drawn_slates(small.house, small.state, customers, pool, np.random.default_rng(0))
    assert slates.shape == chances.shape == (40_000, SLOT_COUNT)
    assert len(np.unique(slates[0])) == SLOT_COUNT
    shares = np.array([(slates[:, 0] == product).mean() for product in pool])
    said = np.array([chances[slates[:, 0] == product, 0].mean() for product in pool])
    np.testing.assert_allclose(shares, said, atol=4 * np.sqrt(0.25 / 40_000))
    assert said.sum() == pytest.approx(1, abs=1e-5)
    # The second slot, given the first: what is left shares what the first one left.
    first = slates[:, 0] == pool[0]
    later = np.array([(slates[first, 1] == product).mean() for product in pool])
    told = np.array(
        [
            chances[first & (slates[:, 1] == product), 1].mean() if (later > 0)[i] else 0
            for i, product in enumerate(pool)
        ]
    )
    np.testing.assert_allclose(later, told, atol=5 * np.sqrt(0.25 / first.sum()))


def test_slots_are_clicked_as_often_as_the_truth_says(monkeypatch):
    """One campaign: the clicks of opened mails against the sum of their probabilities."""
    monkeypatch.setattr(campaigns, "FIRST_CAMPAIGN_WEEK", 30)
    house = draw_house(replace(SMALL, customers=6000, weeks=31))
    run = Timeline(house).run(30)
    run._campaign()
    shown, events = run.log.rows("impressions"), run.log.rows("events")
    said = respond(house, run.state, shown["customer"], shown["product"], shown["slot"])
    clicks = int((events["kind"] == "click").sum())
    spread = np.sqrt((said.clicked * (1 - said.clicked)).sum())
    assert clicks > 50
    assert abs(clicks - said.clicked.sum()) < 4 * spread
    opened = int((events["kind"] == "open").sum())
    assert opened < len(run.log.rows("sends")["send"])
    assert ((said.purchase > 0) & (said.purchase < said.click)).all()


def test_the_state_after_some_weeks_is_that_of_the_whole_watch_at_that_time(tables):
    run = Timeline(draw_house(SMALL)).run(50)
    assert run.state.week == 50
    until = pa.scalar((SMALL.begins_at + timedelta(weeks=50)).replace(tzinfo=None), pa.timestamp("us"))
    lines = tables["order_lines"].filter(pc.invert(tables["order_lines"]["is_return"]))
    assert len(run.log.rows("lines")["order"]) == pc.sum(pc.less(lines["ordered_at"], until)).as_py()


def test_later_slots_are_looked_at_less():
    looked = behaviour.examination(np.arange(1, SLOT_COUNT + 1))
    assert looked[0] == 1 and (np.diff(looked) < 0).all()


def test_too_small_a_house_is_refused_with_a_reason(tmp_path):
    with pytest.raises(SystemExit, match="A house needs at least 120 products"):
        main([str(tmp_path), "--products", "20"])


def test_the_command_writes_a_file_an_entity(tmp_path, capsys):
    main([str(tmp_path / "maison"), "--customers", "60", "--products", "130", "--weeks", "45"])
    assert sorted(path.stem for path in (tmp_path / "maison").iterdir()) == [
        "consents", "customers", "erasure_requests", "events", "impressions", "order_lines", "product_attributes",
        "product_states", "products", "sends",
    ]  # fmt: skip
    assert "a simulated house" in capsys.readouterr().out


def test_a_future_is_one_of_many_and_changes_nothing():
    house = draw_house(replace(SMALL, customers=200, weeks=60))
    now, same = (Timeline(house).run(50) for _ in range(2))
    one, again, other = now.later(4, seed=1), now.later(4, seed=1), now.later(4, seed=2)
    assert all((one.rows("lines")[name] == again.rows("lines")[name]).all() for name in ("customer", "product"))
    assert not np.array_equal(one.rows("lines")["customer"], other.rows("lines")["customer"])
    assert one.rows("lines")["second"].min() >= 50 * WEEK_SECONDS
    assert now.state.week == 50
    np.testing.assert_array_equal(now.state.owned, same.state.owned)
    np.testing.assert_array_equal(now.state.stock, same.state.stock)
    assert {table: len(rows["customer"]) for table in ("lines", "sends") if (rows := now.log.rows(table))} == {
        table: len(rows["customer"]) for table in ("lines", "sends") if (rows := same.log.rows(table))
    }


# -- Given slates --------------------------------------------------------------------------------


def a_mailing(run, size=200, slots=8):
    """The same products for the first customers who agreed and are there."""
    is_there = run.house.customers.registered_week < run.state.week
    who = np.flatnonzero(run._is_opted_in & is_there)[:size]
    offered = np.flatnonzero(run.state.is_offered(run.house) & ~run.house.products.is_limited)
    offered = offered[np.argsort(-run.house.products.quality[offered])][:slots]
    chance = np.full(size * slots, np.nan, dtype=np.float32)
    chance[::2] = 0.25
    return Mailing(np.repeat(who, slots), np.tile(offered, size), np.tile(np.arange(1, slots + 1), size), chance, "r1")


@pytest.fixture(scope="module")
def mailed():
    """A house in which given slates were mailed in week 50, and the mailing."""
    run = Timeline(draw_house(SMALL)).run(50)
    mailing = a_mailing(run)
    return run.go_on(mailing).go_on(), mailing


def test_a_given_mailing_is_what_is_sent_and_shown(mailed):
    run, mailing = mailed
    sends, shown = run.log.rows("sends"), run.log.rows("impressions")
    is_new = (sends["campaign"] >= 0) & (sends["second"] >= 50 * WEEK_SECONDS)
    assert sorted(sends["customer"][is_new]) == sorted(set(mailing.customer))
    is_new = shown["second"] >= 50 * WEEK_SECONDS
    rows = {name: column[is_new] for name, column in shown.items()}
    assert set(rows["release"]) == {"r1"} and set(shown["release"][~is_new]) == {""}
    given = {
        (c, s): (p, h)
        for c, s, p, h in zip(mailing.customer, mailing.slot, mailing.product, mailing.chance, strict=True)
    }
    opened = set(rows["customer"])
    assert 0 < len(opened) < 200 and len(rows["customer"]) == 8 * len(opened)
    for customer, slot, product, chance in zip(
        rows["customer"], rows["slot"], rows["product"], rows["chance"], strict=True
    ):
        np.testing.assert_equal((product, chance), given[customer, slot])
    events = run.log.rows("events")
    clicks = (events["kind"] == "click") & (events["second"] >= 50 * WEEK_SECONDS)
    assert clicks.any() and set(events["product"][clicks]) <= set(mailing.product)
    visits = (events["kind"] == "view") & (events["second"] >= 50 * WEEK_SECONDS) & (events["send"] >= 0)
    assert set(events["customer"][visits]) == set(events["customer"][clicks])


def test_purchases_know_the_mail_that_brought_the_visit(small):
    lines, sends = small.log.rows("lines"), small.log.rows("sends")
    by_mail = lines["send"] >= 0
    assert by_mail.any() and not by_mail.all()
    owner = dict(zip(sends["send"], sends["customer"], strict=True))
    assert all(owner[send] == who for send, who in zip(lines["send"][by_mail], lines["customer"][by_mail], strict=True))


def test_who_comes_of_himself_comes_whatever_was_mailed(mailed):
    """Weeks with other slates have the same visitors, stock fillings and moods: common random numbers."""
    run, _ = mailed
    other = Timeline(draw_house(SMALL)).run(50).go_on().go_on()

    def arrivals(timeline):
        events = timeline.log.rows("events")
        these = (events["kind"] == "view") & (events["send"] < 0) & (events["second"] >= 50 * WEEK_SECONDS)
        return set(events["customer"][these])

    assert len(arrivals(run) & arrivals(other)) > 0.95 * len(arrivals(run) | arrivals(other)) > 20
    np.testing.assert_array_equal(run._is_active, other._is_active)
    assert not np.array_equal(run.log.rows("lines")["product"], other.log.rows("lines")["product"])


def test_the_same_mailing_gives_the_same_weeks(mailed):
    run, mailing = mailed
    again = Timeline(draw_house(SMALL)).run(50).go_on(mailing).go_on()
    tables, others = contract_tables(run), contract_tables(again)
    assert all(others[entity].equals(table) for entity, table in tables.items())


def test_mails_against_a_refusal_and_slots_out_of_order_are_refused():
    run = Timeline(draw_house(SMALL)).run(50)
    mailing = a_mailing(run)
    refused = np.flatnonzero(~run._is_opted_in)[:1]
    one = Mailing(refused, mailing.product[:1], mailing.slot[:1], mailing.chance[:1])
    for bad in (one, replace(mailing, customer=mailing.customer[::-1])):
        with pytest.raises(ValueError, match="customers who agreed to mails"):
            run.go_on(bad)


def test_tables_of_a_week_hold_nothing_that_comes_later(mailed, tables):
    run, _ = mailed
    found = contract_tables(run)
    now = (SMALL.begins_at + timedelta(weeks=52)).replace(tzinfo=None)
    moments = {
        "customers": "registered_at", "order_lines": "ordered_at", "events": "occurred_at", "sends": "sent_at",
        "impressions": "shown_at", "product_states": "valid_from_at", "consents": "valid_from_at",
        "erasure_requests": "requested_at",
    }  # fmt: skip
    for entity, name in moments.items():
        assert all(moment < now for moment in found[entity][name].to_pylist()), entity
    launched = int((run.house.products.launch_week < 52).sum())
    assert found["products"].num_rows == launched < SMALL.products
    assert set(found["product_states"]["product_id"].to_pylist()) == set(found["products"]["product_id"].to_pylist())
    assert found["products"].num_rows < tables["products"].num_rows == SMALL.products


def test_an_unknown_probability_is_no_number_in_the_tables(mailed):
    shown = contract_tables(mailed[0])["impressions"]
    ours = shown.filter(pc.is_valid(shown["release_id"]))
    assert set(ours["selection_probability"].to_pylist()) == {None, 0.25}
    others = shown.filter(pc.is_null(shown["release_id"]))
    assert others["selection_probability"].null_count == 0 < others.num_rows
