"""A Spark cluster on loopback: a master, workers and a Spark Connect server, from the pip package alone."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 180


@dataclass(frozen=True)
class Cluster:
    """What was started."""

    remote: str
    """Address of the Connect server, sc://host:port."""
    workers: tuple[subprocess.Popen[bytes], ...]


@contextmanager
def cluster(python: Path, folder: Path, worker_count: int = 2, packages: tuple[Path, ...] = ()) -> Iterator[Cluster]:
    """Start a master, workers of one core each and a Connect server, and stop them all at the end.

    Parameters
    ----------
    python
        Of the environment with pyspark, which executors run too.
    folder
        For logs, tables and the catalog.
    packages
        Folders that executors import from, beside the environment.

    Raises
    ------
    TimeoutError
        If one does not answer: what it printed.
    """
    home = Path(
        subprocess.run(
            [python, "-c", "import pyspark; print(pyspark.__path__[0])"], check=True, capture_output=True, text=True
        ).stdout.strip()
    )
    folder.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_NO_DAEMONIZE": "1",
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_PUBLIC_DNS": "127.0.0.1",
        "PYSPARK_PYTHON": str(python),
        "PYTHONPATH": os.pathsep.join(map(str, packages)),
        "OMP_NUM_THREADS": "1",
        "TZ": "UTC",
    }
    master_port, connect_port = free_port(), free_port()
    master = f"spark://127.0.0.1:{master_port}"
    spark_class = "org.apache.spark.deploy"
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *command: str) -> subprocess.Popen[bytes]:
        with (folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(home / "bin" / command[0]), *command[1:]],
                env=environment,
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started.append(process)
        return process

    try:
        start(
            "master", "spark-class", f"{spark_class}.master.Master",
            "--host", "127.0.0.1", "--port", str(master_port), "--webui-port", "0",
        )  # fmt: skip
        wait_for(master_port, folder / "master.log")
        workers = tuple(
            start(
                f"worker-{number}",
                "spark-class",
                f"{spark_class}.worker.Worker",
                "--host",
                "127.0.0.1",
                "--cores",
                "1",
                "--memory",
                "3g",
                "--webui-port",
                "0",
                "--work-dir",
                str(folder / f"work-{number}"),
                master,
            )
            for number in range(worker_count)
        )
        settings = {
            "spark.master": master,
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.memory": "2g",
            "spark.executor.memory": "2g",
            "spark.ui.enabled": "false",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.warehouse.dir": str(folder / "tables"),
            "spark.sql.catalogImplementation": "hive",
            "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={folder / 'catalog'};create=true",
            "spark.connect.grpc.binding.address": "127.0.0.1",
            "spark.connect.grpc.binding.port": str(connect_port),
            "spark.connect.grpc.arrow.maxBatchSize": "4m",
            "spark.log.level": "WARN",
        }
        start(
            "connect", "spark-submit", "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
            *(part for name, value in settings.items() for part in ("--conf", f"{name}={value}")), "spark-internal",
        )  # fmt: skip
        wait_for(connect_port, folder / "connect.log")
        yield Cluster(f"sc://127.0.0.1:{connect_port}", workers)
    finally:
        for process in reversed(started):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int, log: Path) -> None:
    """Wait until somebody listens on a port of loopback.

    Raises
    ------
    TimeoutError
        After START_SECONDS: the end of the log.
    """
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with socket.socket() as found:
            if found.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    raise TimeoutError(f"Nobody listens on port {port} after {START_SECONDS} s:\n{log.read_text()[-4000:]}")
