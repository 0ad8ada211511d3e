"""The JSON holds rows, verdicts and details, in a file named by the time of the run."""

import json

from benchmarks.harness import results
from benchmarks.harness.bars import Finding, Row, at_least, at_most


def test_the_file_holds_rows_verdicts_and_details(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FOLDER", tmp_path / "results")
    rows = (
        Row("p50", 1.0449, "", at_most(1.1), "8.7 ms / 8.3 ms"),
        Row("  of it: imports", 0.3, "s"),
        Row("original", None, "", at_least(15), "needs TensorFlow"),
    )
    content = results.document({"cores": 2}, {"latency": Finding(rows, {"rounds": [1, 2]})})
    file = results.write(content, "2026-01-02T03:04:05+00:00", "-peers")
    assert file.name == "2026-01-02T03-04-05-peers.json"
    read = json.loads(file.read_text())
    assert read["about"] == {"cores": 2}
    assert read["details"] == {"latency": {"rounds": [1, 2]}}
    first, imports, last = read["rows"]
    assert first == {
        "benchmark": "latency", "what": "p50", "figure": 1.0449, "unit": "", "bar": "≤ 1.1",
        "note": "8.7 ms / 8.3 ms", "verdict": "yes",
    }  # fmt: skip
    assert imports["what"] == "of it: imports"
    assert (last["figure"], last["verdict"]) == (None, "skipped")
