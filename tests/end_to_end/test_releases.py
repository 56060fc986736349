"""Decisions about releases: held, promoted, rolled back, withdrawn; what readers see meanwhile; and waived audits."""

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from harness import Warehouse, add_rows, load_limits, project_copy, set_limits, stopped

MAILS = "select * from recommendations_email_v2 order by all"
RERANKED = ["run", "--select", "int_rules__recently_bought+"]


def live(warehouse):
    return {
        row[0] for row in warehouse.query("select release_id from recommendations_email_v1", "recommendations.duckdb")
    }


def published(warehouse):
    """Return the releases of the mail, oldest first."""
    query = "select release_id from releases.recommendation_releases where channel = 'email' order by published_at"
    return [row[0] for row in warehouse.query(query)]


def decide(warehouse, operation, variables, **given):
    arguments = json.dumps({"channel": "email", "owner": "ada", "reason": "it's a test"} | given)
    return " ".join(warehouse.run(["run-operation", operation, "--args", arguments], variables).split())


def refused(warehouse, operation, variables, **given):
    arguments = json.dumps({"channel": "email", "owner": "ada", "reason": "a test"} | given)
    return stopped(warehouse, ["run-operation", operation, "--args", arguments], variables)


@pytest.fixture(scope="module")
def copied(shop, tmp_path_factory):
    """The shop with a project of its own, and its second release."""
    warehouse, variables = shop
    warehouse = Warehouse(warehouse.folder, project_copy(tmp_path_factory.mktemp("copied")))
    warehouse.run(RERANKED, variables | {"recently_bought_days": 21})
    assert len(published(warehouse)) == 2
    return warehouse, variables


@contextmanager
def watched(warehouse):
    """Have another process look again and again, as readers do, and yield a list that holds its looks in the end.

    Each look has to find one release, whole, in every table of the mail. The process is another one because DuckDB
    opens a file once per process: this one would be given what the reader still has open, and not the new file.
    """
    command = [
        sys.executable,
        str(Path(__file__).with_name("reader.py")),
        str(warehouse.path / "recommendations.duckdb"),
    ]
    reader = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    looks = []
    try:
        yield looks
    finally:
        time.sleep(0.2)
        said, _ = reader.communicate("enough\n")
    assert reader.returncode == 0, said
    for line in said.splitlines():
        look = json.loads(line)
        ((release, slot_count),) = look["slates"]
        assert look["ledger"] == [[release, slot_count]], look
        assert look["live"] == [[release]], look
        assert [release, slot_count] in look["published"], look
        looks.append(release)


def test_a_hold_outlives_a_build_and_ends_by_a_promotion_and_no_reader_sees_a_mix(copied):
    warehouse, variables = copied
    first, second = published(warehouse)
    with watched(warehouse) as looks:
        said = decide(warehouse, "hold", variables, hold_days=5)
        assert f"Channel email shows release {second}, held until " in said and "(hold by ada: it's a test)" in said
        warehouse.run(RERANKED, variables | {"recently_bought_days": 22})
        third = published(warehouse)[-1]
        assert third != second
        assert live(warehouse) == {second}
        held = "select is_pinned, pinned_by, pin_reason from releases.live_releases"
        assert warehouse.query(held, "recommendations.duckdb") == [(True, "ada", "it's a test")]
        listed = " ".join(warehouse.run(["run-operation", "releases"], variables).split())
        assert "LIVE (hold by ada: it's a test, until " in listed
        assert f"Channel email shows release {third} (promote by ada" in decide(warehouse, "promote", variables)
        assert live(warehouse) == {third}
        assert f"shows release {second}, held until " in decide(warehouse, "rollback", variables)
        assert live(warehouse) == {second}
        decide(warehouse, "promote", variables)
        warehouse.run(RERANKED, variables | {"recently_bought_days": 23})
        fourth = published(warehouse)[-1]
        assert live(warehouse) == {fourth} != {third}
    assert len(looks) > 50
    assert {second, third, fourth} <= set(looks) <= {second, third, fourth}
    said = refused(warehouse, "rollback", variables, release_id="r9")
    assert f"Channel 'email' has no release 'r9'. Newest first: {fourth}, {third}, {second}, {first}" in said


