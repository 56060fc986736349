"""Feedback night by night is the feedback of one whole build, whatever comes late, twice, or from another day."""

import shutil
from datetime import timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from harness import Warehouse, project_copy
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
                        lines.append(
                            (f"n{len(lines)}", f"n{len(lines)}", who, product, bought_at, 1.0, 9.99, 9.99, False)
                        )
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
def project(tmp_path_factory):
    """The part of the project that feedback is made with: dbt reads it in a few seconds, for each other as_of again."""
    root = project_copy(tmp_path_factory.mktemp("feedback"))
    # The calendar reads it.
    kills = root / "models/marts/releases/release_kills.sql"
    text = kills.read_text()
    for path in [*root.glob("models/intermediate/*"), *root.glob("models/*"), root / "python_models", root / "seeds"]:
        part = path.relative_to(root).as_posix().removeprefix("models/")
        if part not in (
            "connectors",
            "staging",
            "intermediate",
            "intermediate/calendar",
            "intermediate/feedback",
            "_groups.yml",
        ):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in root.glob("tests/dbt/*.sql"):
        path.unlink()
    kills.parent.mkdir(parents=True)
    kills.write_text(text)
    return root


@pytest.fixture(scope="module")
def build(project, tmp_path_factory):
    """A way to build feedback as of an instant, from what had been told until then or later."""
    shop, folder = answered_shop(), tmp_path_factory.mktemp("nights")

    def run(name, at, *flags, told_at=None, first_send=0, **others):
        told = known_until(shop, told_at or at, LATE)
        told["sends"] = told["sends"].slice(first_send)
        warehouse = Warehouse(folder / name, project)
        variables = {
            "connector": "contract_files",
            "source_dir": str(write_shop(told, folder / "source")),
            "as_of": f"{at:%Y-%m-%d %H:%M:%S}",
            "max_rejected_share": 1.0,
        }
        warehouse.run([*SELECT, *flags], variables | others)
        return warehouse

    return run


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


@pytest.fixture(scope="module")
def whole(build):
    """Everything worked out at once."""
    return build("whole", AS_OF)


def test_nights_are_the_whole_build_and_an_earlier_day_forgets_what_came_after(build, whole):
    for days in (2, 1, 0):
        nightly = build("nightly", AS_OF - timedelta(days=days))
        assert reason(nightly)[0] == ("first_build" if days == 2 else "night")
    assert reason(nightly)[1] > START + timedelta(days=300)
    assert min(same(nightly, whole).values()) > 50

    # Something came of every kind: persons, machines, both attributions, and machines where a person clicked too.
    outcomes = nightly.frame("select * from intermediate.int_feedback__impression_outcomes")
    assert set(outcomes["attribution"]) == {"click_through", "view_through", "none"}
    assert outcomes["has_bot_click"].any() and outcomes["has_prefetch_open"].any()
    assert outcomes["clicked_at"].notna().sum() > 500

    day = AS_OF - timedelta(days=40)
    back = build("nightly", day, told_at=AS_OF)
    assert reason(back)[0] == "night"
    same(back, build("back", day, told_at=AS_OF))
    assert back.query("select max(shown_at) from intermediate.int_feedback__touches")[0][0] < day
    forth = build("nightly", AS_OF)
    assert reason(forth)[0] == "night"
    same(forth, whole)


def test_what_changes_long_ago_or_in_the_settings_is_worked_out_from_the_start(build, whole):
    total = "select sum(purchased_amount) from intermediate.int_feedback__impression_outcomes"
    less = build("whole", AS_OF, first_send=1)
    assert reason(less)[0] == "past_changed"
    (before,) = less.query(total)
    less = build("whole", AS_OF, first_send=1, view_through_days=1)
    assert reason(less)[0] == "settings_changed"
    assert less.query(total) < [before]
    # The same sends again: nothing has come or went.
    assert reason(build("whole", AS_OF, first_send=1, view_through_days=1))[0] == "night"
