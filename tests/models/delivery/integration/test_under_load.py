"""A model takes over and goes back while calls come from all sides: not one of them is lost."""

import http.client
import json
import threading
from contextlib import closing
from urllib.parse import urlsplit

import grpc
import pytest

from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import GatewayStub
from tests.models.conftest import COFFEE
from tests.waiting import until

pytestmark = pytest.mark.slow


class Load:
    """Callers that go on until they are told to stop, and count.

    Attributes:
        answers: By caller: what came, in order, a model's title or a box.
        faults: What went wrong.
    """

    def __init__(self, gateway):
        self._rest, self._grpc = urlsplit(gateway.rest).netloc, gateway.grpc
        self.answers = {}
        self.faults = []
        self._over = threading.Event()
        callers = {"kept": self._kept, "kept too": self._kept, "new": self._new, "grpc": self._rpc}
        self._threads = [
            threading.Thread(target=self._go_on, args=item, daemon=True) for item in callers.items()
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        until(lambda: len(self.answers) == len(self._threads))
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def _go_on(self, name, caller):
        try:
            for answer in caller():
                self.answers.setdefault(name, []).append(answer)
                if self._over.is_set():
                    return
        except Exception as fault:  # each lost call is to be seen
            self.faults.append((name, repr(fault)))

    def _kept(self):
        with closing(http.client.HTTPConnection(self._rest, timeout=60)) as connection:
            while True:
                yield self._called(connection)

    def _new(self):
        while True:
            with closing(http.client.HTTPConnection(self._rest, timeout=60)) as connection:
                answer = self._called(connection)
            yield answer

    def _called(self, connection):
        connection.request("POST", "/function/ssd", COFFEE)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        assert json.loads(body)[0]["class"] == "cup"
        return answer.headers["X-Model"]

    def _rpc(self):
        with grpc.insecure_channel(self._grpc) as channel:
            asked = pb.InvokeServiceRequest(Service="ssd", Input=COFFEE)
            while True:
                found = json.loads(GatewayStub(channel).Invoke(asked, timeout=60).Msg)
                assert found[0]["class"] == "cup"
                yield found[0]["ymax"]


def in_order(answers):
    """Each answer that differs from the one before."""
    return [each for at, each in enumerate(answers) if not at or answers[at - 1] != each]


def test_deploying_and_going_back_lose_no_call_and_replies_name_the_model(place):
    place.ssd("deploy", "coco-2", "--force", "a test")
    first = place.registry.model("coco-2").digest[:12]
    second = place.registry.model("coco-1").digest[:12]
    with Load(place.gateway) as load:
        place.ssd("deploy", "coco-1", "--force", "a test")
        place.ssd("rollback")
        seen = {name: len(found) for name, found in load.answers.items()}
        until(lambda: all(len(load.answers[name]) > count for name, count in seen.items()))
    assert load.faults == []
    titles = [f"coco-2 ({first})", f"coco-1 ({second})"]
    for name in ("kept", "kept too", "new"):
        assert in_order(load.answers[name]) == [*titles, titles[0]], name
    boxes = in_order(load.answers["grpc"])
    assert (len(boxes), boxes[0]) == (3, boxes[2])
    rows = place.history()[:3]
    told = [(row["model"], row["forced"], row["serving"]) for row in rows]
    assert told == [
        ("coco-2", "a test", True), ("coco-1", "a test", False), ("coco-2", "a test", False),
    ]  # fmt: skip
    assert all("@" in row["by"] for row in rows)