def test_what_is_withdrawn_stays_away_until_it_is_promoted(copied):
    warehouse, variables = copied
    first, *_, third, fourth = published(warehouse)
    assert live(warehouse) == {fourth}
    assert f"Channel email shows release {third}" in decide(warehouse, "withdraw", variables)
    assert live(warehouse) == {third}
    # The same slates are not published again, and no rollback brings them back.
    warehouse.run(["run", "--select", "int_release__fingerprints+"], variables | {"recently_bought_days": 23})
    assert live(warehouse) == {third}
    assert f"Release {fourth} of channel 'email' was withdrawn" in refused(
        warehouse, "rollback", variables, release_id=fourth
    )
    assert "was withdrawn before. Nothing to do." in refused(warehouse, "withdraw", variables, release_id=fourth)
    # Withdrawn while it is held: what takes its place is held as long, and not what the hold kept back.
    decide(warehouse, "rollback", variables, release_id=third, hold_days=9)
    decide(warehouse, "withdraw", variables)
    (held,) = warehouse.query(
        "select release_id, is_pinned, hold_until_at > now() + interval 8 day from releases.live_releases",
        "recommendations.duckdb",
    )
    assert held == (published(warehouse)[1], True, True)
    decide(warehouse, "withdraw", variables)
    assert live(warehouse) == {first}
    said = decide(warehouse, "withdraw", variables)
    assert "shows nothing until the next release: all are withdrawn" in said
    assert live(warehouse) == set()
    assert "shows no release: all are withdrawn" in refused(warehouse, "hold", variables)
    assert f"newest first: {fourth}" in refused(warehouse, "promote", variables)
    assert f"shows release {third}" in decide(warehouse, "promote", variables, release_id=third)
    assert live(warehouse) == {third}


def test_what_is_missing_or_unknown_is_said(copied):
    warehouse, variables = copied
    before = live(warehouse)
    assert "owner is missing" in refused(warehouse, "hold", variables, owner=" ")
    assert "hold_days is 0" in refused(warehouse, "hold", variables, hold_days=0)
    assert "Channels: email" in refused(warehouse, "withdraw", variables, channel="fax")
    assert live(warehouse) == before


def test_a_waiver_lets_a_failed_audit_through_and_is_told(copied):
    warehouse, variables = copied
    fresh = variables | {"recently_bought_days": 25}
    before = live(warehouse)
    set_limits(warehouse, variables, full_slates=2)
    said = stopped(warehouse, RERANKED, fresh)
    assert "Nothing is published" in said and "email, full_slates: " in said and "at least" in said
    assert live(warehouse) == before
    add_rows(warehouse.project, "audit_waivers", ",email,full_slates,Ada,,2024-03-05,The autumn range is small")
    waivers = ["audit_waivers", "int_integrity__seed_errors", "int_integrity__audit_waivers"]
    warehouse.run(["build", "--select", *waivers, "--exclude-resource-type", "test"], fresh)
    warehouse.run(["run", "--select", "int_release__fingerprints+"], fresh)
    release = published(warehouse)[-1]
    assert live(warehouse) == {release}
    told = """
        select release_id = (select release_id from releases.live_releases where channel = 'email'), is_within, is_waived, is_passed, waived_by, waiver_reason
        from releases.release_audits where channel = 'email' and audit_name = 'full_slates' and threshold = 2 order by audited_at
    """
    assert warehouse.query(told, "recommendations.duckdb") == [
        (False, False, False, False, None, None),
        (True, False, True, True, "Ada", "The autumn range is small"),
    ]
    counted = "select waived_audit_count, passed_audit_count = (select count(*) from releases.release_audits where release_id = r.release_id and channel = 'email') from releases.recommendation_releases as r where channel = 'email' order by published_at desc limit 1"
    assert warehouse.query(counted, "recommendations.duckdb") == [(1, True)]


def test_an_audit_cannot_be_left_without_a_limit(copied):
    warehouse, variables = copied
    path = warehouse.project / "seeds" / "audit_limits.csv"
    before = path.read_text()
    path.write_text("".join(line for line in before.splitlines(keepends=True) if ",churn_against_live," not in line))
    models = [
        "audit_limits",
        "int_integrity__audit_conflicts",
        "int_integrity__seed_conflicts",
        "int_integrity__seed_errors",
        "int_integrity__audit_limits",
    ]
    said = stopped(warehouse, ["build", "--exclude-resource-type", "test", "--select", *models], variables)
    assert "churn_against_live, email: audit_name has no row that holds on 2024-03-04: give the audit a limit" in said
    path.write_text(before)
    load_limits(warehouse, variables)


