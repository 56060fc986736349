"""The example project: another dbt project that uses this one as a package, with its own connector, rule and policy."""

import os
import shutil
import subprocess
import sys

import duckdb
import pytest
from harness import PROJECT, Warehouse

EXAMPLE = PROJECT / "examples" / "atelier"
# One training cutoff and fewer candidates: whether it builds and publishes, less says as well.
QUICK = {"train_cutoff_count": 1, "candidate_sources": ["popular", "trending", "basket_pairs"], "affinity_models": []}


@pytest.fixture(scope="module")
def atelier(tmp_path_factory):
    """The example as its README says, in a folder of its own: the package is this project."""
    folder = tmp_path_factory.mktemp("atelier")
    project = folder / "atelier"
    shutil.copytree(
        EXAMPLE, project, ignore=shutil.ignore_patterns("data", "dbt_packages", "target", "logs", "warehouse")
    )
    packages = project / "packages.yml"
    packages.write_text(packages.read_text().replace("local: ../..", f"local: {PROJECT}"))
    subprocess.run([sys.executable, "make_data.py", "data"], cwd=project, check=True, env=os.environ)
    warehouse = Warehouse(folder, project)
    warehouse.run(["deps"])
    warehouse.run(["seed"], QUICK)
    warehouse.run(["run"], QUICK)
    return warehouse


def test_its_policy_and_its_rule_decide_what_its_readers_get(atelier):
    slots = atelier.query("select customer_id, slot, category from recommendations_email_v2", "recommendations.duckdb")
    assert len(slots) > 400 and max(slot for _, slot, _ in slots) == 4
    assert "watches" not in {category for *_, category in slots}
    sold = atelier.query("select count(*) from staging.stg_products where category = 'watches'")
    assert sold[0][0] > 5
    why = "select distinct block_reason from intermediate.int_release__audit_products where block_reason is not null"
    assert ("sold in person only",) in atelier.query(why)
    assert atelier.query("select connector, channel from releases.recommendation_releases") == [("atelier", "email")]


def test_its_clients_are_erased_as_everywhere(atelier):
    with duckdb.connect() as connection:
        path = atelier.project / "data" / "forgotten.parquet"
        forgotten = [
            row[0] for row in connection.execute("select client_number from read_parquet(?)", [str(path)]).fetchall()
        ]
    assert forgotten
    assert atelier.query("select count(*) from staging.stg_erased_customers") == [(len(forgotten),)]
    left = atelier.query(
        "select customer_id from staging.stg_order_lines union select customer_id from staging.stg_customers"
    )
    assert not {customer for (customer,) in left} & set(forgotten)


def test_a_change_of_its_own_files_is_another_version_of_the_code(atelier):
    version = "select code_version from releases.recommendation_releases"
    before = atelier.query(version)
    rule = atelier.project / "models" / "rules" / "int_rules__quiet_categories.sql"
    rule.write_text(rule.read_text() + "\n-- changed\n")
    atelier.run(["run", "--select", "int_release__fingerprints"], QUICK)
    assert atelier.query("select code_version from intermediate.int_release__fingerprints") != before
