"""The example project: another dbt project that uses this one as a package, with its own connector, rule and policy."""

import runpy
import shutil

import duckdb
import pytest
import yaml
from harness import PROJECT, Warehouse
from shop import AS_OF, make_shop, write_shop

EXAMPLE = PROJECT / "examples" / "atelier"
# The made-up shop in the tables of the house: it is a tenth of what make_data.py simulates.
TABLES = {
    "clients": """
        select customer_id as client_number, registered_at as member_since, is_opted_in as may_be_written_to
        from '{0}/customers.parquet' join '{0}/consents.parquet' using (customer_id) where channel = 'email'
    """,
    "pieces": "select product_id as piece, product_name as title, category, brand as collection from '{0}/products.parquet'",
    "receipts": """
        select order_id as receipt, row_number() over (partition by order_id order by order_line_id) as line,
            customer_id as client_number, product_id as piece, ordered_at as sold_at,
            case when is_return then -net_amount else net_amount end as paid
        from '{0}/order_lines.parquet'
    """,
    "forgotten": "select customer_id as client_number, requested_at as asked_at from '{0}/erasure_requests.parquet'",
}
SETTINGS = {"as_of": f"{AS_OF:%Y-%m-%d}", "train_cutoff_count": 1, "quiet_categories": ["category 2"]}


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
    source = write_shop(make_shop(), folder / "source")
    (project / "data").mkdir()
    with duckdb.connect() as connection:
        for name, query in TABLES.items():
            connection.execute(f"copy ({query.format(source)}) to '{project}/data/{name}.parquet' (format parquet)")
    warehouse = Warehouse(folder, project)
    warehouse.run(["deps"])
    warehouse.run(["seed"], SETTINGS)
    warehouse.run(["run"], SETTINGS)
    return warehouse


def test_the_data_that_it_makes_up_have_the_shape_that_it_declares(tmp_path):
    runpy.run_path(str(EXAMPLE / "make_data.py"))["main"](tmp_path, customers=60, products=130, weeks=45)
    declared = yaml.safe_load((EXAMPLE / "models" / "connectors" / "atelier" / "__sources.yml").read_text())
    (source,) = declared["sources"]
    for table in source["tables"]:
        with duckdb.connect() as connection:
            found = connection.execute(f"describe from '{tmp_path}/{table['name']}.parquet'").fetchall()
        assert [(name, kind.lower()) for name, kind, *_ in found] == [
            (column["name"], column["data_type"]) for column in table["columns"]
        ]


def test_its_policy_and_its_rule_decide_what_its_readers_get(atelier):
    slots = atelier.query("select customer_id, slot, category from recommendations_email_v2", "recommendations.duckdb")
    assert len(slots) > 40 and max(slot for _, slot, _ in slots) == 4
    assert "category 2" not in {category for *_, category in slots}
    sold = atelier.query("select count(*) from staging.stg_products where category = 'category 2'")
    assert sold[0][0] > 5
    why = "select distinct block_reason from intermediate.int_release__audit_products where block_reason is not null"
    assert ("quiet_categories: sold in person only",) in atelier.query(why)
    assert atelier.query("select connector, channel from releases.recommendation_releases") == [("atelier", "email")]


def test_its_clients_are_erased_as_everywhere(atelier):
    assert atelier.query("select count(*) from staging.stg_erased_customers") == [(1,)]
    left = "select count(*) from staging.{} where customer_id = 'c005'"
    for table in ("stg_customers", "stg_order_lines"):
        assert atelier.query(left.format(table)) == [(0,)]
