"""Who waits at a terminal is told so; whoever reads a pipe is not, and pays for no thread."""

import subprocess
import sys

from tests.terminal import at_a_terminal
from tests.waiting import until

CODE = (
    "import sys\nfrom dcf.terminal.patience import patience\n"
    "with patience('the moon'):\n    {}\nprint('after')\n"
)


def test_what_takes_no_time_says_nothing():
    code = CODE.format("sys.stdin.read()")
    with at_a_terminal(sys.executable, "-c", code, stdin=b"") as (process, out, err):
        process.wait(30)
    assert (out.text, err.text) == ("after\n", "")  # it took no time


def test_what_takes_long_says_how_long(tmp_path):
    gate = tmp_path / "gate"
    subprocess.run(["mkfifo", gate], check=True)
    code = CODE.format("open(sys.argv[1]).read()")
    with at_a_terminal(sys.executable, "-c", code, gate) as (process, out, err):
        until(lambda: " s, the moon" in err.text)
        gate.write_text("go")
        process.wait(30)
    assert out.text == "after\n"
    assert err.text.endswith("\r\x1b[K")


def test_a_pipe_sees_nothing_and_no_thread_is_loaded():
    code = CODE.format("pass") + "assert 'dcf.terminal.waiting_line' not in sys.modules\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=30, check=True)
    assert (done.stdout, done.stderr) == (b"after\n", b"")
