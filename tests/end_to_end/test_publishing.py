"""Publishing: a failed audit stops it whichever way it is run, readers never see a mix."""

import os
import subprocess
import sys

import duckdb
import pyarrow as pa
import pytest
from harness import Warehouse, load_limits, project_copy, set_limits
from shop import AS_OF, make_shop, write_shop

from vitrine.engines import tuning
from vitrine.tuning import ndcg

RELEASE = ["int_release__fingerprints+"]


def live(warehouse):
    return warehouse.query("select distinct release_id from recommendations_email_v1", "recommendations.duckdb")


def releases(warehouse):
    return [
        row[0]
        for row in warehouse.query(
            "select release_id from releases.recommendation_releases where channel = 'email' order by published_at"
        )
    ]


def next_release(variables, count):
    """Vars under which the same data make other slates: a shorter rest after a purchase."""
    return {
        **variables,
        "recently_bought_days": 20 + count,
        "negative_sample_share": 0.1 + count / 100,
    }


def test_a_first_build_publishes_what_its_audience_gets(shop):
    warehouse, _ = shop
    assert len(live(warehouse)) == 1
    assert warehouse.query("select count(*) from intermediate.int_release__audits where not is_passed") == [(0,)]
    (count,) = warehouse.query("select count(*) from recommendations.recommendations_email_v1")[0]
    assert count > 0
    assert warehouse.query("select count(*) from recommendations_email_v1", "recommendations.duckdb") == [(count,)]


