"""Alert rules: what promtool says of them, and where each leads in the docs."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy" / "prometheus"
UNIT_TESTS = ROOT / "tests" / "data" / "prometheus_rules.yaml"
RULES = [
    rule
    for group in yaml.safe_load((FOLDER / "rules.yaml").read_text())["groups"]
    for rule in group["rules"]
]
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is missing: apt-get install prometheus"
)


def promtool(*words):
    return subprocess.run(
        ["promtool", *map(str, words)], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.slow
@needs_promtool
def test_promtool_reads_the_rules_and_the_example_that_names_them():
    done = promtool("check", "config", FOLDER / "prometheus.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(RULES)} rules found" in done.stdout


@pytest.mark.slow
@needs_promtool
def test_every_alert_fires_when_it_should_and_not_before(tmp_path):
    shutil.copy(FOLDER / "rules.yaml", tmp_path)
    tests = shutil.copy(UNIT_TESTS, tmp_path / "tests.yaml")
    done = promtool("test", "rules", tests)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_test_that_it_fires_and_one_that_it_is_silent():
    cases = [
        case
        for test in yaml.safe_load(UNIT_TESTS.read_text())["tests"]
        for case in test["alert_rule_test"]
    ]
    names = {rule["alert"] for rule in RULES}
    assert {case["alertname"] for case in cases if case.get("exp_alerts")} == names
    assert {case["alertname"] for case in cases if not case.get("exp_alerts")} == names


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_runbook_is_one_line_that_ends_in_a_part_of_the_docs(rule):
    line = rule["annotations"]["runbook"]
    _words, page, anchor = re.fullmatch(r"(\S.*): (docs/\S+)#(\S+)", line).groups()
    headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.MULTILINE)
    assert anchor in {each.lower().replace(" ", "-").replace("`", "") for each in headings}
