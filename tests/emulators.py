"""Real servers on loopback for lifecycle tests; each starts once a session, from .venv-emulator."""

import os
import re
import secrets
import shutil
import signal
import subprocess
import threading
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

_ENVIRONMENT = Path(__file__).parents[1] / ".venv-emulator"
_START_S = 120
# Nothing is asked of a proxy, of a cloud's metadata or of who counts uses.
_QUIET = {
    "NO_PROXY": "*", "no_proxy": "*", "AWS_EC2_METADATA_DISABLED": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true",
}  # fmt: skip


@contextmanager
def server(folder, *command, until):
    """Runs a server until the block ends; gives what it said when each of the patterns was seen."""
    if not (_ENVIRONMENT / ".ready").is_file():
        pytest.fail(f"{_ENVIRONMENT.name} is not there: run `make lifecycle-env`")
    environment = {
        name: value for name, value in os.environ.items() if "proxy" not in name.lower()
    } | _QUIET | {"HOME": str(folder), "PYTHONUNBUFFERED": "1"}  # fmt: skip
    process = subprocess.Popen(
        [_ENVIRONMENT / "bin" / command[0], *command[1:]], cwd=folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    late = threading.Timer(_START_S, _end, [process])
    late.start()
    said, rest = "", None
    try:
        for line in process.stdout:
            said += line
            if all(re.search(pattern, said) for pattern in until):
                break
        else:
            pytest.fail(f"{command[0]} did not start:\n{said[-2000:]}")
        late.cancel()
        rest = threading.Thread(target=process.stdout.read)  # so that it never waits for a reader
        rest.start()
        yield [re.search(pattern, said)[1] for pattern in until]
    finally:
        late.cancel()
        _end(process)
        process.wait()
        if rest is not None:
            rest.join()
        process.stdout.close()


def _end(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def s3_address(tmp_path_factory):
    """The address of an S3 with the bucket `bucket`."""
    folder = tmp_path_factory.mktemp("s3")
    command = ("moto_server", "-H", "127.0.0.1", "-p", "0")
    with server(folder, *command, until=[r"Running on (http://127\.0\.0\.1:\d+)"]) as (address,):
        made = urllib.request.Request(f"{address}/bucket", method="PUT")
        urllib.request.urlopen(made, timeout=30).close()
        yield address


@pytest.fixture
def s3(s3_address, monkeypatch):
    """What the environment of a person says who uses that S3; gives the bucket's address."""
    for name, value in _QUIET.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return "s3://bucket"


@contextmanager
def _bigquery(folder):
    """A BigQuery until the block ends; gives its address, and that of its Storage Read API."""
    for file in (_ENVIRONMENT / "lib").rglob("*.duckdb_extension"):
        place = folder / ".duckdb/extensions" / file.parent.name / "linux_amd64" / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
    command = (
        "bqemulator",
        "start",
        "--rest-port",
        "0",
        "--grpc-port",
        "0",
        "--log-format",
        "json",
    )
    until = [r'"port": (\d+), "event": "rest.listen"', r'"port": (\d+), "event": "grpc.listen"']
    with server(folder, *command, until=until) as (rest, grpc):
        yield f"http://127.0.0.1:{rest}", f"127.0.0.1:{grpc}"


@contextmanager
def bigquery_server(folder, name):
    """A BigQuery with an empty data set, where this process and what it starts are led."""
    folder.mkdir(parents=True, exist_ok=True)
    with _bigquery(folder) as addresses, pytest.MonkeyPatch.context() as monkeypatch:
        yield _lead_to(addresses, name, monkeypatch)


def _lead_to(addresses, name, monkeypatch):
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery as google

    for key, value in _QUIET.items():
        monkeypatch.setenv(key, value)
    rest, grpc = addresses
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", rest)
    monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", grpc)
    # The emulator answers 400 to smaller uploads of the usual type.
    monkeypatch.setattr(google.client, "_GENERIC_CONTENT_TYPE", "application/octet-stream")
    google.Client("acme", credentials=AnonymousCredentials()).create_dataset(name, timeout=30)
    return f"bigquery://acme/{name}"


@pytest.fixture(scope="session")
def bigquery_addresses(tmp_path_factory):
    """The addresses of a BigQuery, and of its Storage Read API."""
    with _bigquery(tmp_path_factory.mktemp("bigquery")) as addresses:
        yield addresses


@pytest.fixture
def bigquery(bigquery_addresses, monkeypatch):
    """The address of a new data set of a BigQuery, and what leads this process there."""
    return _lead_to(bigquery_addresses, f"d{secrets.token_hex(8)}", monkeypatch)


@pytest.fixture(scope="session")
def mlflow_address(tmp_path_factory):
    """The address of a tracking server."""
    folder = tmp_path_factory.mktemp("mlflow")
    command = (
        "mlflow", "server", "--host", "127.0.0.1", "--port", "0", "--workers", "1",
        "--backend-store-uri", "sqlite:///runs.db", "--artifacts-destination", "./artifacts",
    )  # fmt: skip
    with server(folder, *command, until=[r"running on (http://127\.0\.0\.1:[1-9]\d*)"]) as found:
        yield found[0]
