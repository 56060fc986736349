"""One product is killed: gone from what readers see at once, out of every build, whatever else is done, until revived."""

import fcntl

import duckdb
import pytest
from harness import Warehouse, stopped

RULES = ["int_rules__killed+"]
EMAIL = "select * from recommendations_email_v1 order by customer_id, slot"
PAIRS = "select * exclude (release_id) from product_pairs_v1 order by all"
SLATES = "select customer_id, slot, product_id from intermediate.int_release__slates order by all"


def decide(warehouse, variables, operation, product, reason="recall"):
    arguments = f"{{product_id: '{product}', owner: ada, reason: {reason}}}"
    return " ".join(warehouse.run(["run-operation", operation, "--args", arguments], variables).split())


def reader(warehouse, query):
    return [dict(row) for row in frame(warehouse, query).to_dict("records")]


def frame(warehouse, query):
    with duckdb.connect(str(warehouse.path / "recommendations.duckdb"), read_only=True) as connection:
        return connection.execute(query).df().astype(object).where(lambda found: found.notna(), None)


@pytest.fixture(scope="module")
def killed(shop):
    """The shop after a kill: its warehouse, vars, the product, what readers and the slates had before, and what was said."""
    warehouse, variables = shop
    before = {name: reader(warehouse, query) for name, query in (("email", EMAIL), ("pairs", PAIRS))}
    before["slates"] = warehouse.query(SLATES)
    # Shown in slates, the reason of others, and on both sides of pairs.
    (product,) = warehouse.query("""
        select product_id from recommendations.recommendations_email_v1 as slots
        where product_id in (select anchor_product_id from recommendations.recommendations_email_v1)
            and product_id in (select product_id from recommendations.product_pairs_v1)
        group by 1 order by count(*) desc, 1 limit 1
    """)[0]
    said = decide(warehouse, variables, "kill_product", product)
    return warehouse, variables, product, before, said


def test_readers_lose_the_product_at_once_and_nothing_else(killed):
    warehouse, _, product, before, said = killed
    left = [row for row in before["email"] if row["product_id"] != product]
    named = [row for row in left if row["anchor_product_id"] == product]
    assert len(left) < len(before["email"]) and any("Goes with" in row["reason"] for row in named)
    # A wish or a cart of the customer's own stays a reason; only the anchor's name goes.
    expected = [
        {
            **row,
            "anchor_product_id": None,
            "reason": "Close to what you buy" if row["reason"].startswith("Goes with") else row["reason"],
        }
        if row in named
        else row
        for row in left
    ]
    assert reader(warehouse, EMAIL) == expected
    pairs = [row for row in before["pairs"] if product not in (row["product_id"], row["companion_product_id"])]
    assert len({row["product_id"] == product for row in before["pairs"]}) == 2
    assert reader(warehouse, PAIRS) == pairs
    touched = len(before["email"]) - len(left) + len(named)
    assert f"recommendations_email_v1: {touched} rows no longer name it" in said
    assert f"product_pairs_v1: {len(before['pairs']) - len(pairs)} rows no longer name it" in said
    audit = f"select distinct stage, slot from recommendation_audit where product_id = '{product}'"
    assert reader(warehouse, audit) == [{"stage": "rules", "slot": None}]
    assert reader(warehouse, "select product_id, owner, reason from releases.killed_products") == [
        {"product_id": product, "owner": "ada", "reason": "recall"}
    ]


def test_a_release_from_before_the_kill_fails_its_audit(killed):
    """The rules are not asked: their verdicts are from before the kill."""
    warehouse, variables, _, _, _ = killed
    said = stopped(warehouse, ["run", "--select", "int_release__fingerprints+"], variables)
    assert "email, killed_products: " in said and "email, blocked_products" not in said


