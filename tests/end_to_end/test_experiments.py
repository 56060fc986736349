"""An experiment from the seed to its read-out: who is held out is never addressed, and both arms are counted."""

from datetime import timedelta

import duckdb
import pytest
from harness import Warehouse, project_copy
from shop import AS_OF, make_shop, write_shop
from test_bad_seeds import edited

DAYS = 28
START = AS_OF - timedelta(days=DAYS)
TERMS = f"half,{START:%Y-%m-%d},{AS_OF + timedelta(days=90):%Y-%m-%d},{DAYS},1000,0.1,CRM,a note"
ARMS = [f",mails,all,0.5,email,policy,false,{TERMS}", f",mails,none,0.5,email,holdout,true,{TERMS}"]
# The other way round: who was addressed is held out.
TURNED = [ARMS[0].replace("policy,false", "holdout,true"), ARMS[1].replace("holdout,true", "policy,false")]
ARM_OF = (
    "select customer_id from intermediate.int_experiments__assignments where experiment_id = 'mails' and arm_name = "
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The shop as of four weeks before its end, with half of the customers held out of the mails; released once."""
    folder = tmp_path_factory.mktemp("experiments")
    warehouse = Warehouse(folder, project_copy(folder))
    source = write_shop(make_shop(), folder / "source")
    variables = {
        "connector": "contract_files",
        "source_dir": str(source),
        "as_of": f"{START:%Y-%m-%d}",
        "channels": ["email"],
    }
    edited(warehouse, "experiments", ARMS)
    warehouse.run(["run"], variables, seeds=True)
    return warehouse, variables


def test_who_is_held_out_gets_no_mail_and_is_told_why(built):
    warehouse, _ = built
    shown = "select distinct customer_id from recommendations.recommendations_email_v1"
    steps = "select distinct customer_id from recommendations.recommendations_journey_v1"
    none, everybody = (set(warehouse.query(f"{ARM_OF}'{name}'")) for name in ("none", "all"))
    assert len(none) > 30 and len(everybody) > 30
    mailed = set(warehouse.query(shown))
    assert mailed and mailed <= everybody
    assert not none & (mailed | set(warehouse.query(steps)))
    # All alike but for the arm: as many would have been addressed as were, more or less.
    eligible = dict(
        warehouse.query("""
            select coalesce(held_out_by, 'addressed'), count(*) from releases.release_audiences where channel = 'email' group by 1
        """)
    )
    assert eligible["addressed"] >= len(mailed)
    assert eligible["mails"] > 5
    ((customer,),) = warehouse.query(
        "select min(customer_id) from releases.release_audiences where channel = 'email' and held_out_by = 'mails'"
    )
    told = warehouse.query(
        f"select distinct stage, reason from recommendations.recommendation_audit where customer_id = '{customer}' and channel = 'email'"
    )
    assert told == [("audience", "held out for measurement: arm none of the experiment mails")]


def test_arms_of_many_customers(built):
    """The very SQL of the build, over customers of its own: shares, growth, and another experiment beside it."""
    warehouse, _ = built
    path = "target/compiled/vitrine/models/intermediate/experiments/int_experiments__assignments.sql"
    sql = (warehouse.folder / path).read_text()
    arms = [("mails", 0.0, 0.5, "x"), ("mails", 0.5, 1.0, "x"), ("site", 0.0, 0.3, "x"), ("site", 0.3, 1.0, "x")]
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as vitrine")
        connection.execute("create schema vitrine.staging")
        connection.execute("create schema vitrine.intermediate")
        connection.execute("""
            create table vitrine.intermediate.int_experiments__arms
            (experiment_id text, arm_name text, salt text, from_unit double, until_unit double)
        """)
        for name, low, high, salt in arms:
            row = [name, f"from {low}", f"{name}:{salt}", low, high]
            connection.execute("insert into vitrine.intermediate.int_experiments__arms values (?, ?, ?, ?, ?)", row)
        connection.execute("create table vitrine.staging.stg_order_lines (customer_id text, ordered_at timestamp)")
        drawn = []
        for count in (50_000, 100_000):
            connection.execute(
                "create or replace table vitrine.staging.stg_customers (customer_id text, registered_at timestamp)"
            )
            people = f"select 'c' || range, null from range({count})"
            connection.execute(f"insert into vitrine.staging.stg_customers {people}")
            rows = connection.execute(f"select experiment_id, customer_id, arm_name from ({sql})").fetchall()
            drawn.append({(one, customer): arm for one, customer, arm in rows})
    fewer, more = drawn
    # Growth moves nobody.
    assert fewer.items() <= more.items()
    free = [customer for (one, customer), arm in more.items() if one == "global_holdout" and arm == "addressed"]
    assert len(free) / 100_000 == pytest.approx(0.9, abs=0.003)
    # Who is held out of everything is in no arm; all others are in one of each.
    assert len(more) == 100_000 + 2 * len(free)
    half = [customer for customer in free if more["mails", customer] == "from 0.0"]
    assert len(half) / len(free) == pytest.approx(0.5, abs=0.005)
    # The other experiment has the same salt, and neither knows of the other.
    for members in (half, free):
        share = sum(more["site", customer] == "from 0.0" for customer in members) / len(members)
        assert share == pytest.approx(0.3, abs=0.007)


def test_four_weeks_later_both_arms_are_read_out(built):
    warehouse, variables = built
    later = {**variables, "as_of": f"{AS_OF:%Y-%m-%d}"}
    names = ("arms", "assignments", "eligible_customers+")
    warehouse.run(["run", "--select", "+int_interactions__order_lines", "stg_sends",
                   *(f"int_experiments__{name}" for name in names)], later)  # fmt: skip
    # Counted again, from the staged lines alone.
    expected = warehouse.query(f"""
        with entered as (
            select distinct arms.arm_name, audiences.customer_id
            from releases.release_audiences as audiences
            join intermediate.int_experiments__assignments as arms using (customer_id)
            where arms.experiment_id = 'mails' and audiences.channel = 'email'
        ),
        spent as (
            select customer_id, sum(net_amount) as spend from staging.stg_order_lines
            where not is_return and ordered_at >= '{START}' and ordered_at < '{AS_OF}' group by 1
        )
        select arm_name, count(*), round(avg(coalesce(spend, 0)), 6) from entered left join spent using (customer_id) group by 1 order by 1
    """)
    found = warehouse.query("""
        select arm_name, customer_count, round(mean_value, 6) from evaluation.experiment_readouts
        where experiment_id = 'mails' and part_type = 'all' and metric_name = 'spend_amount' order by 1
    """)
    assert [row[:2] for row in found] == [row[:2] for row in expected]
    assert [row[2] for row in found] == pytest.approx([row[2] for row in expected])
    assert min(mean for _, _, mean in found) > 0
    statements = warehouse.query(
        "select distinct statement from evaluation.experiment_readouts where experiment_id = 'mails' and arm_name = 'all'"
    )
    assert all("Too early" in said for (said,) in statements)
    # The same table in the file that readers open.
    assert warehouse.query("select count(*) from evaluation.experiment_readouts", "recommendations.duckdb")[0][0] > 0


def test_slates_of_who_is_held_out_by_now_are_not_published(built):
    """Arms turned round after the audience was drawn: what stands for release is no longer what the experiment says."""
    warehouse, variables = built
    releases = "select count(*) from releases.recommendation_releases"
    before = warehouse.query(releases)
    edited(warehouse, "experiments", TURNED)
    warehouse.run(["seed", "--select", "experiments"], variables)
    models = ["+int_integrity__seed_errors", "int_integrity__experiments", "int_calendar__cutoffs"]
    models += ["int_experiments__arms", "int_experiments__assignments"]
    warehouse.run(["run", "--select", *models], variables)
    code, said = warehouse.call(["run", "--select", "int_release__fingerprints+"], variables)
    assert code == 1
    assert "email, held_out_arms: " in said
    assert "customers addressed although an experiment holds them out, none allowed" in said
    assert warehouse.query(releases) == before


def test_what_does_not_fit_is_named_with_its_line(built):
    warehouse, variables = built
    edited(
        warehouse,
        "experiments",
        [
            ",mails,all,0.7,email,bold,no,a,2024-01-01,2024-03-01,28,1000,0.1,CRM,a note",
            ",mails,none,0.5,email,holdout,true,b,2024-01-01,soon,28,10,0.1,CRM,a note",
        ],
    )
    warehouse.run(["seed", "--select", "experiments"], variables)
    models = ["int_integrity__known_names", "int_integrity__experiment_conflicts", "int_integrity__seed_conflicts"]
    code, said = warehouse.call(
        ["run", "--select", *models, "int_integrity__seed_errors", "int_integrity__experiments"], variables
    )
    assert code == 1
    said = " ".join(said.split())
    assert "seeds/experiments.csv has rows that cannot be used:" in said
    assert "line 2, mails, all: is_control is no, must be true, false" in said
    assert "line 2, mails, all: treatment is bold, must be holdout, policy" in said
    assert "line 3, mails, none: ends_on is soon, must be a date like 2017-01-31" in said
    assert "line 3, mails, none: planned_count is 10, must be a whole number from 200" in said
    assert "line 3, mails, none: salt is b, but the arm all says a" in said
    assert "line 2, mails: arm_share adds up to 1.2 over the arms, at most 1" in said