def test_the_search_writes_seeds_that_the_project_accepts(shop, tmp_path):
    warehouse, variables = shop
    copy = project_copy(tmp_path)
    before = (copy / "seeds" / "objective_weights.csv").read_text()
    command = [sys.executable, "-m", "vitrine.engines.tuning", "contract_files", "--draws", "1", "--project", str(copy)]
    done = subprocess.run(command, env=warehouse.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(done.stdout.count(f"{model}: NDCG@10") == 1 for model in ("als", "affinity", "ranker")), done.stdout
    weights = (copy / "seeds" / "objective_weights.csv").read_text()
    assert weights.startswith(before)
    assert [weights.count(f"\ncontract_files,email,{name},") for name in ("novelty", "value", "purchase")] == [1, 1, 0]
    again = Warehouse(tmp_path, copy)
    again.run(["build", "--select", "+int_integrity__objective_weights", "+int_integrity__model_parameters"], variables)
    (found,) = again.query(
        "select novelty_weight, value_weight from intermediate.int_integrity__objective_weights where channel = 'email'"
    )
    points = "select popularity_penalty, value_weight, is_efficient from evaluation.evaluation_frontier"
    assert (*found, True) in warehouse.query(points)


def test_a_search_that_changes_a_model_leaves_the_weights_for_the_next_build(shop, tmp_path, monkeypatch, capsys):
    warehouse, variables = shop
    copy = project_copy(tmp_path)
    weights = (copy / "seeds" / "objective_weights.csv").read_text()
    monkeypatch.setenv("VITRINE_WAREHOUSE", str(warehouse.path))
    monkeypatch.setattr(tuning, "best_trial", lambda trials: trials[-1])
    tuning.main(["contract_files", "--draws", "2", "--project", str(copy)])
    assert "then tune again for the objectives' weights" in capsys.readouterr().out
    assert (copy / "seeds" / "objective_weights.csv").read_text() == weights
    again = Warehouse(tmp_path, copy)
    again.run(["build", "--select", "+int_integrity__model_parameters"], variables)
    found = again.query("select distinct model from intermediate.int_integrity__model_parameters order by model")
    assert found == [("affinity",), ("als",), ("ranker",)]


def test_the_search_does_not_tune_one_connector_on_the_data_of_another(shop):
    warehouse, _ = shop
    command = [sys.executable, "-m", "vitrine.engines.tuning", "online_retail", "--project", str(warehouse.project)]
    done = subprocess.run(command, env=warehouse.environment, capture_output=True, text=True, check=False)
    assert done.returncode
    assert "was built with the connector contract_files, not online_retail" in done.stderr


def test_the_search_says_what_it_lacks(shop, tmp_path):
    warehouse, _ = shop
    environment = {**warehouse.environment, "VITRINE_WAREHOUSE": str(tmp_path)}
    for connector, said in (("shop", "There is no connector shop"), ("contract_files", "Run `make build` first")):
        command = [sys.executable, "-m", "vitrine.engines.tuning", connector, "--project", str(warehouse.project)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode
        assert said in done.stderr


def test_the_frontier_marks_the_published_policy_as_evaluated(shop):
    """The policy's own point is what evaluation_metrics and the search say of the same slates."""
    warehouse, _ = shop
    frontier = "select ndcg, customer_count from evaluation.evaluation_frontier where is_policy"
    metrics = """
        select metric_value, customer_count from evaluation.evaluation_metrics
        where cutoff_role = 'validate' and slate_variant = 'vitrine_email' and customer_segment = 'all'
            and target = 'new_products' and metric_name = 'ndcg_at_10'
    """
    (found,), (stated,) = warehouse.query(frontier), warehouse.query(metrics)
    assert found[1] == stated[1]
    assert found[0] == pytest.approx(stated[0], abs=1e-9)
    here = "inner join intermediate.int_calendar__cutoffs using (cutoff_at) where cutoff_role = 'validate'"
    slates = "select customer_id, product_id, -slot from intermediate.int_ranking__slates"
    bought = "select outcomes.customer_id, outcomes.product_id from intermediate.int_ranking__outcomes as outcomes"
    known = "inner join intermediate.int_features__customer_orders using (cutoff_at, customer_id)"
    lists = table_of(warehouse.query(f"{slates} {here}"), ["customer_id", "product_id", "score"])
    targets = table_of(warehouse.query(f"{bought} {known} {here} and is_new_product"), ["customer_id", "product_id"])
    assert ndcg(lists, targets).mean() == pytest.approx(stated[0], abs=1e-9)


def table_of(rows, names):
    return pa.table({name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)})


def test_the_same_slates_are_published_once(shop):
    warehouse, variables = shop
    before = releases(warehouse)
    warehouse.run(["run", "--select", *RELEASE], variables)
    assert releases(warehouse) == before


def test_no_published_slot_breaks_a_rule(shop):
    """Asked of the staged rows alone, in words that share nothing with the rule models."""
    warehouse, _ = shop
    broken = warehouse.query(f"""
        with slots as (select * from recommendations.recommendations_email_v1)
        select 'owned', count(*) from slots where exists (
            select 1 from staging.stg_order_lines as l where l.customer_id = slots.customer_id
            and l.product_id = slots.product_id and not l.is_return)
        union all select 'no stock', count(*) from slots where not exists (
            select 1 from staging.stg_product_states as s where s.product_id = slots.product_id and s.stock_quantity > 0
            and s.is_active and s.valid_from_at < timestamp '{AS_OF}' and coalesce(s.valid_to_at, timestamp '9999-01-01') >= timestamp '{AS_OF}')
        union all select 'no merchandise', count(*) from slots join staging.stg_products as p using (product_id) where not p.is_merchandise
        union all select 'opted out', count(*) from slots where customer_id not in (
            select customer_id from staging.stg_consents where is_opted_in and channel = 'email')
        union all select 'erased', count(*) from slots where customer_id = 'c005'
        union all select 'too many of a category', count(*) from (
            select 1 from slots group by customer_id, category having count(*) > 3)
        union all select 'too many of a brand', count(*) from (
            select 1 from slots group by customer_id, brand having count(*) > 4)
        union all select 'gaps', count(*) from (
            select 1 from slots group by customer_id having max(slot) != count(distinct slot) or count(*) != count(distinct product_id))
    """)
    assert {name: count for name, count in broken if count} == {}


def test_every_short_slate_and_every_customer_left_out_says_why(shop):
    warehouse, _ = shop
    unexplained = warehouse.query("""
        with customers as (select distinct customer_id from staging.stg_order_lines),
        full_slates as (select customer_id from recommendations.recommendations_email_v1 group by 1 having count(*) = 10),
        explained as (select customer_id from recommendations.recommendation_audit where product_id is null and reason != '')
        select count(*) from customers where customer_id not in (select * from full_slates) and customer_id not in (select * from explained)
    """)
    assert unexplained == [(0,)]


@pytest.mark.parametrize(
    "arguments",
    [["build", "--select", *RELEASE], ["run", "--select", "marts.recommendations+"]],
    ids=["build", "select recommendations+"],
)
def test_a_failed_audit_stops_publishing(shop, arguments, monkeypatch, tmp_path):
    warehouse, variables = shop
    before, shown = releases(warehouse), live(warehouse)
    # A retry reads what the run before it wrote.
    strict = Warehouse(warehouse.folder, project_copy(tmp_path))
    monkeypatch.setitem(strict.environment, "DBT_WRITE_JSON", "true")
    fresh = next_release(variables, 1)
    set_limits(strict, fresh, relevance_on_validate=99)
    if "marts.recommendations+" in arguments:
        strict.run(["run", "--select", "int_release__audits"], fresh)
    code, output = strict.call(arguments, fresh)
    assert code == 1
    assert "Nothing is published" in output
    assert "relevance_on_validate" in output and "99" in output
    assert releases(warehouse) == before
    assert live(warehouse) == shown
    code, output = strict.call(["retry"], fresh)
    assert code == 1
    assert "relevance_on_validate" in output
    assert live(warehouse) == shown
    load_limits(warehouse, variables)


def test_a_reader_keeps_its_release_and_the_next_one_gets_the_new(shop):
    warehouse, variables = shop
    before = live(warehouse)
    reader = duckdb.connect(str(warehouse.path / "recommendations.duckdb"), read_only=True)
    query = "select distinct release_id from recommendations.recommendations_email_v1"
    try:
        assert reader.execute(query).fetchall() == before
        warehouse.run(["run", "--select", "int_rules__recently_bought+"], next_release(variables, 2))
        assert reader.execute(query).fetchall() == before
    finally:
        reader.close()
    after = live(warehouse)
    assert after != before
    assert len(after) == 1


def test_a_second_build_at_once_is_told_who_is_first(shop):
    warehouse, variables = shop
    script = "import sys, time; from pathlib import Path; from vitrine.engines.build_lock import hold; "
    script += "hold(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    command = [sys.executable, "-c", script, str(warehouse.path / "vitrine.duckdb")]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout.readline().strip() == "held"
        code, output = warehouse.call(["run", "--select", "int_calendar__cutoffs"], variables)
        assert code != 0
        assert "Another build is using" in output and f"process {first.pid}" in output
    finally:
        first.kill()
        first.wait()


def test_a_reader_of_the_build_s_own_file_is_told_where_to_read(shop):
    warehouse, variables = shop
    script = (
        "import duckdb, time; held = duckdb.connect(r'"
        + str(warehouse.path / "vitrine.duckdb")
        + "', read_only=True); "
        "print('open', flush=True); time.sleep(60)"
    )
    reader = subprocess.Popen([os.sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert reader.stdout.readline().strip() == "open"
        code, output = warehouse.call(["run", "--select", "int_calendar__cutoffs"], variables)
        assert code != 0
        assert "recommendations.duckdb" in output and str(reader.pid) in output
    finally:
        reader.kill()


def test_export_looks_at_consent_and_stock_again(shop, tmp_path):
    warehouse, variables = shop
    customer, product = warehouse.query(
        "select min(customer_id), min(product_id) from recommendations.recommendations_email_v1"
    )[0]
    changed = make_shop()
    for name, column, value, flag, now in (
        ("consents", "customer_id", customer, "is_opted_in", False),
        ("product_states", "product_id", product, "stock_quantity", 0.0),
    ):
        rows = changed[name].to_pylist()
        for row in rows:
            if row[column] == value:
                row[flag] = now
        changed[name] = changed[name].from_pylist(rows, schema=changed[name].schema)
    # The sources change after the build, as they do; the files of the shop are shared by other tests.
    variables = {**variables, "source_dir": str(write_shop(changed, tmp_path / "source"))}
    warehouse.run(["run", "--select", "contract_files__consents", "contract_files__product_states"], variables)
    folder = tmp_path / "export"
    output = warehouse.run(
        ["run-operation", "export_audience", "--args", f"{{folder: '{folder}'}}"],
        variables,
    )
    assert "opted out: " in output and "out of stock: " in output
    release = live(warehouse)[0][0]
    exported = duckdb.sql(f"select * from '{folder}/email_{release}.parquet'").df()
    assert len(exported) and len(exported) == len(duckdb.sql(f"select * from '{folder}/email_{release}.csv'").df())
    assert customer not in set(exported["customer_id"])
    assert product not in set(exported["product_id"])
