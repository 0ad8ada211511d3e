"""What is counted of functions, and for how long it is kept."""

import pytest

from dcf.gateway.calls.metrics import Metrics
from dcf.providers.notices import (
    ReplicaEnded,
    ReplicaReady,
    ReplicaRestarted,
    RolloutEnded,
    RolloutStep,
)

NAME = 'function_name="f.openfaas-fn"'


def lines(metrics, *names):
    texts = [text for name in names or ["f"] for text in metrics.lines(name)]
    return b"".join(texts).decode().splitlines()


def test_calls_are_counted_by_status_and_begun_ones_apart():
    metrics = Metrics()
    tally = metrics.of("f")
    for _ in range(3):
        tally.begin()
    tally.end(1, 200, 0.02)
    tally.end(1, 502, 4.0)
    told = lines(metrics)
    assert f"gateway_function_invocation_started{{{NAME}}} 3.0" in told
    assert f'gateway_function_invocation_total{{code="200",{NAME}}} 1.0' in told
    assert f'gateway_function_invocation_total{{code="502",{NAME}}} 1.0' in told
    assert f'gateway_functions_seconds_bucket{{code="200",{NAME},le="0.025"}} 1.0' in told
    assert f'gateway_functions_seconds_bucket{{code="200",{NAME},le="0.01"}} 0.0' in told
    assert f'gateway_functions_seconds_sum{{code="502",{NAME}}} 4.0' in told


def test_a_page_that_was_made_is_made_again_when_something_was_counted():
    metrics = Metrics()
    begun = f"gateway_function_invocation_started{{{NAME}}}"
    for count in (1, 2):
        metrics.of("f").begin()
        assert f"{begun} {count}.0" in lines(metrics)
        assert lines(metrics) == lines(metrics)
    metrics.of("f").end(1, 200, 0.1)
    assert f'gateway_function_invocation_total{{code="200",{NAME}}} 1.0' in lines(metrics)
    metrics.hear(ReplicaRestarted("f", 1, "f-1-1", "exit", "exited with status 7"))
    assert f'gateway_function_replica_restarts_total{{{NAME},reason="exit"}} 1.0' in lines(metrics)


def test_a_call_that_no_revision_was_to_answer_has_no_series_of_one():
    metrics = Metrics()
    metrics.of("f").end(0, 503, 0.0)
    assert not [each for each in lines(metrics) if each.startswith("gateway_function_revision_s")]


def revisions(metrics, *names):
    start = "gateway_function_revision_seconds_count{code="
    told = [each for each in lines(metrics, *names) if each.startswith(start)]
    return sorted({int(each.split('revision="')[1].split('"')[0]) for each in told}), len(told)


def test_the_newest_five_revisions_keep_series_with_every_status():
    metrics = Metrics()
    for number in range(1, 9):
        for code in (200, 500):
            metrics.of("f").end(number, code, 0.1)
    assert revisions(metrics) == ([4, 5, 6, 7, 8], 10)
    metrics.of("f").end(2, 200, 0.1)  # a call that began long ago
    assert revisions(metrics) == ([4, 5, 6, 7, 8], 10)
    metrics.of("g").end(1, 200, 0.1)  # of another function
    assert revisions(metrics, "f", "g")[0] == [1, 4, 5, 6, 7, 8]


def test_a_function_that_answers_with_any_status_has_few_series():
    metrics = Metrics()
    for code in range(100, 1000):
        metrics.of("f").end(1, code, 0.1)
    told = [each for each in lines(metrics) if each.startswith("gateway_function_invocation_total")]
    assert len(told) == 17
    assert f'gateway_function_invocation_total{{code="other",{NAME}}} 884.0' in told
    assert len(lines(metrics)) < 17 * 2 * 20


def test_a_deleted_function_has_no_series_and_calls_that_still_run_bring_none_back():
    metrics = Metrics()
    running = metrics.of("f")
    running.begin()
    metrics.forget("f")
    running.end(1, 200, 0.1)
    assert not [each for each in lines(metrics) if NAME in each]
    metrics.of("f").begin()  # deployed again
    assert f"gateway_function_invocation_started{{{NAME}}} 1.0" in lines(metrics)
    assert not [each for each in lines(metrics) if "seconds_count" in each]


def test_who_was_never_called_has_none():
    metrics = Metrics()
    metrics.of("f").begin()
    assert lines(metrics, "g") == []
    assert metrics.names() == {"f"}


@pytest.mark.parametrize("result", ["ready", "failed", "replaced"])
def test_rollouts_are_counted_by_result_and_restored_ones_are_none(result):
    metrics = Metrics()
    metrics.hear(RolloutEnded("f", 1, result, "", 1.0))
    metrics.hear(RolloutEnded("f", 1, result, "", 1.0, is_restored=True))
    told = [each for each in lines(metrics) if each.startswith("gateway_function_rollouts")]
    assert told == [f'gateway_function_rollouts_total{{{NAME},result="{result}"}} 1.0']


def test_other_news_is_not_counted():
    metrics = Metrics()
    for notice in (
        RolloutStep("f", 1, "trial"),
        ReplicaReady("f", 1, "r"),
        ReplicaEnded("f", 1, "r"),
    ):
        metrics.hear(notice)
    assert metrics.names() == set()
