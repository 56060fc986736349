"""Every metric is asked for as `make metrics` asks, and is what SQL by hand says."""

import csv
import json

import duckdb
import pytest
import yaml
from harness import PROJECT, WARM, Warehouse, project_copy
from shop import AS_OF

# What the shop lacks: outcomes of mails, and experiments with customers whose days are over.
PLANTED = f"""
    delete from feedback.feedback_outcomes;
    insert into feedback.feedback_outcomes (
        feedback_on, channel, send_count, opened_send_count, clicked_send_count, unsubscribe_count, impression_count, clicked_count,
        carted_count, purchased_count, order_line_count, purchased_amount, click_through_amount, view_through_amount, currency_code,
        prefetch_count, bot_click_count
    )
    values
        (date '{AS_OF:%Y-%m-%d}', 'email', 100, 40, 10, 2, 900, 30, 0, 6, 6, 250.0, 200.0, 50.0, 'EUR', 9, 0),
        (date '{AS_OF:%Y-%m-%d}', 'onsite', 7, 7, 7, 7, 100, 20, 0, 5, 5, 999.0, 999.0, 0.0, 'EUR', 0, 0);
    insert into evaluation.experiment_readouts
    select * replace ('broken' as experiment_id, true as is_split_broken) from evaluation.experiment_readouts
    union all
    select * replace ('policy' as part_type, 'email' as part_name) from evaluation.experiment_readouts;
    update evaluation.experiment_readouts
    set effect_value = 2.5, effect_low_value = 0.5, effect_high_value = 4.5, customer_count = 40
    where metric_name = 'spend_amount';
"""
SLATES = """
    select avg(metric_value) from evaluation.evaluation_metrics
    where metric_name = '{}' and cutoff_role = 'evaluate' and slate_variant = 'vitrine_email' and customer_segment = 'all'
"""
BY_HAND = {
    "mails": "select 100",
    "opened_mails": "select 40",
    "clicked_mails": "select 10",
    "unsubscribes": "select 2",
    "mail_revenue": "select 250",
    "impressions": "select 1000",
    "clicked_impressions": "select 50",
    "open_rate": "select 0.4",
    "mail_click_rate": "select 0.1",
    "click_rate": "select 0.05",
    "unsubscribe_rate": "select 0.02",
    "revenue_per_mail": "select 2.5",
    # The control's own row says the same difference, and does not count; nor do parts, nor an experiment of a broken split.
    "incremental_revenue": "select 100",
    "incremental_revenue_low": "select 20",
    "incremental_revenue_high": "select 180",
    "coverage": SLATES.format("catalogue_coverage"),
    "diversity": SLATES.format("intra_list_distance"),
}


@pytest.fixture(scope="module")
def asked(shop, tmp_path_factory):
    """The warehouse with outcomes, and all metrics over all time as MetricFlow finds them."""
    warehouse, variables = shop
    project = project_copy(tmp_path_factory.mktemp("metrics"))
    warehouse = Warehouse(warehouse.folder, project)
    # MetricFlow looks for what dbt read in target/ of the project.
    warehouse.environment |= {"DBT_TARGET_PATH": str(project / "target"), "DBT_WRITE_JSON": "true"}
    planted(warehouse)
    warehouse.run(["parse"], variables)
    answer = project / "answer.csv"
    names = ",".join(BY_HAND)
    command = ["dbt_metricflow.cli.main", "query", "--metrics", names, "--csv", str(answer), "--quiet"]
    code, said = WARM.run(command, project, warehouse.environment)
    assert code == 0, said
    (row,) = csv.DictReader(answer.open())
    return warehouse, row


def planted(warehouse):

    with duckdb.connect(str(warehouse.path / "vitrine.duckdb")) as connection:
        connection.execute(PLANTED)


def test_every_metric_is_what_its_description_says(asked):
    warehouse, found = asked
    for name, sql in BY_HAND.items():
        assert float(found[name]) == pytest.approx(float(warehouse.query(sql)[0][0])), name


def test_no_metric_is_left_out():
    defined = yaml.safe_load((PROJECT / "models" / "_metrics.yml").read_text())["metrics"]
    assert {one["name"] for one in defined} == set(BY_HAND)


def test_metrics_can_be_asked_for_along_time_and_by_what_they_are_grouped(asked):
    warehouse, _ = asked
    answer = warehouse.project / "grouped.csv"
    command = ["dbt_metricflow.cli.main", "query", "--metrics", "clicked_impressions", "--quiet", "--csv", str(answer)]
    code, said = WARM.run(
        [*command, "--group-by", "metric_time__month,outcome__channel"], warehouse.project, warehouse.environment
    )
    assert code == 0, said
    rows = [(row["metric_time__month"][:7], row["outcome__channel"], row["clicked_impressions"]) for row in csv.DictReader(answer.open())]  # fmt: skip
    month = f"{AS_OF:%Y-%m}"
    assert sorted(rows) == [(month, "email", "30"), (month, "onsite", "20")]
    manifest = json.loads((warehouse.project / "target" / "semantic_manifest.json").read_text())
    assert {one["node_relation"]["alias"] for one in manifest["semantic_models"]} == {
        "feedback_outcomes",
        "evaluation_metrics",
        "experiment_readouts",
    }
