"""Feedback night by night is the feedback of one whole build, whatever comes late, twice, or from another day."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from harness import Warehouse
from shop import AS_OF, START, make_shop, table, write_shop

KEPT = {
    "int_feedback__clicks": "event_id",
    "int_feedback__send_outcomes": "send_id",
    "int_feedback__touches": "impression_id",
    "int_feedback__credits": "credit_type, action_id",
    "int_feedback__impression_outcomes": "impression_id",
    "int_feedback__daily_counts": "shown_on, known_on, channel, segment, product_id, count_type",
    "int_feedback__daily_results": "feedback_on, channel, release_id, campaign_id",
}
SELECT = ["run", "--select", "+int_feedback__built"]
# The day before yesterday's events are the last that had not come yet; two of them come a day later still.
LATE = timedelta(days=5)


def answered_shop(seed=3):
    """Return the small shop with mails every other day, products in them and on the site, and answers of all kinds."""
    random = np.random.default_rng(seed)
    shop = make_shop(customers=30, products=20)
    customers = [f"c{i:03}" for i in range(30)]
    sends, shown, events, lines = [], [], [], []

    def event(kind, who, at, product=None, send=None):
        events.append((f"f{len(events)}", who, None, product, kind, at, send))

    for day in range(0, 120, 2):
        sent_at = AS_OF - timedelta(days=120 - day, hours=-8)
        for who in customers:
            send = f"n{len(sends)}"
            sends.append((send, who, "email", f"campaign {day // 30}", sent_at))
            kind = random.choice(["human", "prefetch", "scanner", "none"], p=[0.5, 0.1, 0.1, 0.3])
            seen_at = sent_at + timedelta(hours=float(random.uniform(1, 60)))
            products = [f"p{i:03}" for i in random.choice(20, 4, replace=False)]
            if kind in ("prefetch", "scanner"):
                event("open", who, sent_at + timedelta(seconds=3), send=send)
            if kind == "scanner":
                seen_at = sent_at
                for place, product in enumerate(products):
                    event("click", who, sent_at + timedelta(seconds=4 + place), product, send)
            if kind == "human":
                event("open", who, seen_at, send=send)
            for slot, product in enumerate(products, start=1):
                shown.append((f"n{len(shown)}", send, who, "email", product, slot, "r1", seen_at, 0.2))
                if kind == "human" and random.random() < 0.3:
                    at = seen_at + timedelta(minutes=float(random.exponential(400)))
                    event("click", who, at, product, send)
                    event("click", who, at + timedelta(seconds=1), product, send)
                    if random.random() < 0.5:
                        event("cart", who, at + timedelta(hours=1), product)
                        bought_at = at + timedelta(days=float(random.uniform(0, 16)))
                        lines.append((f"n{len(lines)}", f"n{len(lines)}", who, product, bought_at, 1.0, 9.99, 9.99, False))
            if random.random() < 0.02:
                event("unsubscribe", who, seen_at, send=send)
        for who in customers[::3]:
            product = f"p{random.integers(20):03}"
            at = sent_at + timedelta(hours=float(random.uniform(0, 40)))
            shown.append((f"n{len(shown)}", None, who, "onsite", product, None, None, at, None))
            event("click", who, at + timedelta(minutes=5), product)
    added = {"sends": sends, "impressions": shown, "events": events, "order_lines": lines}
    return shop | {name: pa.concat_tables([shop[name], table(name, rows)]) for name, rows in added.items()}


def known_until(shop, at, late):
    """Return what a warehouse had been told at an instant: of the events and orders of a share `late` days after."""
    told = dict(shop)
    for name, column in {"events": "occurred_at", "order_lines": "ordered_at", "impressions": "shown_at"}.items():
        rows = shop[name].to_pylist()
        held_back = [row[column] + (late if index % 5 == 0 else timedelta(0)) for index, row in enumerate(rows)]
        found = [tuple(row.values()) for row, arrives in zip(rows, held_back, strict=True) if arrives < at]
        # Every seventh event is delivered twice.
        told[name] = table(name, found + found[::7])
    return told


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """A warehouse that was built on three nights, each with what was known then, and a way to build any of them whole."""
    shop, folder = answered_shop(), tmp_path_factory.mktemp("nights")

    def build(name, at, *flags, told_at=None):
        source = folder / "source"
        write_shop(known_until(shop, told_at or at, LATE), source)
        warehouse = Warehouse(folder / name)
        variables = {
            "connector": "contract_files",
            "source_dir": str(source),
            "as_of": f"{at:%Y-%m-%d %H:%M:%S}",
            "max_rejected_share": 1.0,
        }
        warehouse.run([*SELECT, *flags], variables)
        return warehouse

    return build


def same(one, other):
    """Compare every table of two warehouses, row by row, and return how many rows each has."""
    counts = {}
    for name, key in KEPT.items():
        query = f"select * from intermediate.{name} order by {key}"
        pd.testing.assert_frame_equal(one.frame(query), other.frame(query), obj=name)
        counts[name] = len(one.frame(query))
    return counts


def reason(warehouse):
    return warehouse.query("select reason, since_at from intermediate.int_feedback__period")[0]


def test_nights_are_the_whole_build_and_an_earlier_day_forgets_what_came_after(nights):
    for days in (2, 1, 0):
        nightly = nights("nightly", AS_OF - timedelta(days=days))
        assert reason(nightly)[0] == ("first_build" if days == 2 else "night")
    assert reason(nightly)[1] > START + timedelta(days=300)
    counts = same(nightly, nights("whole", AS_OF))
    assert min(counts.values()) > 50

    # Something came of every kind: persons, machines, both attributions, and lines that came late.
    outcomes = nightly.frame("select * from intermediate.int_feedback__impression_outcomes")
    assert set(outcomes["attribution"]) == {"click_through", "view_through", "none"}
    assert outcomes["has_bot_click"].any() and outcomes["has_prefetch_open"].any()
    assert outcomes["clicked_at"].notna().sum() > 500
    assert not (outcomes["has_bot_click"] & outcomes["clicked_at"].notna()).all()

    back = nights("nightly", AS_OF - timedelta(days=40), told_at=AS_OF)
    assert reason(back)[0] == "night"
    same(back, nights("whole", AS_OF - timedelta(days=40), "--full-refresh", told_at=AS_OF))
    assert not back.query(f"select 1 from intermediate.int_feedback__touches where shown_at >= timestamp '{AS_OF}' - interval 40 day")

    forth = nights("nightly", AS_OF)
    assert reason(forth)[0] == "night"
    same(forth, nights("whole", AS_OF, "--full-refresh"))


def test_what_changes_long_ago_or_in_the_settings_is_worked_out_from_the_start(nights):
    whole = nights("changed", AS_OF)
    source = whole.folder.parent / "source"
    sends = make_shop(customers=30, products=20)["sends"]
    assert sends.num_rows
    told = known_until(answered_shop(), AS_OF, LATE)
    told["sends"] = told["sends"].slice(1)
    write_shop(told, source)
    variables = {"connector": "contract_files", "source_dir": str(source), "as_of": f"{AS_OF:%Y-%m-%d}", "max_rejected_share": 1.0}
    whole.run(SELECT, variables)
    assert reason(whole)[0] == "past_changed"
    whole.run(SELECT, variables | {"view_through_days": 1})
    assert reason(whole)[0] == "settings_changed"
    with_less = whole.query("select sum(purchased_amount) from intermediate.int_feedback__impression_outcomes")
    whole.run(SELECT, variables)
    assert whole.query("select sum(purchased_amount) from intermediate.int_feedback__impression_outcomes") > with_less
