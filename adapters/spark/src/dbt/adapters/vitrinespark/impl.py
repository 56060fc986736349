"""The adapter: dbt-spark's, with a helper that runs Python models in the session that its SQL runs in."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
from dbt.adapters.base import PythonJobHelper, available
from dbt.adapters.contracts.connection import AdapterResponse
from dbt.adapters.spark.impl import SparkAdapter
from pyspark.errors import AnalysisException

from dbt.adapters.vitrinespark.connections import VitrineSparkConnectionManager
from dbt.adapters.vitrinespark.python_models import SessionJobHelper, session_of


class VitrineSparkAdapter(SparkAdapter):
    """dbt-spark's adapter; `session` is one more way to submit a Python model, and the usual one."""

    ConnectionManager = VitrineSparkConnectionManager

    @property
    def default_python_submission_method(self) -> str:
        """Run Python models in the session's process."""
        return "session"

    @property
    def python_submission_helpers(self) -> dict[str, type[PythonJobHelper]]:
        """The helpers by the name that a model's config `submission_method` may give."""
        return {**super().python_submission_helpers, "session": SessionJobHelper}

    def generate_python_submission_response(self, submission_result: Any) -> AdapterResponse:
        """Say that a Python model ended well."""
        return AdapterResponse(_message="OK")

    @available.parse(lambda *_: False)
    def has_parquet(self, path: str) -> bool:
        """Tell whether the engine finds parquet files under a path, which may be a folder, a file or a pattern."""
        try:
            session_of(self.config.credentials.server_side_parameters).read.parquet(path)
        except AnalysisException as error:
            if error.getCondition() in ("PATH_NOT_FOUND", "UNABLE_TO_INFER_SCHEMA"):
                return False
            raise
        return True

    @available.parse(lambda *_: "")
    def package_folder(self, name: str) -> str:
        """Return the folder of an installed Python package; empty where it is not installed."""
        spec = find_spec(name)
        return "" if spec is None or spec.origin is None else str(Path(spec.origin).parent)

    @available.parse(lambda *_: None)
    def insert_rows(self, name: str, rows: Any) -> None:
        """Add the rows of a seed to its table, each cell as the text of it, cast by the table's own types.

        Parameters
        ----------
        name
            The table, with its schema.
        rows
            An agate table with the table's columns in their order.
        """
        if not rows.rows:
            return
        columns = [str(column) for column in rows.column_names]
        cells = zip(*([None if cell is None else str(cell) for cell in row] for row in rows.rows), strict=True)
        found = pa.table([pa.array(list(column), pa.string()) for column in cells], columns)
        spark = session_of(self.config.credentials.server_side_parameters)
        frame = spark.createDataFrame(found)
        kinds = dict(spark.table(name).dtypes)
        # One file: the order of the CSV, as far as a table has one.
        frame.selectExpr(*(f"cast({one} as {kinds[one]}) as {one}" for one in columns)).coalesce(1).write.insertInto(
            name
        )
