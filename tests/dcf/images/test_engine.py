"""The engine's command line: found, asked, followed and ended."""

import os
import pty
import signal
import subprocess
import sys

import pytest

from dcf.errors import EngineFailed
from dcf.images import engine
from dcf.images.engine import Engine, find_engine, words_of
from tests.waiting import until

STEPS = ["#1 [internal] load build definition", "#5 [stage-1 2/4] RUN apt-get update", "#5 0.5 out"]


def test_without_an_engine_it_says_what_to_do(with_engine, fake_engine, write_function, tmp_path):
    write_function(tmp_path)
    missing = with_engine("build", cwd=tmp_path, DCF_ENGINE="/no/such/engine")
    assert missing.returncode == 1
    assert b"install docker or podman, or name another with DCF_ENGINE" in missing.stderr
    none = with_engine("build", cwd=tmp_path, DCF_ENGINE="", PATH=str(tmp_path))
    assert b"neither docker nor podman is on PATH" in none.stderr
    fake_engine.tell(version=[["Cannot connect to the daemon"], 1])
    silent = with_engine("build", cwd=tmp_path)
    assert b"does not answer (Cannot connect to the daemon): start it" in silent.stderr
    assert {missing.returncode, none.returncode, silent.returncode} == {1}
    assert all(each.stderr.count(b"\n") == 1 for each in (missing, none, silent))


def start(fake_engine, tmp_path, **options):
    """`dcf function build` in the background, its builder at work."""
    environ = {**os.environ, "DCF_ENGINE": str(fake_engine.program), "TERM": "xterm"}
    # As from a terminal, whatever shell the tests were started from.
    command = ["env", "--default-signal=INT", sys.executable, "-m", "dcf", "function", "build"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environ, **options)
    until(lambda: fake_engine.asked("build"), 30)
    return process


def test_ctrl_c_ends_the_builder(fake_engine, write_function, tmp_path):
    write_function(tmp_path)
    fake_engine.tell(build=[[*STEPS, "and then it hangs"], 0])
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with start(fake_engine, tmp_path, **pipes) as process:
        until((fake_engine.home / "hangs").exists)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in errors
    assert (fake_engine.home / "interrupted").exists()


def test_a_terminal_shows_the_step_the_builder_is_at(fake_engine, write_function, tmp_path):
    write_function(tmp_path)
    fake_engine.tell(build=[STEPS, 0])
    ours, theirs = pty.openpty()
    process = start(fake_engine, tmp_path, stdout=subprocess.DEVNULL, stderr=theirs, stdin=theirs)
    os.close(theirs)
    shown = b""
    while chunk := read(ours):
        shown += chunk
    os.close(ours)
    assert process.wait(timeout=30) == 0
    steps = (b"[internal] load build definition", b"[stage-1 2/4] RUN apt-get update", b"")
    assert shown == b"".join(b"\r\x1b[K" + step for step in steps)


def read(terminal):
    """A piece of what is shown; empty at its end."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # how Linux tells that the other side is closed
        return b""


class Watch:
    """Keeps what it is told."""

    def __init__(self):
        self.lines, self.ended, self.recalled = [], 0, 0

    def line(self, text):
        self.lines.append(text)

    def done(self):
        self.ended += 1

    def recall(self):
        self.recalled += 1


def script(text):
    """An engine that is a shell's script; its words are $1, $2 ..."""
    return Engine(("sh", "-c", text, "sh"))


def test_a_question_is_answered_with_status_and_both_outputs():
    told = script('echo "$1 $2"; echo late >&2; printf "\\377"; exit 3').ask("image", "a b")
    assert (told.returncode, told.stdout, told.stderr) == (3, "image a b\n\ufffd", "late\n")


def test_an_engine_is_never_waited_for_without_an_end(monkeypatch):
    monkeypatch.setattr(engine, "_QUESTION_SECONDS", 0.2)
    with pytest.raises(EngineFailed, match=r"has not answered `version` within 0\.2 s"):
        script("exec sleep 30").ask("version")


def test_work_is_followed_line_by_line_without_colours():
    watch = Watch()
    lines = script("printf '\\033[1mone\\033[0m  \\n'; echo two >&2; printf three").work(
        watch, "build"
    )
    assert lines == watch.lines == ["one", "two", "three"]
    assert (watch.ended, watch.recalled) == (1, 0)


def test_work_that_fails_keeps_what_was_written():
    watch = Watch()
    with pytest.raises(EngineFailed, match="build ended with 7") as caught:
        script("echo One; echo TWO; exit 7").work(watch, "build", "x")
    assert words_of(caught.value) == "one\ntwo"
    assert watch.ended == 1
    assert words_of(EngineFailed("something else")) == ""


def test_who_is_interrupted_ends_the_engine_and_by_force_if_it_does_not_listen(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(engine, "_END_SECONDS", 0.5)

    class Impatient(Watch):
        def line(self, text):
            self.pid = int(text)
            raise KeyboardInterrupt

    for trap in ("", "trap '' INT; "):
        watch = Impatient()
        with pytest.raises(KeyboardInterrupt):
            script(trap + "echo $$; while :; do sleep 0.05; done").work(watch, "build")
        assert watch.ended == 1
        with pytest.raises(ProcessLookupError):
            os.kill(watch.pid, 0)


def test_its_habits_do_not_win_over_the_persons_own(monkeypatch):
    monkeypatch.delenv("DOCKER_BUILDKIT", raising=False)
    monkeypatch.setenv("BUILDAH_FORMAT", "oci")
    lines = script('echo "$DOCKER_BUILDKIT $BUILDAH_FORMAT"').work(Watch(), "build")
    assert lines == ["1 oci"]


def test_what_is_not_here_cannot_be_looked_at(fake_engine):
    found = Engine((str(fake_engine.program),))
    assert found.has("dcf/tools")
    assert found.look("dcf/tools") == {"Id": "sha256:" + "a" * 64}
    assert not found.has("nothing")
    with pytest.raises(EngineFailed, match="image nothing is not here: `dcf function build` makes"):
        found.look("nothing")


def test_docker_is_taken_before_podman_and_a_named_one_before_both(
    fake_engine, monkeypatch, tmp_path
):
    for name in ("podman", "docker"):
        (tmp_path / name).symlink_to(fake_engine.program)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert find_engine({}).command == (name,)
    named = find_engine({"DCF_ENGINE": f"{fake_engine.program} --host x"})
    assert named.command == (str(fake_engine.program), "--host", "x")


@pytest.mark.parametrize(
    ("says", "is_podman"), [("Client: Podman Engine", True), ("Docker", False)]
)
def test_podman_is_known_under_whatever_name(fake_engine, says, is_podman):
    fake_engine.tell(version=[[says], 0])
    assert find_engine({"DCF_ENGINE": str(fake_engine.program)}).is_podman is is_podman
