"""What /metrics says: OpenFaaS' series, and DCF's by revision, which do not grow for ever."""

from dcf.gateway.calls.metrics import Metrics
from dcf.providers.placement import FunctionSpec, FunctionState
from dcf.providers.routing import Target

NAME = 'function_name="f.openfaas-fn"'


def lines(metrics, available=0, targets=()):
    state = FunctionState(FunctionSpec("f", "i"), 1, available, "")
    return metrics.text([state], {"f": targets}).decode().splitlines()


def test_calls_are_counted_by_status_and_begun_ones_apart():
    metrics = Metrics()
    for _ in range(3):
        metrics.started("f")
    metrics.called("f", 1, 200, 0.02)
    metrics.called("f", 1, 502, 4.0)
    told = lines(metrics)
    assert f"gateway_function_invocation_started{{{NAME}}} 3.0" in told
    assert f'gateway_function_invocation_total{{code="200",{NAME}}} 1.0' in told
    assert f'gateway_function_invocation_total{{code="502",{NAME}}} 1.0' in told
    assert f'gateway_functions_seconds_bucket{{code="200",{NAME},le="0.025"}} 1.0' in told
    assert f'gateway_functions_seconds_bucket{{code="200",{NAME},le="0.01"}} 0.0' in told
    assert f'gateway_functions_seconds_sum{{code="502",{NAME}}} 4.0' in told


def test_a_call_that_no_revision_was_to_answer_has_no_series_of_one():
    metrics = Metrics()
    metrics.called("f", 0, 503, 0.0)
    assert not [each for each in lines(metrics) if each.startswith("gateway_function_revision_s")]


def revisions(metrics):
    start = "gateway_function_revision_seconds_count{code="
    told = [each for each in lines(metrics) if each.startswith(start)]
    return sorted({int(each.split('revision="')[1].split('"')[0]) for each in told}), len(told)


def test_the_newest_five_revisions_keep_series_with_every_status():
    metrics = Metrics()
    for number in range(1, 9):
        for code in (200, 500):
            metrics.called("f", number, code, 0.1)
    assert revisions(metrics) == ([4, 5, 6, 7, 8], 10)
    metrics.called("g", 1, 200, 0.1)  # of another function
    assert revisions(metrics)[0] == [1, 4, 5, 6, 7, 8]


def test_replicas_and_shares_are_those_of_now():
    metrics = Metrics()
    targets = [Target("a", 1, 3.0), Target("b", 1, 3.0), Target("c", 2, 1.0)]
    told = lines(metrics, 3, targets)
    assert f"gateway_service_count{{{NAME}}} 3.0" in told
    for revision, count, weight in ((1, 2.0, 0.75), (2, 1.0, 0.25)):
        labels = f'{{{NAME},revision="{revision}"}}'
        assert f"gateway_function_revision_replicas{labels} {count}" in told
        assert f"gateway_function_revision_weight{labels} {weight}" in told
    told = lines(metrics, 1, [Target("c", 2)])
    assert not [each for each in told if 'revision="1"' in each]
    assert b"f.openfaas-fn" not in metrics.text([], {})


def test_without_any_weight_they_share_evenly():
    told = lines(Metrics(), 2, [Target("a", 1, 0.0), Target("b", 2, 0.0)])
    assert len([each for each in told if each.endswith(" 0.5")]) == 2
