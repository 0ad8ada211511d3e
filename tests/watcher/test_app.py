from pathlib import Path


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
