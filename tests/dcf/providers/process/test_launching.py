"""How a function's own settings reach its processes, and what its gateway makes of them."""

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from dcf.archive import Entry, pack
from dcf.errors import InvalidRequest
from dcf.providers.placement import FunctionSpec
from dcf.providers.process.archives import Archives
from dcf.providers.process.launching import Launching, Stock
from dcf.providers.process.overlay import Overlays
from dcf.providers.process.secret_files import Secrets
from dcf.providers.process.state_dir import StateDir
from tests.dcf.providers.process.tars import member, tar_of
from watcher.configuration import config
from watcher.configuration.settings import SETTINGS
from watcher.errors import SettingError

# What a replica is given beside the launch's environment.
REPLICA = {
    "HOST": "127.0.0.1", "PORT": "1", "WATCHER_PORT": "2", "MESH_PORT": "3", "METRICS_PORT": "4",
    "LOCK_FILE": "lock", "PARENT_FD": "-1", "DRAIN_DELAY": "0.2", "FUNCTION_REVISION": "1",
}  # fmt: skip


class Prepared:
    """A launching with one archive."""

    def __init__(self, folder, home):
        source = folder / "src"
        source.mkdir()
        (source / "handler.py").write_text("def handle(body):\n    return body\n")
        archive = pack(folder, Entry("src", "handler.py", "handle"), ("src",), ())
        archives = self.archives = Archives(home)

        async def chunks():
            yield archive.data

        asyncio.run(archives.put(archive.digest, chunks()))
        self.image = archive.image
        stock = Stock(home, archives, Overlays(home.overlays), Secrets(home))
        self.launching = Launching(stock, 0, dict(os.environ), mesh=("127.0.0.1:9", "shown"))

    def check(self, **env):
        self.launching.check(FunctionSpec("f", self.image, env=env))

    def launch(self, **env):
        spec = FunctionSpec("f", self.image, env=env)
        return asyncio.run(self.launching.launch(1, spec, lambda line: None))


@pytest.fixture
def prepared(tmp_path):
    (tmp_path / "code").mkdir()
    with StateDir.claim(tmp_path / "home") as home:
        yield Prepared(tmp_path / "code", home)


@pytest.mark.parametrize("spell", [str.upper, str.lower])
@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 125), ("120s", 125), ("2m", 125), ("1m30s", 95), ("0.5h", 1805), ("90.5", 95.5),
        ("500us", 60), ("100ms", 60), ("10", 60), ("1ns", 60),
        ("0", 86405), ("0s", 86405), ("", 60), ("  120 ", 125), ("24h", 86405),
    ],
)  # fmt: skip
def test_a_call_may_take_what_the_watcher_allows(prepared, spell, text, seconds):
    env = {spell("EXEC_TIMEOUT"): text}
    prepared.check(**env)
    launch = prepared.launch(**env)
    assert launch.call_timeout == pytest.approx(seconds)
    # The watcher itself gives up first, so that its own 504 is the answer.
    allowed = config.read({}, {**launch.env, **REPLICA}).exec_timeout
    assert launch.call_timeout >= (allowed or 86400) + 5


def test_a_variable_that_names_an_attachment_is_set_to_its_folder(prepared):
    data = tar_of((member("labels.txt"), b"cat"))
    digest = hashlib.sha256(data).hexdigest()
    value = f"attachment:sha256:{digest}"

    async def chunks():
        yield data

    with pytest.raises(InvalidRequest, match=f"'MODEL_BUNDLE' names attachment {digest}"):
        prepared.check(MODEL_BUNDLE=value)
    asyncio.run(prepared.archives.put(digest, chunks()))
    prepared.check(MODEL_BUNDLE=value)
    env = prepared.launch(MODEL_BUNDLE=value, OTHER="attached").env
    assert Path(env["MODEL_BUNDLE"], "labels.txt").read_text() == "cat"
    assert env["OTHER"] == "attached"


def test_starts_and_ends_are_given_their_time_by_any_name(prepared):
    launch = prepared.launch(load_timeout="10m", SHUTDOWN_TIMEOUT="1500ms")
    assert (launch.load_timeout, launch.stop_timeout) == (605, 6.5)
    launch = prepared.launch(LOAD_TIMEOUT="", shutdown_timeout="0")
    assert (launch.load_timeout, launch.stop_timeout) == (125, 5)  # 0: calls are not waited for


