"""The board and the rules of deploy/, asked of a real Prometheus that reads a real gateway."""

import itertools
import json
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
import requests
import yaml

from tests.waiting import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        shutil.which("prometheus") is None,
        reason="prometheus is missing: apt-get install prometheus",
    ),
]
DEPLOY = Path(__file__).parents[4] / "deploy"
BOARD = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())
TARGETS = [
    (panel["title"], target["expr"])
    for panel in BOARD["panels"]
    for target in panel.get("targets", ())
]
RULES = [
    (rule["alert"], rule["expr"])
    for group in yaml.safe_load((DEPLOY / "prometheus" / "rules.yaml").read_text())["groups"]
    for rule in group["rules"]
]
# What a plain function in a gateway that is well does not count.
SPECIAL = (
    "gateway_function_held_calls", "gateway_function_wakes_total",
    "gateway_function_verdicts_total", "gateway_function_copies_total",
    "ssd_detections_total", "ssd_pictures_total", "ssd_confidence_bucket",
    "ssd_picture_detections_bucket",
)  # fmt: skip
STAGES = """
import os
from types import SimpleNamespace

def answer(req):
    if req.input == b"exit":
        os._exit(3)
    if req.input == b"raise":
        raise RuntimeError("no")
    return SimpleNamespace(body=req.input, timings_ms={"decode": 1.5, "inference": 7})
"""
_NAME = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?=[{\[])")


def names_of(expression):
    """The metrics of an expression, each of which is written with its braces."""
    found = set(_NAME.findall(expression))
    assert found, expression
    return found


class Prometheus:
    """One on loopback that reads what the example of deploy/prometheus says, of these addresses."""

    def __init__(self, folder, gateway, replica):
        config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yaml").read_text())
        config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        config["rule_files"] = [str(DEPLOY / "prometheus" / "rules.yaml")]
        of_gateway, of_functions = config["scrape_configs"]
        of_gateway["static_configs"][0]["targets"] = [gateway.removeprefix("http://")]
        of_functions["metrics_path"] = "/metrics"
        of_functions["static_configs"] = [
            {"targets": [replica], "labels": {"function_name": "f.openfaas-fn"}}
        ]
        file = folder / "prometheus.yaml"
        file.write_text(yaml.safe_dump(config))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self.log = folder / "prometheus.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={file}", f"--storage.tsdb.path={folder / 'tsdb'}",
                 f"--web.listen-address={self.address}", "--storage.tsdb.retention.time=1h"],
                stdout=log, stderr=log, cwd=folder,
            )  # fmt: skip
        until(self._is_ready, 60, self.log.read_text)

    def _is_ready(self):
        try:
            return requests.get(f"http://{self.address}/-/ready", timeout=5).ok
        except requests.ConnectionError:
            return False

    def ask(self, path, **query):
        told = requests.get(f"http://{self.address}/api/v1/{path}", params=query, timeout=20).json()
        assert told["status"] == "success", (query, told)
        return told["data"]

    def names(self):
        return set(self.ask("label/__name__/values"))

    def result(self, expression):
        """What Grafana would draw of it: its variables are put in as Grafana does."""
        text = expression.replace("$function", ".*").replace("$__rate_interval", "30s")
        assert "$" not in text
        return self.ask("query", query=text)["result"]

    def end(self):
        self.process.terminate()
        self.process.wait(30)


def metrics_address(pid):
    """Where a replica tells its own numbers."""
    environ = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    (port,) = [each[13:].decode() for each in environ if each.startswith(b"METRICS_PORT=")]
    return f"127.0.0.1:{port}"


@pytest.fixture
def busy(gateways, write_function, tmp_path):
    """A gateway with a function that has answered, failed and crashed; `call()` goes on with it."""
    gateway = gateways("--min-ready-seconds", "0")
    gateway.deploy(write_function(tmp_path / "f", "f", STAGES, name="answer"))
    number = itertools.count()

    def call(body=b""):
        path = "no-such" if next(number) % 3 == 0 else "f"
        return requests.post(f"{gateway.rest}/function/{path}", data=body, timeout=20).status_code

    gateway.call = call
    requests.post(f"{gateway.rest}/function/f", data=b"exit", timeout=20)
    until(lambda: requests.post(f"{gateway.rest}/function/f", timeout=20).ok)
    return gateway


@pytest.fixture
def prometheus(busy, tmp_path):
    (replica,) = busy.children()
    started = Prometheus(tmp_path, busy.rest, metrics_address(replica))
    yield started
    started.end()


def test_every_query_of_the_board_and_of_the_rules_has_data(busy, prometheus):
    missing = list(TARGETS)

    def has_all():
        busy.call(), busy.call(b"raise")
        missing[:] = [
            (title, expression)
            for title, expression in TARGETS
            if not names_of(expression) & set(SPECIAL) and not prometheus.result(expression)
        ]
        return not missing

    until(has_all, 120, lambda: f"{missing}\n{prometheus.log.read_text()[-2000:]}")
    known = prometheus.names() | set(SPECIAL)
    for title, expression in (*TARGETS, *RULES):
        assert not names_of(expression) - known - {"up"}, title
        prometheus.result(expression)  # it can be read; an alert that is silent has no result
    told = prometheus.ask("rules")["groups"]
    assert [rule["health"] for group in told for rule in group["rules"]] == ["ok"] * len(RULES)


def test_a_query_of_a_metric_that_is_not_there_would_be_noticed(prometheus):
    assert names_of('sum(rate(gateway_no_such_total{a="b"}[1m]))') - prometheus.names()
    assert prometheus.result('gateway_no_such_total{function_name=~"$function"}') == []
