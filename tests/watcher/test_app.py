import socket
from pathlib import Path

PRINTS = """\
import sys

def handle(body):
    print("heard", "it", flush=True)
    print("said", "it", end="", file=sys.stderr)
    return body
"""


def resident_mb(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = (one for one in lines if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def test_many_threads_that_held_large_bodies_give_them_back(start):
    watcher = start(MAX_INFLIGHT=40)
    assert watcher.get("/_/ready").status_code == 200  # everything is imported by now
    before = resident_mb(watcher.process.pid)
    connection = watcher.connect()
    for number in range(400):
        size = (10, 150_000, 1_500_000)[number % 3]
        connection.request("POST", "/?do=text", body=b"x" * size)
        assert connection.getresponse().read() == b"plain"
    connection.close()
    assert resident_mb(watcher.process.pid) - before < 15


def test_a_printed_line_is_one_write_so_that_calls_do_not_tear_lines_apart(start, tmp_path):
    (tmp_path / "prints.py").write_text(PRINTS)
    # Each write is a datagram of its own.
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        ours.settimeout(10)
        handler = {"HANDLER_DIR": tmp_path, "HANDLER_FILE": "prints.py", "HANDLER_NAME": "handle"}
        watcher = start(stdout=theirs, PYTHONUNBUFFERED=1, **handler)
        for _ in range(2):
            assert watcher.post(data=b"it").status_code == 200
            assert ours.recv(100) == b"heard it\n"
    watcher.signal()
    assert watcher.wait() == 0
    assert "said it" in watcher.log
