import json

from benchmarks.comparisons.batches import device, main, median_ms
from models.ssd.bundle import DEFAULT_BUNDLE


def test_a_bundle_at_two_sizes(capsys):
    assert (
        main(["--bundle", str(DEFAULT_BUNDLE), "--sizes", "1", "3", "--calls", "2", "--json"]) == 0
    )
    answer = json.loads(capsys.readouterr().out)
    assert [row["what"] for row in answer["rows"]] == ["batch of 1", "batch of 3"]
    one, three = (row["figure"] for row in answer["rows"])
    assert min(one, three) > 0
    assert answer["on"] == "on the processor"


def test_the_first_calls_are_not_counted():
    calls = []
    assert median_ms(lambda: calls.append(0), 3) >= 0
    assert len(calls) == 3 + 2


def test_what_it_runs_on_is_said():
    assert device("litert") == "on the processor"
