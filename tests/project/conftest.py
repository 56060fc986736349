import fcntl
from pathlib import Path

import pytest
from manifest import Project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    # With xdist a worker's base folder lies in the run's: one worker parses, the others read what it left.
    base = tmp_path_factory.getbasetemp()
    root = Path(base.parent if base.name.startswith("popen-") else base)
    with (root / "project.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return Project(root / "project")
