"""Write Spark's tables as parquet, or read them from it: the path of an order (JSON) is the argument.

The order names a target of profiles.yml, a folder, and the tables to write to it or to read from it.
"""

import json
import os
import sys
from pathlib import Path

import pyarrow.parquet as pq
import yaml
from jinja2 import Environment

from dbt.adapters.vitrinespark import VitrineSparkCredentials
from dbt.adapters.vitrinespark.python_models import as_frame, session_of


def profile(target: str) -> VitrineSparkCredentials:
    """Return what profiles.yml says of a target, its environment variables read."""
    jinja = Environment(autoescape=False)
    jinja.filters["as_number"] = int
    text = jinja.from_string(Path("profiles.yml").read_text()).render(env_var=os.environ.get)
    said = yaml.safe_load(text)["vitrine"]["outputs"][target]
    known = {name: said[name] for name in ("method", "host", "schema", "server_side_parameters")}
    return VitrineSparkCredentials(database=None, **known)


order = json.loads(Path(sys.argv[1]).read_text())
spark = session_of(profile(order["target"]).server_side_parameters)
folder = Path(order["folder"])
folder.mkdir(exist_ok=True)
for name in order.get("write", ()):
    pq.write_table(spark.table(name).toArrow(), folder / f"{name}.parquet")
for name in order.get("read", ()):
    found = pq.read_table(folder / f"{name}.parquet")
    # The table's own types: an engine may call the same numbers by another width.
    kinds = dict(spark.table(name).dtypes)
    frame = as_frame(spark, found)
    spark.sql(f"truncate table {name}")
    frame.selectExpr(*(f"cast({one} as {kind}) as {one}" for one, kind in kinds.items())).write.insertInto(name)
spark.stop()