def test_what_is_past_its_retention_is_retired_unless_somebody_needs_it(copied):
    warehouse, variables = copied
    first, *_ = known = published(warehouse)
    shown = known[-2]
    decide(warehouse, "promote", variables, release_id=shown)
    kept = set(known[-3:])
    retired = [release for release in known if release not in kept]
    assert first in retired and len(retired) > 1
    with duckdb.connect(str(warehouse.path / "vitrine.duckdb")) as connection:
        connection.execute("update releases.recommendation_releases set published_at = published_at - interval 500 day")
        connection.execute(
            f"update releases.release_audiences set as_of_at = as_of_at - interval 30 day where release_id = '{first}'"
        )
        # The copied shop has mails only, which share no slates: these stand for a channel that does.
        connection.execute("""
            insert into releases.release_shared_slates by name
            select release_id, channel, 'segment' as shared_type, customer_id as shared_key, slot, product_id, product_name,
                category, brand, price_amount, currency_code, reason, objective_score as base_score, popularity_penalty,
                objective_score, marginal_score, relaxed_limits, as_of_at, valid_until_at
            from releases.release_slates
        """)
        connection.execute(
            "insert into intermediate.int_integrity__experiments (experiment_id, starts_at, ends_at) "
            "values ('needs them', timestamp '2024-03-01', timestamp '2024-04-01')"
        )
        # Another house's, past their retention: its own build retires them. The same ids in its audience, earlier, are no
        # occasion of this one's.
        connection.execute("""
            insert into releases.recommendation_releases
            select newest.* replace ('r' || n as release_id, 'other' as connector, 'site' as channel)
            from (from releases.recommendation_releases order by published_at desc limit 1) as newest, range(1, 5) as t (n)
        """)
        connection.execute(
            """
            insert into releases.release_audiences
            select * replace ('r1' as release_id, 'site' as channel, timestamp '2020-01-01' as as_of_at)
            from releases.release_audiences where release_id = ?
        """,
            [first],
        )
    history = "select distinct release_id from releases.{} where channel = 'email' order by 1"
    entered = """
        select customer_id, min(as_of_at) from releases.release_audiences where channel = 'email' group by 1 order by 1
    """
    fits = "select distinct release_id from releases.release_fits"
    assert set(retired) & {row[0] for row in warehouse.query(fits)}
    before, looked = warehouse.query(entered), warehouse.query(MAILS, "recommendations.duckdb")
    any_run = ["run", "--select", "stg_products"]
    assert "is retired" not in warehouse.run(any_run, variables)
    with duckdb.connect(str(warehouse.path / "vitrine.duckdb")) as connection:
        connection.execute("delete from intermediate.int_integrity__experiments where experiment_id = 'needs them'")
    assert "is retired" not in warehouse.run(any_run, variables | {"release_retention_days": 0})
    said = warehouse.run(any_run, variables)
    for release in retired:
        assert f"Channel email: release {release} is retired" in said
    assert "Channel site" not in said
    for table in ("release_slates", "release_shared_slates", "release_exits"):
        assert not {row[0] for row in warehouse.query(history.format(table))} & set(retired)
    for table in ("release_slates", "release_shared_slates"):
        assert {row[0] for row in warehouse.query(history.format(table))} == kept
    assert {row[0] for row in warehouse.query(fits)} <= kept
    # The record stays, and so does each customer's first occasion, by which the holdout is read.
    assert published(warehouse) == known
    assert warehouse.query(entered) == before
    assert warehouse.query(f"select count(*) from releases.release_audiences where release_id = '{retired[1]}'") == [
        (0,)
    ]
    assert live(warehouse) == {shown} and warehouse.query(MAILS, "recommendations.duckdb") == looked
    assert f"Release {retired[1]} of channel 'email' was retired on" in refused(
        warehouse, "promote", variables, release_id=retired[1]
    )
    assert "(retire by release_retention_days" in warehouse.run(["run-operation", "releases"], variables)
    assert "is retired" not in warehouse.run(any_run, variables)