@pytest.mark.parametrize(
    "env",
    [
        {"EXEC_TIMEOUT": "soon"}, {"exec_timeout": "-1"}, {"EXEC_TIMEOUT": "25h"},
        {"LOAD_TIMEOUT": "0"}, {"read_timeout": "10"  "ms"}, {"SHUTDOWN_TIMEOUT": "1 s"},
        {"CONCURRENCY": "many"}, {"max_inflight": "2000"}, {"LOG_LEVEL": "loud"},
        {"RAW_BODY": "perhaps"}, {"BODY_MEMORY": "1G"}, {"BATCH_RETRY": "8000000"},
    ],
)  # fmt: skip
def test_what_the_watcher_would_refuse_is_refused_in_its_words(prepared, env):
    with pytest.raises(InvalidRequest) as refused:
        prepared.check(**env)
    with pytest.raises(SettingError) as said:
        config.read({}, env)
    assert str(refused.value) == said.value.message


def test_a_function_from_an_older_gateway_fails_with_the_same_words(prepared):
    with pytest.raises(InvalidRequest, match="EXEC_TIMEOUT is 'soon'; it must be seconds"):
        prepared.launch(EXEC_TIMEOUT="soon")


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.name)
@pytest.mark.parametrize("text", ["garbage", "-7", "9" * 15])
def test_every_setting_is_refused_or_starts(prepared, row, text):
    """No setting passes the deployment and then ends every start."""
    for name in (row.name, row.name.lower(), *row.other_names):
        try:
            prepared.check(**{name: text})
        except InvalidRequest as refused:
            with pytest.raises(SettingError) as said:
                config.read({}, {name: text})
            assert str(refused) == said.value.message
        else:
            assert config.read({}, {**prepared.launch(**{name: text}).env, **REPLICA})


def test_what_the_gateway_sets_by_default_a_function_may_set_in_either_case(prepared):
    seen = config.read({}, prepared.launch().env)
    assert (seen.log_format, seen.mesh_address) == ("text", "127.0.0.1:9")
    assert seen.mesh_token == "shown"
    own = prepared.launch(log_format="json", mesh_address="elsewhere:1").env
    seen = config.read({}, own)
    assert (seen.log_format, seen.mesh_address) == ("json", "elsewhere:1")
    assert config.read({}, prepared.launch(MESH_ADDRESS="").env).mesh_address == ""
    assert seen.log_command == "dcf function log f"
    assert config.read({}, prepared.launch(LOG_COMMAND="").env).log_command == ""


@pytest.mark.parametrize(
    ("cores", "fields", "concurrency"),
    [
        (8, {}, "8"),
        (8, {"replicas": 0}, "8"),
        (8, {"replicas": 3}, "3"),
        (8, {"labels": {"com.openfaas.scale.max": "4"}}, "2"),
        (8, {"labels": {"com.openfaas.scale.max": "3"}, "replicas": 2}, "3"),
        (8, {"labels": {"com.openfaas.scale.zero": "true"}}, "1"),  # of 20 replicas
        (8, {"labels": {"com.openfaas.scale.max": "no number"}, "replicas": 2}, "4"),
        (8, {"limits": {"cpu": "4"}, "labels": {"scale_max": "2"}}, "2"),
        (2, {"labels": {"scale_max": "32"}}, "1"),
        (8, {"env": {"concurrency": "5"}, "labels": {"scale_max": "4"}}, "5"),
        (8, {"env": {"CONCURRENCY": "0"}, "labels": {"scale_max": "4"}}, "2"),
    ],
)
def test_replicas_of_one_machine_share_its_cores(prepared, monkeypatch, cores, fields, concurrency):
    monkeypatch.setattr("dcf.providers.process.launching.cores.usable", lambda: cores)
    spec = FunctionSpec("f", prepared.image, **fields)
    launch = asyncio.run(prepared.launching.launch(1, spec, lambda line: None))
    read = config.read({}, {**launch.env, **REPLICA})
    assert (launch.env["CONCURRENCY"], read.concurrency) == (concurrency, int(concurrency))
    assert launch.room == read.max_inflight == 8 * int(concurrency)


def test_a_replica_takes_as_many_calls_as_its_function_says(prepared):
    launch = prepared.launch(max_inflight="7", CONCURRENCY="2")
    assert launch.room == config.read({}, {**launch.env, **REPLICA}).max_inflight == 7
