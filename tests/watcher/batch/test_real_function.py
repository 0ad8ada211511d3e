"""The real function as a judge runs it: the samples, one broken picture, three variables."""

import json
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_samples_are_answered_as_over_http(begin, data, judge):
    for sample in (ROOT / "samples").glob("*.jpg"):
        data.put(sample.name, sample.read_bytes())
    data.put("cut.jpg", (ROOT / "samples/coffee.jpg").read_bytes()[:40_000])
    data.put("sub/none.HEIC", b"\0\0\0\x18ftypheic" + bytes(64))
    run = begin(
        BATCH=None, RESULT_FILE=None, HANDLER_DIR=ROOT / "handler", HANDLER_FILE="handler.py",
        REST_URL=judge.url, API_HEADER=json.dumps({"X-Team": "red"}),
    )  # fmt: skip
    assert run.wait() == 0, run.log
    assert "Traceback" not in run.log
    best = {
        one["file"]: one["error"]["code"] if "error" in one else one["result"][0]["class"]
        for one in judge.answer()
    }
    assert list(best.items()) == [
        ("astronaut.jpg", "person"),
        ("chelsea.jpg", "cat"),
        ("coffee.jpg", "cup"),
        ("cut.jpg", "truncated_image"),
        ("sub/none.HEIC", "unsupported_format"),
    ]
