"""dcf secret: a value goes in by one of three ways and never comes out."""

import json

import pytest

READ = """
import os, pathlib
def handle(body):
    return pathlib.Path(os.environ["SECRETS_DIR"], "key").read_bytes()
"""


@pytest.fixture(scope="module")
def secret(dcf, module_gateway):
    """`secret(verb, *arguments, stdin=b"", wire="rest")`."""

    def run(verb, *arguments, stdin=b"", wire="rest"):
        gateway = getattr(module_gateway, wire)
        return dcf("secret", verb, "-g", gateway, *arguments, stdin=stdin)

    return run


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_a_secret_is_kept_changed_listed_and_forgotten(secret, tmp_path, wire):
    (tmp_path / "value").write_bytes(b"\xff\x00 from a file\n")
    done = secret("create", "key", stdin=b"hush\n", wire=wire)
    assert (done.returncode, done.stdout) == (0, b"Created secret: key\n")
    taken = secret("create", "key", "--from-literal", "hush", wire=wire)
    assert (taken.returncode, b"hush" in taken.stderr) == (1, False)
    assert secret("update", "key", "--from-file", tmp_path / "value", wire=wire).returncode == 0
    assert secret("list", wire=wire).stdout == b"key\n"
    assert json.loads(secret("list", "--json", wire=wire).stdout) == ["key"]
    assert secret("remove", "key", wire=wire).stdout == b"Removed secret: key\n"
    assert secret("list", wire=wire).stdout == b""
    assert secret("update", "key", stdin=b"x", wire=wire).returncode == 1


@pytest.mark.parametrize(
    ("flags", "stdin", "kept"),
    [
        ((), b" hush\r\n", b"hush"),
        (("--no-trim",), b" hush\n", b" hush\n"),
        (("--from-literal", "li ter\n"), b"", b"li ter"),
        (("--from-file", "binary"), b"", b"\xff\n"),
    ],
    ids=["stdin", "untrimmed", "literal", "binary"],
)
def test_functions_read_it_as_it_was_given(
    secret, module_gateway, write_function, tmp_path, flags, stdin, kept
):
    (tmp_path / "binary").write_bytes(b"\xff\n")
    flags = [tmp_path / each if each == "binary" else each for each in flags]
    assert secret("create", "key", *flags, stdin=stdin).returncode == 0
    config = write_function(tmp_path, "reader", READ, name="handle")
    config.write_text(config.read_text() + "    secrets: [key]\n")
    module_gateway.deploy(config)
    try:
        assert module_gateway.dcf("call", "reader", stdin=b"x").stdout == kept
        assert module_gateway.dcf("info", "reader").stdout.count(b"hush") == 0
    finally:
        module_gateway.dcf("delete", "reader")
        assert secret("remove", "key").returncode == 0


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        (("--from-literal", "a", "--from-file", "b"), 2, b"exclude each other"),
        (("--from-file", "/no/such"), 1, b"/no/such cannot be read"),
        ((), 1, b"value is empty"),
    ],
    ids=["both", "no-file", "empty"],
)
def test_wrong_values_are_told(secret, flags, code, words):
    done = secret("create", "other", *flags)
    assert (done.returncode, words in done.stderr) == (code, True)
