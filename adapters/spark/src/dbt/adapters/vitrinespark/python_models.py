"""Python models in the process that dbt runs in: their code is executed here, their frames live on Spark.

A Python model may return a Spark data frame, which Spark writes, or an Arrow table, which is handed to Spark first.
"""

from typing import Any

import pyarrow as pa
from dbt.adapters.base import PythonJobHelper
from pyspark.sql import DataFrame, SparkSession


class SessionJobHelper(PythonJobHelper):
    """Runs the compiled code of one model."""

    def __init__(self, parsed_model: dict[str, Any], credential: Any) -> None:
        self.name = f"{parsed_model['schema']}.{parsed_model['alias']}"
        self.parameters = credential.server_side_parameters

    def submit(self, compiled_code: str) -> None:
        """Execute a model and the line that writes its table, both with `spark` in sight."""
        names = {"spark": session_of(self.parameters), "as_frame": as_frame, "__name__": self.name}
        exec(compile(compiled_code, f"<model {self.name}>", "exec"), names)


def session_of(parameters: dict[str, str]) -> SparkSession:
    """Return the session of a profile's parameters, for the thread that asks.

    Over Spark Connect a session is active in the thread alone that made it, and pyspark.ml asks for the active one.
    """
    builder = SparkSession.builder
    for name, value in parameters.items():
        builder = builder.config(name, value)
    if "spark.remote" in parameters:
        return builder.create()
    return builder.enableHiveSupport().getOrCreate()


def as_frame(spark: SparkSession, found: Any) -> DataFrame:
    """Return what a model gave as a Spark data frame; timestamps without a zone are instants in UTC.

    Raises
    ------
    TypeError
        If it gave neither a Spark data frame nor an Arrow table.
    """
    if isinstance(found, DataFrame):
        return found
    if isinstance(found, pa.Table):
        zoned = [
            pa.field(one.name, pa.timestamp("us", tz="UTC")) if pa.types.is_timestamp(one.type) else one
            for one in found.schema
        ]
        # Spark 4.0 takes a table whose first chunk is empty for an empty one.
        return spark.createDataFrame(found.cast(pa.schema(zoned)).combine_chunks())
    raise TypeError(f"A Python model returns a Spark data frame or an Arrow table, and not {type(found).__name__}.")
