"""Requests by status and method, of which there are few whatever comes."""

from prometheus_client.parser import text_string_to_metric_families

from dcf.gateway.telemetry.traffic import Traffic


def counts(traffic):
    return {
        (sample.labels["code"], sample.labels["method"]): sample.value
        for family in text_string_to_metric_families(traffic.text())
        for sample in family.samples
        if sample.name == "http_requests_total"
    }


def ended(traffic, method, status, seconds=0.1):
    traffic.begin()
    traffic.end(method, status, seconds)


def test_methods_are_in_lower_case_as_a_watchdogs():
    traffic = Traffic()
    ended(traffic, "POST", 200)
    ended(traffic, "POST", 200)
    ended(traffic, "GET", 401)
    assert counts(traffic) == {("200", "post"): 2, ("401", "get"): 1}
    assert 'http_request_duration_seconds_sum{code="200",method="post"} 0.2' in traffic.text()


def test_invented_methods_and_statuses_make_few_series():
    traffic = Traffic()
    for number in range(1000):
        ended(traffic, f"X{number}", number)
    found = counts(traffic)
    assert len(found) == 65
    assert {method for _, method in found} == {"other"}
    assert found["other", "other"] == 1000 - 64


def test_what_is_under_way_is_told():
    traffic = Traffic()
    traffic.begin()
    traffic.begin()
    traffic.end("GET", 200, 0.1)
    assert "http_requests_in_flight 1.0" in traffic.text()
