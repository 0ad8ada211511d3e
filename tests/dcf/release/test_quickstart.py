"""What a gateway started with `--deploy` does first."""

import pytest

from dcf.errors import FunctionFailed
from dcf.release.quickstart import deploy_and_call


@pytest.fixture
def ready(stand_in, client, tmp_path, monkeypatch):
    """A gateway that has `echo` already, a config file of it, and nobody's login."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    stand_in.table["GET /system/info"] = (200, {})
    return stand_in


@pytest.fixture
def config(write_function, tmp_path):
    return write_function(tmp_path)


@pytest.fixture
def sample(tmp_path):
    file = tmp_path / "a photo.jpg"
    file.write_bytes(b"\xff\xd8picture")
    return file


class Archives(dict):
    def get(self, key, default=None):
        return (200, b"") if key.startswith("HEAD /system/archives/") else super().get(key, default)


@pytest.fixture
def gateway(ready):
    ready.table = Archives(ready.table)
    ready.table["GET /system/info"] = (200, {"capabilities": ["archives"]})
    ready.table["POST /function/echo"] = (200, b'{"found": 1}')
    return ready


def test_each_function_is_deployed_and_called_once_with_the_sample(gateway, config, sample, capfd):
    deploy_and_call(gateway.address, config, sample, "Basic mine")
    out = capfd.readouterr().out
    (call,) = [each for each in gateway.asked if each.path == "/function/echo"]
    assert call.body == b"\xff\xd8picture"
    assert "Authorization" not in call.headers  # a function never sees it
    deploys = [each for each in gateway.asked if each.path == "/system/functions"]
    assert {each.headers["Authorization"] for each in deploys} == {"Basic mine"}
    assert 'a photo.jpg -> echo:\n{"found": 1}\n' in out
    assert out.endswith("Ready. Ctrl-C ends the gateway and every function.\n")


def test_the_three_ways_name_this_gateway_and_this_sample(gateway, config, sample, capfd):
    deploy_and_call(gateway.address, config, sample, "")
    out = capfd.readouterr().out
    assert f"cat {sample} | base64 | dcf function call -g {gateway.address} echo\n" in out
    assert f"curl --data-binary @{sample} {gateway.address}/function/echo\n" in out


def test_without_a_sample_nothing_is_called(gateway, config, capfd):
    deploy_and_call(gateway.address, config, None, "")
    assert not [each for each in gateway.asked if each.path.startswith("/function/")]
    assert "Call it yourself" not in capfd.readouterr().out


def test_a_login_that_is_kept_is_used_where_none_is_given(gateway, config):
    from dcf.client import credentials

    credentials.keep(gateway.address, "Bearer kept")
    deploy_and_call(gateway.address, config, None, "")
    assert {each.headers.get("Authorization") for each in gateway.asked} == {"Bearer kept"}


def test_a_function_that_fails_is_not_called_ready(gateway, config, sample, capfd):
    gateway.table["POST /function/echo"] = (500, b"it broke")
    with pytest.raises(FunctionFailed, match="it broke"):
        deploy_and_call(gateway.address, config, sample, "")
    assert "Ready." not in capfd.readouterr().out
