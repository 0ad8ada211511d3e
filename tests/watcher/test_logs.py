import json


def test_json_lines_are_one_object_each(start):
    watcher = start(ready=False, LOG_FORMAT="json", PORT=0)
    watcher.wait_log("ready:", 15)
    report = json.loads(watcher.log.splitlines()[0])
    watcher.port = int(report["message"].partition("http 127.0.0.1:")[2].partition(",")[0])
    call_id = watcher.post("/a%0Ab?do=unknown", data=b"x").headers["X-Call-Id"]
    watcher.wait_log('"status": 500')
    lines = [json.loads(line) for line in watcher.log.splitlines()]
    failed, called = lines[1:]
    assert failed["level"] == "error"
    assert call_id in failed["message"]
    assert failed["traceback"].startswith("Traceback")
    assert called["message"] == "call"
    assert (called["method"], called["path"], called["status"]) == ("POST", "/a\nb", 500)
    assert called["call_id"] == call_id
    assert called["size"] > 0
    assert called["seconds"] >= 0


def test_a_level_leaves_lesser_lines_out(start):
    watcher = start(ready=False, LOG_LEVEL="error", HANDLER_FILE="good.py")
    import time

    time.sleep(1.5)
    assert watcher.log == ""
    watcher.signal()
    assert watcher.wait() == 0


def test_a_fault_of_loading_is_one_object_with_its_traceback(start):
    watcher = start(ready=False, LOG_FORMAT="json", HANDLER_FILE="broken_build.py")
    assert watcher.wait() == 1
    (line,) = map(json.loads, watcher.log.splitlines())
    assert line["message"].startswith("building Handler failed: ValueError")
    assert "broken_build.py" in line["traceback"]