def test_the_next_build_fills_the_slots_from_other_candidates(killed):
    warehouse, variables, product, before, _ = killed
    warehouse.run(["build", "--select", *RULES, "--full-refresh"], variables)
    rows = reader(warehouse, EMAIL)
    assert rows[0]["release_id"] != before["email"][0]["release_id"]
    assert product not in {row["product_id"] for row in rows}
    slots = {}
    for row in rows:
        slots.setdefault(row["customer_id"], []).append(row["slot"])
    lost = {row["customer_id"] for row in before["email"] if row["product_id"] == product}
    assert lost and all(slots[customer] == list(range(1, 11)) for customer in lost)
    assert warehouse.query("select product_id, reason from releases.killed_products") == [(product, "recall")]


def test_export_and_releases_tell_of_the_kill(killed, tmp_path):
    """After a rollback to a release that had the product: it stays out."""
    warehouse, variables, product, before, _ = killed
    arguments = "{channel: email, owner: ada, reason: wrong prices}"
    warehouse.run(["run-operation", "rollback", "--args", arguments], variables)
    rows = reader(warehouse, EMAIL)
    assert rows[0]["release_id"] == before["email"][0]["release_id"]
    assert product not in {row["product_id"] for row in rows}
    export = ["run-operation", "export_audience", "--args", f"{{folder: '{tmp_path}'}}"]
    said = " ".join(warehouse.run(export, variables).split())
    count = sum(row["product_id"] == product for row in before["email"])
    assert f"killed: {count} slots of {count} customers" in said
    exported = duckdb.sql(f"select product_id from '{tmp_path}/*.parquet'").fetchall()
    assert exported and (product,) not in exported
    listed = warehouse.run(["run-operation", "releases"], variables)
    assert f"KILLED  product {product}" in listed and "by ada: recall" in listed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("{product_id: p00, owner: ada, reason: recall}", "No product has the id 'p00'. Close to it: p000 (Product 0)"),
        ("{product_id: product 59, owner: ada, reason: recall}", "Close to it: p059 (Product 59)"),
        ("{product_id: 12, owner: ada, reason: recall}", "It was read as a number: in quotes it stays"),
        ("{product_id: p001, owner: ada, reason: ' '}", "reason is missing"),
    ],
)
def test_a_kill_that_cannot_be_is_explained(killed, arguments, message):
    warehouse, variables, *_ = killed
    assert message in stopped(warehouse, ["run-operation", "kill_product", "--args", arguments], variables)


def test_a_second_kill_a_revival_of_a_living_product_and_a_busy_warehouse_are_explained(killed):
    warehouse, variables, product, *_ = killed
    kill = ["run-operation", "kill_product", "--args", f"{{product_id: {product}, owner: bob, reason: again}}"]
    said = stopped(warehouse, kill, variables)
    assert f"Product {product} " in said and "is killed already" in said and "by ada: recall" in said
    living = "p001" if product != "p001" else "p002"
    revive = ["run-operation", "revive_product", "--args", f"{{product_id: {living}, owner: bob, reason: again}}"]
    assert f"is not killed. Killed are: {product}" in stopped(warehouse, revive, variables)
    with (warehouse.path / "vitrine.duckdb.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "Another build is using" in stopped(warehouse, kill, variables)


def test_a_kill_before_the_first_release_is_explained(tmp_path):
    kill = ["run-operation", "kill_product", "--args", "{product_id: p001, owner: ada, reason: recall}"]
    assert "Nothing has been published yet: run dbt build first." in stopped(Warehouse(tmp_path), kill, {})


def test_a_revived_product_is_back_where_the_release_has_it_and_in_the_next_build(killed):
    warehouse, variables, product, before, _ = killed
    decide(warehouse, variables, "revive_product", product, "mended")
    assert reader(warehouse, EMAIL) == before["email"]  # the rollback made the first release live
    assert reader(warehouse, PAIRS) == before["pairs"]
    count = "select count(*) from releases.recommendation_releases"
    (known,) = warehouse.query(count)
    warehouse.run(["run", "--select", *RULES], variables)
    assert warehouse.query(SLATES) == before["slates"]
    assert warehouse.query(count) == [(known[0] + 1,)]
    decisions = "select is_killed, owner, reason from releases.release_kills order by recorded_at"
    assert warehouse.query(decisions) == [(True, "ada", "recall"), (False, "ada", "mended")]
