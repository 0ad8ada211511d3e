"""Canaries and shadows of real functions under load: who goes on, and what callers see."""

import http.client
import json
import re
import signal
import threading
import urllib.request
from urllib.parse import urlsplit

import pytest

GOOD = "def handle(body):\n    return 'same'\n"
ERRING = "def handle(body):\n    if body:\n        raise ValueError('no')\n    return 'same'\n"
SLOW = "import time\ndef handle(body):\n    time.sleep(0.3)\n    return 'same'\n"
OTHER = "def handle(body):\n    return 'other'\n"
DYING = "import os\ndef handle(body):\n    if body:\n        os._exit(7)\n    return 'same'\n"
SECONDS = 60


class Callers:
    """Threads that call over a connection each, kept as long as it can be, until they are stopped.

    Attributes:
        answers: `(status, revision, body)` of every call.
        lost: What went wrong with a call that had no answer.
    """

    def __init__(self, rest, name, count=4):
        self.answers, self.lost = [], []
        self._host, self._path = urlsplit(rest).netloc, f"/function/{name}"
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._call) for _ in range(count)]

    def __enter__(self):
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for each in self._threads:
            each.join(30)
        assert not any(each.is_alive() for each in self._threads)

    def _call(self):
        connection = http.client.HTTPConnection(self._host, timeout=30)
        while not self._stop.is_set():
            try:
                connection.request("POST", self._path, b"x", {"Content-Type": "text/plain"})
                answer = connection.getresponse()
                body = answer.read().decode()
                self.answers.append((answer.status, answer.headers.get("X-Revision"), body))
            except (OSError, http.client.HTTPException) as fault:
                self.lost.append(repr(fault))
                connection.close()
        connection.close()


