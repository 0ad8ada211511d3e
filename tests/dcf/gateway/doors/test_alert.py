"""Replicas after Alertmanager's alerts."""

import pytest

from dcf.errors import InvalidRequest
from dcf.gateway.doors.alert import replicas_after
from dcf.providers.placement import FunctionSpec, FunctionState

LABEL = "com.openfaas.scale."


def status(replicas, **labels):
    spec = FunctionSpec("f", "x", labels={LABEL + key: value for key, value in labels.items()})
    return FunctionState(spec, replicas, replicas, "")


@pytest.mark.parametrize(
    ("alert", "now", "labels", "then"),
    [
        ("firing", 1, {}, 2),  # ceil(5 * 10 / 100) = 1
        ("firing", 4, {}, 5),
        ("firing", 5, {}, 5),
        ("firing", 2, {"max": "20", "factor": "25"}, 7),
        ("firing", 18, {"max": "20", "factor": "25"}, 20),
        ("firing", 1, {"max": "20", "factor": "11"}, 4),  # ceil(2.2) = 3
        ("firing", 1, {"factor": "0"}, 1),
        ("firing", 0, {"min": "3", "factor": "0"}, 3),
        ("firing", 31, {"max": "500", "factor": "100"}, 32),
        ("resolved", 5, {}, 1),
        ("resolved", 5, {"min": "2"}, 2),
        ("resolved", 5, {"min": "0"}, 0),
    ],
)
def test_a_step_up_while_firing_and_the_least_after(alert, now, labels, then):
    assert replicas_after(alert, status(now, **labels), 32) == then


def post(gateway, *alerts):
    body = {"status": "firing", "receiver": "scale-up", "version": "4", "alerts": [
        {"status": state, "labels": {"alertname": "APIHighInvocationRate", "function_name": name}}
        for state, name in alerts
    ]}  # fmt: skip
    return gateway.ask("POST", "/system/alert", json=body)


def test_alerts_over_rest(background):
    gateway = background()
    gateway.ask("POST", "/system/functions", json={"service": "f", "image": "x"})
    assert post(gateway, ("firing", "f.openfaas-fn")).status_code == 200
    assert gateway.provider.statuses["f"].replicas == 2
    some = post(gateway, ("firing", "nope"), ("firing", "f"))
    assert (some.status_code, some.text) == (404, "no such function: nope\n")
    assert gateway.provider.statuses["f"].replicas == 3
    assert post(gateway, ("resolved", "f")).status_code == 200
    assert gateway.provider.statuses["f"].replicas == 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"alerts": [{"labels": {"function_name": 1}}]}']
)
def test_no_alert_is_400(background, body):
    assert background().ask("POST", "/system/alert", data=body).status_code == 400


def test_an_alert_without_a_function_is_400(background):
    assert background().ask("POST", "/system/alert", json={"alerts": [{}]}).status_code == 400


def test_a_label_that_is_no_number_is_refused_by_whoever_reads_it(background):
    gateway, labels = background(), {LABEL + "max": "many"}
    asked = {"service": "f", "image": "x", "labels": labels}
    assert gateway.ask("POST", "/system/functions", json=asked).status_code == 400
    deployed_before_it_was_checked = FunctionState(FunctionSpec("f", "x", labels=labels), 1, 1, "")
    with pytest.raises(InvalidRequest, match="must be a number"):
        replicas_after("firing", deployed_before_it_was_checked, 32)
