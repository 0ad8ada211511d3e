"""One run of pip: what it says is told as far as it may be, and it ends with all it started."""

import asyncio

import pytest

from dcf.providers.process import pip_run
from dcf.providers.process.pip_run import run_pip
from tests.waiting import until_async


def pip_that(tmp_path, *lines, status=1):
    """A `python` that says this in pip's place; gives its reason and what was told."""
    (tmp_path / "said").write_bytes(
        b"".join((each if isinstance(each, bytes) else each.encode()) + b"\n" for each in lines)
    )
    told = []
    python = script(tmp_path, f"cat {tmp_path}/said; exit {status}")
    done = run_pip(python, tmp_path / "requirements.txt", told.append)
    return asyncio.run(asyncio.wait_for(done, 60)), told


def script(tmp_path, text):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{text}\n")
    python.chmod(0o755)
    return python


def test_without_pip_it_is_said_what_to_do(tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho '/bin/python: No module named pip'\nexit 1\n")
    python.chmod(0o755)
    reason = asyncio.run(run_pip(python, tmp_path / "requirements.txt", print))
    assert reason.startswith("pip is not installed beside dcf: install it")


def test_it_is_asked_for_the_file_in_its_folder_without_what_would_lead_it_away(
    tmp_path, monkeypatch
):
    for name in ("PIP_TARGET", "PYTHONPATH", "PIP_INDEX_URL"):
        monkeypatch.setenv(name, "somewhere")
    python = script(
        tmp_path, f'echo "$@" >{tmp_path}/asked; pwd >>{tmp_path}/asked; env >>{tmp_path}/asked'
    )
    assert asyncio.run(run_pip(python, tmp_path / "requirements.txt", print)) == ""
    command, folder, *env = (tmp_path / "asked").read_text().splitlines()
    assert command.startswith("-m pip install --no-input ")
    assert command.endswith(f" -r {tmp_path}/requirements.txt")
    assert folder == str(tmp_path)
    assert "PIP_INDEX_URL=somewhere" in env
    assert not {"PIP_TARGET=somewhere", "PYTHONPATH=somewhere"} & set(env)


def test_progress_is_told_and_what_is_here_already_is_not(tmp_path):
    reason, told = pip_that(
        tmp_path, "Requirement already satisfied: a", f"Processing {tmp_path}/w/b.whl",
        "  Downloading b.whl (1 MB)", "", "a 1 requires b, which is incompatible.", status=0,
    )  # fmt: skip
    assert reason == ""
    assert told == [
        "Processing w/b.whl", "Downloading b.whl (1 MB)", "a 1 requires b, which is incompatible.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ((), "pip said nothing"),
        (("one", "two"), "two"),
        (("ERROR: no matching distribution", "a hint"), "ERROR: no matching distribution"),
        (("error: subprocess-exited", "ERROR: the last"), "ERROR: the last"),
        ((b"\xff is no text",), "\ufffd is no text"),
        (("x" * 200_000, "after"), "after"),
        (
            ("ERROR: Invalid requirement: 'hush': from line 3 of r.txt", "hush", "ERROR: hush"),
            "Invalid requirement (line 3 of r.txt): see the file; its lines are not shown here",
        ),
        (
            ("ERROR: Invalid URL 'hush'", "more hush"),
            "Invalid requirement: see the file; its lines are not shown here",
        ),
    ],
    ids=["nothing", "last", "error", "last-error", "bytes", "long", "quotes", "quotes-no-place"],
)
def test_the_reason_is_one_line_and_quotes_no_file(tmp_path, lines, reason):
    found, told = pip_that(tmp_path, *lines)
    assert found == reason
    assert not any("hush" in each for each in told)


STARTS = "sleep 3600 & echo $! >{pid}; echo Collecting things; wait"


@pytest.mark.parametrize("how", ["too-long", "given-up"])
def test_it_ends_with_all_it_started(tmp_path, monkeypatch, is_alive, how):
    pid = tmp_path / "pid"
    python = script(tmp_path, STARTS.format(pid=pid))
    if how == "too-long":
        monkeypatch.setattr(pip_run, "_LONGEST_SECONDS", 2.0)

    async def steps():
        told = []
        running = asyncio.create_task(run_pip(python, tmp_path / "r.txt", told.append))
        if how == "too-long":
            assert await running == "pip was not done after 2 s"
        else:
            await until_async(lambda: told)
            running.cancel()
            await asyncio.wait({running})
            assert running.cancelled()
        if pid.exists() and (child := pid.read_text()):  # it had come that far
            await until_async(lambda: not is_alive(int(child)))

    asyncio.run(asyncio.wait_for(steps(), 60))
