"""dbt over the adapter: a small project of its own, built in a session of this process while somebody reads."""

import json
import threading

import pytest

pytest.importorskip("pyspark", reason="Spark's environment has it: make test-spark")

from dbt.cli.main import dbtRunner

from dbt.adapters.vitrinespark.python_models import session_of

FILES = {
    "dbt_project.yml": """
        name: small
        profile: small
        seeds: {small: {+schema: seeds, +column_types: {said: varchar, number: bigint}}}
        """,
    "seeds/sayings.csv": 'number,said\n1,it\'s "so"\n2,\n,None\n',
    "models/shown.sql": "select {{ var('n') }} as n from range(1000)",
    "models/hidden.sql": "select 1 as n",
    "models/handed.py": """
        import pyarrow as pa

        def model(dbt, session):
            read = dbt.ref("hidden")
            return pa.concat_tables([pa.table({"n": pa.array([], pa.int64())}), pa.table({"n": [read.count(), 5]})])
        """,
    "models/schema.yml": """
        models:
          - {name: shown, access: public, config: {materialized: table}}
          - {name: hidden, config: {materialized: table}}
        """,
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    parameters = {
        "spark.master": "local[2]",
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": str(folder / "tables"),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={folder / 'catalog'};create=true",
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={folder}",
    }
    output = {"type": "vitrinespark", "method": "session", "host": "session", "schema": "default", "threads": 1}
    profile = {"small": {"target": "t", "outputs": {"t": {**output, "server_side_parameters": parameters}}}}
    for name, text in {**FILES, "profiles.yml": json.dumps(profile)}.items():
        lines = text.strip("\n").splitlines()
        indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("\n".join(line[indent:] for line in lines) + "\n")
    yield folder
    session_of(parameters).stop()


def dbt(folder, *arguments):
    places = ["--project-dir", str(folder), "--profiles-dir", str(folder), "--target-path", str(folder / "target")]
    result = dbtRunner().invoke(["--quiet", "--log-path", str(folder / "logs"), *arguments, *places])
    assert result.success, result.exception or [one.message for one in result.result]


def spark():
    return session_of({})


def test_empty_cells_of_seeds_are_null_and_quotes_stay(project):
    dbt(project, "seed", "--vars", "{n: 0}")
    dbt(project, "seed", "--vars", "{n: 0}")
    found = {(row["number"], row["said"]) for row in spark().table("default_seeds.sayings").collect()}
    assert found == {(1, 'it\'s "so"'), (2, None), (None, "None")}


def test_python_models_run_in_the_session(project):
    dbt(project, "run", "--select", "+handed", "--vars", "{n: 0}")
    assert sorted(row["n"] for row in spark().table("default.handed").collect()) == [1, 5]


def test_readers_of_a_public_table_see_the_old_or_the_new_one_and_never_none(project):
    dbt(project, "run", "--select", "shown", "--vars", "{n: 0}")
    seen, stop = [], threading.Event()

    def read():
        reader = spark().newSession()
        while not stop.is_set():
            try:
                seen.append(
                    tuple(
                        (row["n"], row["count"]) for row in reader.table("default.shown").groupBy("n").count().collect()
                    )
                )
            except Exception as error:  # whatever a reader would see
                seen.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    for n in range(1, 5):
        dbt(project, "run", "--select", "shown", "--vars", f"{{n: {n}}}")
    stop.set()
    thread.join()
    assert set(seen) <= {((n, 1000),) for n in range(5)}, seen
    assert len(set(seen)) > 1
    assert seen == sorted(seen)
    versions = [row["tableName"] for row in spark().sql("show tables in default like 'shown__v*'").collect()]
    assert len(versions) == 2