class Function:
    """One function of a gateway, deployed again and again."""

    def __init__(self, gateway, name, write_function, folder, wait_for):
        self.gateway, self.name = gateway, name
        self._write, self._folder, self._wait_for = write_function, folder, wait_for
        self._count = 0

    def deploy(self, code, **terms):
        """Bring it to the gateway; gives what the command said."""
        self._count += 1
        folder = self._folder / str(self._count)
        config = self._write(folder, self.name, code, name="handle")
        if terms:
            lines = "".join(f'      dcf.rollout.{key}: "{text}"\n' for key, text in terms.items())
            config.write_text(config.read_text() + f"    annotations:\n{lines}")
        done = self.gateway.dcf("create", "-f", config)
        # A canary may be over before anybody looks.
        assert done.returncode == 0 or b"canary goes back" in done.stderr, done.stderr.decode()
        return done.stdout.decode()

    def do(self, verb, *arguments):
        done = self.gateway.dcf(verb, self.name, *arguments)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def listed(self):
        found = json.loads(self.gateway.dcf("list", "--json").stdout)
        return next(each for each in found if each["name"] == self.name)

    def revisions(self, callers):
        """Who answered from now on."""
        known = len(callers.answers)
        self._wait_for(lambda: len(callers.answers) > known + 40)
        return {revision for _, revision, _ in callers.answers[known + 8 :]}

    def history(self):
        return json.loads(self.gateway.dcf("history", self.name, "--json").stdout)

    def revision(self, number):
        (found,) = (each for each in self.history() if each["number"] == number)
        return found

    def settled(self, number):
        def is_settled():
            found = self.revision(number)
            return found if found["rollout"] != "progressing" else None

        return self._wait_for(is_settled, SECONDS, lambda: str(self.history()))

    def metrics(self, family):
        """Its samples of one family."""
        with urllib.request.urlopen(f"{self.gateway.rest}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        label = f'function_name="{self.name}.openfaas-fn"'
        return "\n".join(each for each in lines if each.startswith(family) and label in each)

    def wait_for_replicas(self, count):
        """Until so many replicas of all its revisions take calls."""
        family = "gateway_function_revision_replicas{"

        def is_so():
            samples = self.metrics(family).splitlines()
            return sum(float(each.rpartition(" ")[2]) for each in samples) == count

        self._wait_for(is_so, SECONDS, lambda: self.metrics(family))

    def callers(self, count=4):
        return Callers(self.gateway.rest, self.name, count)


@pytest.fixture(scope="module", params=["process", "kubernetes"])
def place(request):
    return request.param


@pytest.fixture
def function(request, module_gateway, write_function, tmp_path, wait_for):
    name = f"f{abs(hash(request.node.name)) % 10**8}"
    made = Function(module_gateway, name, write_function, tmp_path, wait_for)
    made.deploy(GOOD)
    yield made
    module_gateway.dcf("delete", name)


CANARY = {"mode": "canary", "share": "0.25", "calls": "60"}


def test_a_canary_as_good_as_what_serves_goes_on_by_itself_and_no_call_is_lost(function):
    with function.callers() as callers:
        said = function.deploy(GOOD + "# newer\n", **CANARY)
        assert "is ready" in said
        assert "as a canary" in said
        settled = function.settled(2)
    assert (settled["rollout"], settled["serving"]) == ("ready", True)
    assert settled["reason"].startswith("canary takes over: as good as the serving revision: ")
    assert callers.lost == []
    assert {(status, body) for status, _, body in callers.answers} == {(200, "same")}


@pytest.mark.parametrize(
    ("code", "more", "reason"),
    [
        pytest.param(ERRING, {}, "calls failed, of the serving revision's 0 of", id="errs"),
        pytest.param(SLOW, {}, "times as long is allowed", id="is slow"),
        pytest.param(OTHER, {"agreement": "0.9"}, "compared answers agree", id="says other"),
        pytest.param(DYING, {}, "", id="dies"),
    ],
)
def test_a_canary_that_is_worse_goes_back_and_costs_only_its_own_calls(
    function, code, more, reason
):
    with function.callers() as callers:
        function.deploy(code, **CANARY, **more)
        settled = function.settled(2)
    assert (settled["rollout"], settled["serving"]) == ("failed", False)
    assert settled["reason"].startswith("canary goes back: ")
    assert reason in settled["reason"]
    assert function.revision(1)["serving"]
    assert callers.lost == []
    assert {status for status, revision, _ in callers.answers if revision != "2"} <= {200, 502}


HELD = {"mode": "canary", "share": "0.25", "calls": "100000"}


def test_a_shadow_reports_and_ends_and_never_answers_a_caller(function, wait_for):
    with function.callers() as callers:
        function.deploy(OTHER, mode="shadow", share="0.5", calls="40")
        settled = function.settled(2)
    assert (settled["rollout"], settled["serving"]) == ("ended", False)
    assert settled["reason"].startswith("shadow: as a canary it would ")
    assert " 0 of " in settled["reason"]  # none of the compared answers agree
    assert callers.lost == []
    assert set(callers.answers) == {(200, "1", "same")}
    wait_for(lambda: "verdict" in function.metrics("gateway_function_verdicts_total"))
    assert 'result="differed"' in function.metrics("gateway_function_copies_total")


def test_a_shadow_that_dies_costs_no_caller_anything(function):
    with function.callers() as callers:
        function.deploy(DYING, mode="shadow", share="0.5", calls="20", seconds="8")
        assert function.settled(2)["rollout"] == "ended"
    assert callers.lost == []
    assert set(callers.answers) == {(200, "1", "same")}


def test_a_canary_is_told_of_while_it_runs_and_promoted_by_hand(function):
    with function.callers() as callers:
        function.deploy(OTHER, **HELD)
        assert function.revisions(callers) == {"1", "2"}
        told = function.listed()["annotations"]
        assert told["dcf.rollout-mode"] == "canary"
        assert told["dcf.reason"].startswith("canary with 0.25 of the calls: ")
        assert function.revision(2)["reason"].startswith("canary with 0.25 of the calls: ")
        assert "serves" in function.do("promote")
        assert function.revisions(callers) == {"2"}
    assert callers.lost == []
    assert {status for status, *_ in callers.answers} == {200}
    settled = function.revision(2)
    assert (settled["rollout"], settled["serving"]) == ("ready", True)
    assert settled["reason"].startswith("promoted by hand, by ")


def test_a_canary_is_abandoned_by_hand_and_then_there_is_none(function):
    with function.callers() as callers:
        function.deploy(OTHER, **HELD)
        assert "revision 2" in function.do("abandon")
        assert function.revisions(callers) == {"1"}
    assert callers.lost == []
    for verb in ("abandon", "promote"):
        refused = function.gateway.dcf(verb, function.name)
        assert refused.returncode == 1
        assert b"is no canary or shadow now" in refused.stderr


@pytest.mark.parametrize("mode", ["canary", "shadow"])
def test_another_deploy_takes_a_canarys_place(function, mode):
    with function.callers() as callers:
        function.deploy(OTHER, **{**HELD, "mode": mode})
        function.deploy(GOOD + "# third\n")
        assert function.revisions(callers) == {"3"}
    assert function.revision(2)["reason"] == "given up for revision 3 before it took over"
    assert callers.lost == []


def test_a_rollback_ends_a_canary_and_is_none_itself(function):
    with function.callers() as callers:
        function.deploy(OTHER, **HELD)
        function.do("rollback")
        assert function.revisions(callers) == {"3"}
    assert callers.lost == []
    assert {body for _, revision, body in callers.answers if revision == "3"} == {"same"}


def test_a_canary_is_scaled_with_what_serves_and_deleted_with_it(function):
    with function.callers() as callers:
        function.deploy(OTHER, **HELD)
        function.do("scale", "2")
        function.wait_for_replicas(4)
        assert function.revisions(callers) == {"1", "2"}
    assert callers.lost == []
    function.do("delete")
    assert function.name not in function.gateway.dcf("list").stdout.decode()


def test_after_a_kill_of_the_gateway_what_served_serves_and_the_canary_is_taken_up_again(
    gateways, place_flags, write_function, tmp_path, wait_for
):
    first = gateways(*place_flags)
    function = Function(first, "f", write_function, tmp_path, wait_for)
    function.deploy(GOOD)
    function.deploy(OTHER, **HELD)
    first.end(signal.SIGKILL)
    function.gateway = gateways(*place_flags)
    wait_for(lambda: function.listed()["annotations"].get("dcf.rollout-mode") == "canary", SECONDS)
    with function.callers() as callers:
        assert function.revisions(callers) == {"1", "2"}
        function.do("promote")
        assert function.revisions(callers) == {"2"}
    assert callers.lost == []


def test_terms_that_are_none_are_refused_in_one_line(function):
    for terms, words in (
        ({"mode": "blue"}, "must be canary or shadow, got 'blue'"),
        ({"mode": "canary", "shares": "0.1"}, "did you mean dcf.rollout.share?"),
        ({"share": "0.1"}, "is nothing without dcf.rollout.mode"),
        ({"mode": "canary", "calls": "many"}, "must be a whole number of calls"),
    ):
        with pytest.raises(AssertionError, match=re.escape(words)):
            function.deploy(OTHER, **terms)
    assert [each["number"] for each in function.history()] == [1]
