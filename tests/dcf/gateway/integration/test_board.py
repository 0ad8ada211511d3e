"""The board and the rules of deploy/, asked of a real Prometheus that reads a real gateway."""

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
import requests
import yaml

from tests.ports import free_port
from tests.waiting import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        shutil.which("prometheus") is None,
        reason="prometheus is missing: apt-get install prometheus",
    ),
]
ROOT = Path(__file__).parents[4]
DEPLOY = ROOT / "deploy"
PHOTO = (ROOT / "samples" / "coffee.jpg").read_bytes()
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
# Told only while calls wait for a function that starts.
PASSING = {"gateway_function_held_calls"}
_NAME = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?=[{\[])")


def names_of(expression):
    """The metrics of an expression, each of which is written with its braces."""
    found = set(_NAME.findall(expression))
    assert found, expression
    return found


class Prometheus:
    """One on loopback that reads what the example of deploy/prometheus says, of these addresses."""

    def __init__(self, folder, gateway):
        config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yaml").read_text())
        config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        config["rule_files"] = [str(DEPLOY / "prometheus" / "rules.yaml")]
        for job in config["scrape_configs"]:
            job["static_configs"][0]["targets"] = [gateway.removeprefix("http://")]
        file = folder / "prometheus.yaml"
        file.write_text(yaml.safe_dump(config))
        self.address = f"127.0.0.1:{free_port()}"
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
        except requests.RequestException:  # it may listen before it answers
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


@pytest.fixture(scope="module")
def busy(module_gateway, write_function, tmp_path_factory):
    """A gateway with `ssd`, of which a shadow was tried and a replica has crashed.

    And with `rare`, which a call found at zero.
    """
    gateway = module_gateway

    def call(body=PHOTO, name="ssd"):
        return requests.post(f"{gateway.rest}/function/{name}", data=body, timeout=60)

    gateway.call = call
    gateway.deploy(ROOT / "config.yaml")
    done = gateway.dcf("create", "-f", ROOT / "config.yaml", "--shadow", "1")
    assert done.returncode == 0, done.stderr.decode()
    assert call().ok
    assert gateway.dcf("abandon", "ssd").returncode == 0
    until(lambda: len(gateway.children()) == 1, 60)
    os.kill(gateway.children()[0], signal.SIGKILL)
    until(lambda: call().ok, 60)
    rare = write_function(tmp_path_factory.mktemp("rare"), "rare")
    rare.write_text(rare.read_text() + "    scale:\n      zero: true\n")
    gateway.deploy(rare)
    assert gateway.dcf("scale", "rare", "0").returncode == 0
    at = f"{gateway.rest}/system/function/rare"
    until(lambda: not requests.get(at, timeout=10).json().get("availableReplicas"), 60)
    assert call(name="rare").ok
    return gateway


@pytest.fixture(scope="module")
def prometheus(busy, tmp_path_factory):
    started = Prometheus(tmp_path_factory.mktemp("prometheus"), busy.rest)
    yield started
    started.end()


def test_every_query_of_the_board_and_of_the_rules_has_data(busy, prometheus):
    missing = list(TARGETS)

    def has_all():
        assert busy.call().ok
        assert busy.call(b"no picture").status_code == 400
        assert busy.call(name="no-such").status_code == 404
        missing[:] = [
            (title, expression)
            for title, expression in TARGETS
            if not names_of(expression) & PASSING and not prometheus.result(expression)
        ]
        return not missing

    until(has_all, 120, lambda: f"{missing}\n{prometheus.log.read_text()[-2000:]}")
    known = prometheus.names() | PASSING
    for title, expression in (*TARGETS, *RULES):
        assert not names_of(expression) - known - {"up"}, title
        prometheus.result(expression)  # it can be read; an alert that is silent has no result
    told = prometheus.ask("rules")["groups"]
    assert [rule["health"] for group in told for rule in group["rules"]] == ["ok"] * len(RULES)


def test_a_query_of_a_metric_that_is_not_there_would_be_noticed(prometheus):
    assert names_of('sum(rate(gateway_no_such_total{a="b"}[1m]))') - prometheus.names()
    assert prometheus.result('gateway_no_such_total{function_name=~"$function"}') == []
