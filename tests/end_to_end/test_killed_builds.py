"""A build that is killed while it publishes, at ten random points: readers have a whole release each time, nothing twice."""

import random
import re
import shutil

import duckdb
from harness import Warehouse

PUBLISHING = ["run", "--select", "release_audits+", "release_slates+", "release_shared_slates+", "release_fits+"]
TABLES = {
    "slates": "select release_id, count(*), count(distinct (customer_id, slot)) from recommendations_email_v2 group by 1",
    "ledger": "select release_id, count(*), count(distinct (customer_id, slot)) from recommendation_ledger group by 1",
    "live": "select release_id from releases.live_releases",
}


def seen(path):
    with duckdb.connect(str(path / "recommendations.duckdb"), read_only=True) as connection:
        return {name: connection.execute(query).fetchall() for name, query in TABLES.items()}


def history(warehouse):
    """Every row of history but when it was written."""
    found = {}
    for table in ("release_slates", "release_audiences", "release_exits", "release_fits", "recommendation_releases"):
        left_out = "exclude (published_at)" if table == "recommendation_releases" else ""
        found[table] = warehouse.query(f"select * {left_out} from releases.{table} order by all")
    return found


def test_ten_kills_while_publishing_leave_a_whole_release_and_nothing_twice(shop, tmp_path):
    warehouse, variables = shop
    fresh = variables | {"recently_bought_days": 24}
    # The slates of another release are there; it is not published yet. A kill while they are made leaves nothing behind.
    slates = ["run", "--select", "int_rules__recently_bought+", "--exclude", "release_audits+", "release_slates+"]
    assert warehouse.call(slates, fresh, kill_at=("int_ranking__slates", 0.05))[0] == -9
    warehouse.run(slates, fresh)
    ready = tmp_path / "ready"
    shutil.copytree(warehouse.path, ready)
    old = seen(warehouse.path)

    unkilled = Warehouse(tmp_path / "unkilled")
    shutil.copytree(ready, unkilled.path)
    steps = re.findall(r"START (.*?) \.{3}", unkilled.run(PUBLISHING, fresh))
    new, expected = seen(unkilled.path), history(unkilled)
    assert new["live"] != old["live"] and len(expected["recommendation_releases"]) == 2

    points = random.Random(7)
    kills = {"before": 0, "within": 0, "after": 0}
    # One in each tenth of the steps, while it runs or just after; many are through within hundredths of a second.
    for tenth in range(10):
        step = points.choice(steps[tenth * len(steps) // 10 : (tenth + 1) * len(steps) // 10])
        code, said = warehouse.call(PUBLISHING, fresh, kill_at=(f"START {step}", points.uniform(0, 0.1)))
        found = seen(warehouse.path)
        assert found in (old, new)
        (slates,) = found["slates"]
        assert slates[1] == slates[2] and [slates] == found["ledger"] and [slates[:1]] == found["live"]
        # The last steps may be through before the kill comes.
        assert code == -9 or (code == 0 and tenth == 9), said
        # A build's own file may not be opened by others after a kill, but that one log is read when it is.
        written = warehouse.query("select count(*) from releases.recommendation_releases")[0][0] == 2
        begun = warehouse.query("select count(distinct release_id) from releases.release_slates")[0][0] == 2
        kills["after" if written else "within" if begun else "before"] += 1
        if written:
            shutil.rmtree(warehouse.path)
            shutil.copytree(ready, warehouse.path)
    assert kills["within"] > 0, kills
    warehouse.run(PUBLISHING, fresh)
    assert history(warehouse) == expected
    assert seen(warehouse.path) == new
