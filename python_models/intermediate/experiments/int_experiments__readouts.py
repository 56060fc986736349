"""What each arm did more than its control, how sure that is, and a sentence that says so.

Grain: one row per experiment, part of its customers, arm and metric.
Algorithm: `vitrine.experiment`. Parameters: `meta.readout` in the yml.
"""

from vitrine.engines.frames import read_table
from vitrine.experiment import ReadoutParams
from vitrine.tables import readout_rows
from vitrine.tables.experiments import ARM_COLUMNS, MOMENT_COLUMNS


def model(dbt, session):
    params = ReadoutParams(**dbt.config.meta_get("readout"))
    (cutoff,) = read_table(dbt.ref("int_calendar__cutoffs"), ["cutoff_at"], "cutoff_role = 'serve'")["cutoff_at"]
    arms = read_table(dbt.ref("int_experiments__arms"), ARM_COLUMNS)
    moments = read_table(dbt.ref("int_experiments__arm_moments"), MOMENT_COLUMNS)

    return readout_rows(cutoff.as_py(), arms, moments, params)
