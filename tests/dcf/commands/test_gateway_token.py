"""dcf gateway token, and what tokens open: the command and functions of a real gateway."""

import json

import pytest

from tests.dcf.gateway.access.test_certificate import write_pair
from tests.dcf.gateway.integration.test_mesh import CHAIN


def add(dcf, home, name, role):
    made = dcf("gateway", "token", "add", name, "--role", role, "--home", str(home))
    assert made.returncode == 0, made.stderr.decode()
    return made.stdout


def test_tokens_are_made_listed_and_revoked(dcf, tmp_path):
    token = add(dcf, tmp_path, "ci", "deploy")
    assert token.startswith(b"dcf_")
    listed = dcf("gateway", "token", "list", "--json", "--home", str(tmp_path))
    (one,) = json.loads(listed.stdout)
    assert (one["name"], one["role"]) == ("ci", "deploy")
    assert token.strip() not in listed.stdout
    again = dcf("gateway", "token", "add", "ci", "--role", "all", "--home", str(tmp_path))
    assert again.returncode == 1
    assert b"revoke it first" in again.stderr
    gone = dcf("gateway", "token", "revoke", "ci", "--home", str(tmp_path))
    assert gone.stdout == b"Revoked: ci\n"
    assert dcf("gateway", "token", "revoke", "ci", "--home", str(tmp_path)).returncode == 1
    assert (
        json.loads(dcf("gateway", "token", "list", "--json", "--home", str(tmp_path)).stdout) == []
    )


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_each_role_does_its_part_and_functions_call_one_another(
    dcf, gateways, write_function, tmp_path, wire
):
    home = tmp_path / "home"
    words = {role: add(dcf, home, role, role) for role in ("call", "deploy")}
    gateway = gateways("--auth-calls")
    address = getattr(gateway, wire)

    def run(role, *arguments, stdin=b""):
        own = str(tmp_path / f"config-{role}")
        return dcf(*arguments, "-g", address, stdin=stdin, XDG_CONFIG_HOME=own)

    for role, word in words.items():
        kept = run(role, "login", "--token", "-s", stdin=word)
        assert kept.returncode == 0, kept.stderr.decode()
    assert run("nobody", "function", "list").returncode == 1
    for name, code in (("echo", ""), ("chain", CHAIN)):
        arguments = (name, code) if code else ()
        config = write_function(tmp_path / name, *arguments)
        made = run("deploy", "function", "create", "-f", config)
        assert made.returncode == 0, made.stderr.decode()
    refused = run("call", "function", "list")
    assert refused.returncode == 1
    assert b"has the role call" in refused.stderr
    called = run("call", "function", "call", "chain", stdin=b"echo hello")
    assert called.stdout == b"through hello", called.stderr.decode()
    for role in ("nobody", "deploy"):
        assert run(role, "function", "call", "echo", stdin=b"hello").returncode == 1
    assert dcf("gateway", "token", "revoke", "call", "--home", str(home)).returncode == 0
    assert run("call", "function", "call", "echo", stdin=b"hello").returncode == 1


def test_the_command_speaks_tls_over_both_wires(dcf, gateways, write_function, tmp_path):
    write_pair(tmp_path)
    chain, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    gateway = gateways("--tls-cert", chain, "--tls-key", key)
    trusted = {"SSL_CERT_FILE": str(chain)}
    rest = gateway.rest.replace("127.0.0.1", "localhost")
    rpc = "grpcs://" + gateway.grpc.replace("127.0.0.1", "localhost")
    for name, code in (("echo", ""), ("chain", CHAIN)):
        config = write_function(tmp_path / name, *((name, code) if code else ()))
        made = dcf("function", "create", "-f", config, "-g", rest, **trusted)
        assert made.returncode == 0, made.stderr.decode()
    for address in (rest, rpc):
        called = dcf("function", "call", "chain", "-g", address, stdin=b"echo in", **trusted)
        assert called.stdout == b"through in", called.stderr.decode()
    for address in (rest, rpc):
        unknown = dcf("function", "list", "-g", address, SSL_CERT_FILE="")
        assert unknown.returncode == 1
        assert b"Traceback" not in unknown.stderr
