"""dbt-spark with Python models in the session's own process: what `type: vitrinespark` in a profile loads."""

from dbt.adapters.base import AdapterPlugin

from dbt.adapters.vitrinespark.connections import VitrineSparkConnectionManager, VitrineSparkCredentials
from dbt.adapters.vitrinespark.impl import VitrineSparkAdapter
from dbt.include import vitrinespark

Plugin = AdapterPlugin(
    adapter=VitrineSparkAdapter,
    credentials=VitrineSparkCredentials,
    include_path=vitrinespark.PACKAGE_PATH,
    dependencies=["spark"],
)

__all__ = ["Plugin", "VitrineSparkAdapter", "VitrineSparkConnectionManager", "VitrineSparkCredentials"]
