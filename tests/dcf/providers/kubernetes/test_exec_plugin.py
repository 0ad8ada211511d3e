"""Tokens from real programs: kept while they are valid, asked for again, and every way to fail."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from dcf.providers.kubernetes.api import ApiError
from dcf.providers.kubernetes.exec_plugin import ExecPlugin
from tests.dcf.providers.kubernetes.api_server import run

GROUP = "client.authentication.k8s.io"


def program(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return {"apiVersion": f"{GROUP}/v1", "command": str(path)}


def credential(until="", **status):
    if until:
        status["expirationTimestamp"] = until
    return json.dumps({"kind": "ExecCredential", "status": status})


def counting(tmp_path, **status):
    """A program whose nth token is `token-n`."""
    said = credential(token="token-'$(wc -l < $COUNT)'", **status)
    plugin = program(tmp_path / "plugin", f"echo x >> \"$COUNT\"; echo '{said}'")
    return {**plugin, "env": [{"name": "COUNT", "value": str(tmp_path / "count")}]}


def at(seconds):
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("version", ["v1", "v1beta1", "v1alpha1"])
def test_a_token_is_kept_until_the_server_refuses_it(tmp_path, version):
    async def steps():
        plugin = ExecPlugin({**counting(tmp_path), "apiVersion": f"{GROUP}/{version}"}, {})
        assert [await plugin.token() for _ in range(3)] == ["token-1"] * 3
        assert await plugin.token(refused="token-1") == "token-2"
        assert await plugin.token(refused="token-1") == "token-2"  # another call was first

    run(steps())


def test_a_token_whose_time_is_over_is_asked_for_again(tmp_path, monkeypatch):
    async def steps():
        plugin = ExecPlugin(counting(tmp_path, until=at(1000)), {})
        assert await plugin.token() == "token-1"
        clock = time.time
        monkeypatch.setattr(time, "time", lambda: clock() + 900)
        assert await plugin.token() == "token-1"
        monkeypatch.setattr(time, "time", lambda: clock() + 950)
        assert await plugin.token() == "token-2"

    run(steps())


def test_a_program_is_told_what_it_may_want_to_know(tmp_path):
    async def steps():
        text = f'echo "$KUBERNETES_EXEC_INFO" > {tmp_path}/info; echo "$@" >> {tmp_path}/info; '
        plugin = program(tmp_path / "plugin", text + f"echo '{credential(token='t')}'")
        plugin |= {"provideClusterInfo": True, "args": ["get", 7]}
        assert await ExecPlugin(plugin, {"server": "https://c"}).token() == "t"
        info, words = (tmp_path / "info").read_text().splitlines()
        spec = {"interactive": False, "cluster": {"server": "https://c"}}
        assert json.loads(info) == {
            "apiVersion": f"{GROUP}/v1", "kind": "ExecCredential", "spec": spec,
        }  # fmt: skip
        assert words == "get 7"

    run(steps())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("echo one >&2; echo two >&2; exit 3", "ended with status 3: two"),
        ("echo nothing", "no ExecCredential"),
        ("echo '[]'", "no ExecCredential"),
        (f"echo '{credential(token='t', until='soon')}'", "no ExecCredential"),
        (f"echo '{credential(clientCertificateData='c')}'", "gave no token"),
    ],
)
def test_a_program_that_fails_is_named_in_one_line(tmp_path, text, words):
    async def steps():
        with pytest.raises(ApiError, match=words) as caught:
            await ExecPlugin(program(tmp_path / "plugin", text), {}).token()
        assert str(tmp_path / "plugin") in caught.value.message

    run(steps())


def test_a_program_that_is_not_there_comes_with_its_hint():
    async def steps():
        plugin = {"apiVersion": f"{GROUP}/v1", "command": "/none/x", "installHint": "get x\nat y"}
        with pytest.raises(ApiError, match=r"cannot be run .No such file or directory.: get x$"):
            await ExecPlugin(plugin, {}).token()
        with pytest.raises(ApiError, match="speaks 'v9'"):
            await ExecPlugin({**plugin, "apiVersion": "v9"}, {}).token()

    run(steps())
