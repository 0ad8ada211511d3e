import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.configuration import config
from watcher.configuration.settings import SETTINGS
from watcher.errors import SettingError


def test_the_table_and_the_value_hold_the_same_settings():
    table = {row.name.lower() for row in SETTINGS}
    assert table | {"mesh_addresses"} == set(config.Settings.__struct_fields__)
    assert len(table) == len(SETTINGS)
    assert all(row.help.endswith(".") for row in SETTINGS)


def test_defaults_are_those_of_the_design():
    value = config.read({}, {})
    assert (value.handler_dir, value.handler_file, value.handler_name) == (
        ".",
        "handler.py",
        "Handler",
    )
    assert (value.host, value.port) == ("127.0.0.1", 8080)
    assert (value.watcher_port, value.mesh_port, value.metrics_port) == (50051, 50052, 8081)
    assert value.lock_file == "/tmp/.lock"
    assert value.concurrency >= 1
    assert value.max_inflight == 8 * value.concurrency
    assert (value.exec_timeout, value.shutdown_timeout, value.load_timeout) == (30, 30, 120)
    assert value.max_body_bytes == 32 * 1024 * 1024
    assert (value.log_format, value.log_level) == ("text", "info")


def test_flag_wins_over_environment_and_upper_case_over_lower():
    environ = {"PORT": "2", "port": "3"}
    assert config.read({"PORT": "1"}, environ).port == 1
    assert config.read({}, environ).port == 2
    assert config.read({}, {"port": "3"}).port == 3
    assert config.read({}, {"PORT": "", "port": "3"}).port == 3


def test_the_watchdogs_names_and_lengths_of_time_are_read():
    environ = {"exec_timeout": "1m30s", "max_inflight": "5", "read_timeout": "250ms"}
    value = config.read({}, environ)
    assert (value.exec_timeout, value.max_inflight, value.read_timeout) == (90, 5, 0.25)


def test_the_platforms_name_of_the_function_is_read():
    assert config.read({}, {"K_SERVICE": "spotter"}).function_name == "spotter"
    ours = {"IMAGE_FUNCTION_NAME": "ssd"}
    assert config.read({}, ours).function_name == "ssd"
    for name in ("K_SERVICE", "OPENFAAS_NAME", "FUNCTION_NAME"):
        assert config.read({}, {**ours, name: "spotter"}).function_name == "spotter"
    assert config.read({}, {"K_REVISION": "spotter-2"}).function_revision == "spotter-2"


def test_mesh_addresses_are_what_is_no_setting():
    environ = {"MESH_ECHO": "127.0.0.1:7", "MESH_PORT": "9", "MESH_SUFFIX": ".fn"}
    value = config.read({}, environ)
    assert value.mesh_addresses == {"ECHO": "127.0.0.1:7"}
    assert (value.mesh_port, value.mesh_suffix) == (9, ".fn")


@pytest.mark.parametrize(
    ("environ", "is_batch"),
    [
        ({}, False),
        ({"DATA_PATH": "/d"}, False),
        ({"REST_URL": "http://judge/"}, False),
        ({"DATA_PATH": "/d", "REST_URL": "http://judge/"}, True),
        ({"DATA_PATH": "/d", "REST_URL": "http://judge/", "BATCH": "false"}, False),
        ({"BATCH": "TRUE"}, True),
    ],
)
def test_a_batch_is_asked_for_or_told_by_what_a_judge_sets(environ, is_batch):
    assert config.read({}, environ).is_batch is is_batch


def test_secrets_are_in_no_message():
    environ = {"API_HEADER": "X-Key: s3cr3t", "REST_URL": "http://judge/?s3cr3t"}
    assert "s3cr3t" not in repr(config.read({}, environ))
    with pytest.raises(SettingError) as caught:
        config.read({"API_HEADER": "s3cr3t\0"}, {})
    assert "s3cr3t" not in caught.value.message
    assert "--api-header is not usable" in caught.value.message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "80a"),
        ("PORT", "\uff18\uff10"),
        ("CONCURRENCY", "257"),
        ("EXEC_TIMEOUT", "-1s"),
        ("EXEC_TIMEOUT", "soon"),
        ("EXEC_TIMEOUT", "inf"),
        ("EXEC_TIMEOUT", "9" * 400),
        ("READ_TIMEOUT", "0"),
        ("MAX_BODY_BYTES", "0"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "loud"),
        ("RAW_BODY", "maybe"),
        ("PARENT_FD", "-2"),
    ],
)
def test_a_wrong_value_names_setting_value_and_range(name, text):
    row = next(row for row in SETTINGS if row.name == name)
    with pytest.raises(SettingError) as caught:
        config.read({}, {name: text})
    assert caught.value.message == f"{name} is {text!r}; it must be {row.allowed}"
    with pytest.raises(SettingError) as caught:
        config.read({name: text}, {})
    assert caught.value.message.startswith(row.flag + " is ")


@given(st.sampled_from([row.name for row in SETTINGS]), st.text())
def test_any_text_is_taken_or_refused_in_one_line(name, text):
    try:
        config.read({}, {name: text})
    except SettingError as error:
        assert name in error.message
        assert len(error.message.splitlines()) == 1


@given(st.integers(0, 65535))
def test_every_port_is_taken(port):
    assert config.read({}, {"PORT": str(port)}).port == port
