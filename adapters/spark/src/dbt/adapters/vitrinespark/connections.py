"""Credentials and connections of dbt-spark's session method, under a type of their own."""

import os
import sys
import time
from dataclasses import dataclass

from dbt.adapters.spark.connections import SparkConnectionManager, SparkCredentials


@dataclass
class VitrineSparkCredentials(SparkCredentials):
    """What a profile of this type may say: what dbt-spark's session method understands.

    Everything about the session is said under ``server_side_parameters``: ``spark.master``, or ``spark.remote`` for a
    Spark Connect server.
    """

    def __post_init__(self) -> None:
        """Fill in what every session needs, and what this process needs to have one.

        The process's clock is set to UTC, since Spark hands instants over in the process's own zone; executors that
        this process starts run its own Python.
        """
        super().__post_init__()
        os.environ["TZ"] = "UTC"
        time.tzset()
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        # Timestamps are instants in UTC, on the engine and where rows become Python's.
        self.server_side_parameters.setdefault("spark.sql.session.timeZone", "UTC")
        self.server_side_parameters.setdefault("spark.sql.parquet.inferTimestampNTZ.enabled", "false")

    @property
    def type(self) -> str:
        """The name of the adapter in profiles."""
        return "vitrinespark"


class VitrineSparkConnectionManager(SparkConnectionManager):
    """Connections of this type."""

    TYPE = "vitrinespark"
