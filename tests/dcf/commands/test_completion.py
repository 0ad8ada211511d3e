"""Shell completion: verbs without importing them, function names from the gateway."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.waiting import until


def completed(*words, **environ):
    """What bash would offer for the last word."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("DCF_")}
    done = subprocess.run(
        [sys.executable, "-m", "dcf"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={
            **clean,
            "_DCF_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(("dcf", *words)),
            "COMP_CWORD": str(len(words)),
            **environ,
        },
    )
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.split()]


def test_verbs_and_flags_are_completed():
    assert completed("func") == ["function"]
    assert set(completed("function", "r")) == {"run", "ready", "rollback"}
    assert "--follow" in completed("function", "log", "--f")
    assert "python3-detection" in completed("function", "init", "-r", "python3-")


def test_function_names_come_from_the_gateway(echo_gateway):
    # A gateway that does not answer within a second, as on a busy machine, is not waited for.
    until(lambda: completed("function", "call", "ec", DCF_GATEWAY=echo_gateway.rest) == ["echo"])
    until(lambda: completed("function", "-g", echo_gateway.rest, "delete", "e") == ["echo"])


def test_no_gateway_completes_nothing():
    assert completed("function", "call", "ec", DCF_GATEWAY="http://127.0.0.1:1") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_can_read_its_script(dcf, shell, tmp_path):
    done = dcf("completion", shell)
    assert done.returncode == 0
    assert b"_DCF_COMPLETE" in done.stdout
    if program := shutil.which(shell):
        script = tmp_path / "script"
        script.write_bytes(done.stdout)
        subprocess.run([program, "-n", str(script)], check=True, timeout=10)


def test_completing_verbs_imports_none_of_them():
    code = (
        "import sys\nfrom dcf.cli import cli\n"
        "try:\n    cli(prog_name='dcf')\nexcept SystemExit:\n    pass\n"
        "print([name for name in sys.modules if name.startswith('dcf.commands.')], file=sys.stderr)"
    )
    environ = {"_DCF_COMPLETE": "bash_complete", "COMP_WORDS": "dcf function ", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, timeout=30, check=True, env={**os.environ, **environ},
    )  # fmt: skip
    assert "create" in done.stdout
    assert done.stderr.strip() == "[]"
