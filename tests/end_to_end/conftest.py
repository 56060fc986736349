"""One build of the made-up shop for every module that starts from a published warehouse: each gets a copy."""

import fcntl
import shutil
from pathlib import Path

import pytest
from harness import WARM, Warehouse
from shop import AS_OF, make_shop, write_shop


def folder_of_run(tmp_path_factory):
    """With xdist a worker's base folder lies in the run's."""
    base = tmp_path_factory.getbasetemp()
    return Path(base.parent if base.name.startswith("popen-") else base)


@pytest.fixture(scope="session", autouse=True)
def parsed(tmp_path_factory):
    """What dbt read of a project is there for every worker."""
    WARM.parsed = folder_of_run(tmp_path_factory) / "parsed"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A published warehouse of the module's own, and the vars it was built with. The source files are shared."""
    # The first worker builds, the others wait for it.
    root = folder_of_run(tmp_path_factory)
    built = root / "shop"
    variables = {
        "connector": "contract_files",
        "source_dir": str(built / "source"),
        "as_of": f"{AS_OF:%Y-%m-%d}",
        # The other channels have tests of their own.
        "channels": ["email"],
    }
    with (root / "shop.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (built / "done").exists():
            shutil.rmtree(built, ignore_errors=True)
            write_shop(make_shop(), built / "source")
            whole = Warehouse(built)
            del whole.environment["DBT_EXCLUDE_RESOURCE_TYPES"]
            whole.run(["build"], variables)
            (built / "done").touch()
    folder = tmp_path_factory.mktemp("shop")
    shutil.copytree(built, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("source"))
    return Warehouse(folder), variables
