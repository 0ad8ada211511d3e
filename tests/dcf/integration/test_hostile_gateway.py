"""Whatever answers in place of a gateway costs one line: not the memory, not the time, no trace."""

import json
import socket
import socketserver
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import GatewayServicer, add_GatewayServicer_to_server
from dcf.client import connect_as
from dcf.client.base import Invocation, LogRequest
from dcf.errors import DcfError, FunctionFailed, GatewayUnreachable, NotAGateway

MIB = b"[" * (1 << 20)
OK = b"HTTP/1.1 200 OK\r\n"


def sized(body, status=b"200 OK"):
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


def for_ever(*head, again=MIB):
    """Pieces without an end."""
    yield from head
    while True:
        yield again


class Hostile(socketserver.ThreadingTCPServer):
    """Says the same to everybody who asks, until nobody listens any more.

    Attributes:
        says: Makes the pieces of an answer.
        pause: Seconds between them.
        ending: Set at the end.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.says, self.pause, self.ending = (lambda: iter(())), 0.0, threading.Event()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.recv(1 << 16)
        try:
            for piece in self.server.says():
                if self.server.ending.wait(self.server.pause):
                    return
                self.request.sendall(piece)
            self.request.shutdown(socket.SHUT_WR)
            self.request.settimeout(20)
            while self.request.recv(1 << 16):
                pass
        except OSError:  # it has had enough
            return


@pytest.fixture
def hostile():
    with Hostile() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.ending.set()
        server.shutdown()
        thread.join(10)


ENDLESS = {
    "length": lambda: for_ever(OK + b"Content-Length: 1099511627776\r\n\r\n"),
    "no length": lambda: for_ever(OK + b"\r\n"),
    "chunks": lambda: for_ever(
        OK + b"Transfer-Encoding: chunked\r\n\r\n", again=b"100000\r\n" + MIB + b"\r\n"
    ),
    "one chunk": lambda: for_ever(OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\n"),
    "chunk of -1": lambda: for_ever(OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n"),
    "refusal": lambda: for_ever(b"HTTP/1.1 500 No\r\nContent-Length: 1099511627776\r\n\r\n"),
    "line of head": lambda: for_ever(b"HTTP/1.1 200 ", again=b"x" * 4096),
    "heads": lambda: for_ever(OK, again=b"a: b\r\n" * 100),
}
NONE = {
    "nothing": b"", "no JSON": b"<html>", "deep list": b"[" * 3_000_000,
    "deep map": b'{"a":' * 100_000, "closed": b"[" * 100_000 + b"]" * 100_000,
    "digits": b"[" + b"1" * 10_000 + b"]", "number": b"1", "text": b'"x"', "null": b"null",
    "truth": b"true", "infinite": b"[Infinity]", "bytes": b"\xff\xfe", "in lists": b"[[]]",
    "of numbers": b"[1]", "of nulls": b"[null]",
}  # fmt: skip
TYPES = {
    "list": [
        b'{"a": {}}', b'[{"name":1,"image":null,"replicas":"x"}]', b'[{"image":"x"}]', b"[{}]",
        b'[{"name":"f","replicas":[]}]', b'[{"name":"f","replicas":true}]',
        b'[{"name":"f","image":{}}]', b'[{"name":"f","labels":[1]}]',
        b'[{"name":"f","annotations":{"desc":{"a":[1]}}}]', b'[{"name":"f","labels":{"a":null}}]',
        b'[{"name":"f","invocationCount":"many"}]', b'[{"name":"f","invocationCount":1e999}]',
    ],
    "info": [b"{}", b"[]", b'{"name":[]}'],
    "history": [b"{}", b"[{}]", b'[{"revision":"1"}]', b'[{"revision":1,"by":[]}]'],
    "log": [b"[]", b'{"text":1}', b'{"text":"x","instance":{}}'],
    "secrets": [b"{}", b'{"name":"x"}', b"[{}]", b'[{"name":1}]', b'["a",1]'],
    "queue": [b"{}", b"[]", b'{"waiting":"0","running":0,"failed":0,"oldest_seconds":0}'],
    "failed": [b"{}", b"[{}]", b'[{"call_id":1}]'],
}  # fmt: skip


def asking(client):
    """Every question, by name."""
    return {
        "list": client.functions, "info": lambda: client.describe("f"),
        "history": lambda: client.history("f"), "secrets": client.secrets, "queue": client.queue,
        "log": lambda: list(client.logs(LogRequest("f"))), "failed": client.failed_calls,
    }  # fmt: skip


QUESTIONS = {
    "list": ["function", "list"], "info": ["function", "info", "f"],
    "history": ["function", "history", "f"], "log": ["function", "log", "f", "--tail", "3"],
    "whole log": ["function", "log", "f"], "secrets": ["secret", "list"],
    "queue": ["queue", "list"],
}  # fmt: skip


def dcf(*arguments):
    """The command, in 512 MiB."""
    # By a shell: what Python runs between fork and exec can meet gRPC's threads, and abort.
    limited = ["sh", "-c", 'ulimit -v 524288 && exec "$@"', "sh", sys.executable, "-m", "dcf"]
    return subprocess.run(
        [*limited, *arguments],
        capture_output=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def is_one_line(done):
    (line,) = done.stderr.decode().splitlines()
    assert done.returncode == 1
    assert line.startswith("Error: ")
    assert len(line) < 5000


@pytest.mark.parametrize("says", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("question", ["list", "whole log", "queue"])
def test_an_answer_without_an_end_is_one_line(hostile, says, question):
    hostile.says = says
    is_one_line(dcf(*QUESTIONS[question], "-g", hostile.address))


@pytest.mark.parametrize("question", TYPES)
@pytest.mark.parametrize("body", NONE.values(), ids=NONE)
def test_an_answer_that_is_none_is_a_refusal(hostile, body, question):
    hostile.says = lambda: [sized(body)]
    ask = asking(connect_as(hostile.address, "", 20))[question]
    if question == "log" and not body:
        assert ask() == []
        return
    with pytest.raises(NotAGateway):
        ask()


@pytest.mark.parametrize(
    ("question", "body"), [(name, body) for name, bodies in TYPES.items() for body in bodies]
)
def test_an_answer_of_other_types_is_a_refusal(hostile, question, body):
    hostile.says = lambda: [sized(body)]
    with pytest.raises(NotAGateway):
        asking(connect_as(hostile.address, "", 20))[question]()


@pytest.mark.parametrize(
    "body", [NONE["deep list"], TYPES["list"][1], NONE["infinite"]], ids=["deep", "types", "number"]
)
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_and_one_line_of_the_command(hostile, body, question):
    hostile.says = lambda: [sized(body)]
    is_one_line(dcf(*question, "-g", hostile.address))


@pytest.mark.parametrize(
    "head",
    [b"", OK, OK + b"Content-Length: 1000\r\n\r\n", OK + b"\r\n", b"HTTP/1.1 100 Continue\r\n\r\n",
     OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n"],
    ids=["nothing", "status", "body", "no length", "continue", "chunk"],
)  # fmt: skip
def test_a_byte_now_and_then_is_not_waited_for_without_an_end(hostile, head):
    """Each silence is short enough; all of them together are not."""
    hostile.says = lambda: for_ever(head or b"H", again=head if b"100" in head else b"[")
    hostile.pause = 0.1
    with pytest.raises(GatewayUnreachable, match=r"did not finish its answer in 0\.5 s"):
        connect_as(hostile.address, "", 0.5).functions()


def test_silence_is_not_waited_for_without_an_end(hostile):
    hostile.says, hostile.pause = (lambda: [b"H"]), 60.0
    with pytest.raises(GatewayUnreachable):
        connect_as(hostile.address, "", 0.5).functions()


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"\n", b"garbage\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/9.9 200 OK\r\n\r\n",
        b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[]",
        b"\x15\x03\x01\x00\x02\x02\x46", b"x" * 100_000,
    ],
    ids=range(12),
)  # fmt: skip
def test_what_speaks_no_http_is_one_line(hostile, answer):
    hostile.says = lambda: [answer]
    if b"-5" in answer:  # which reads as no length at all
        assert connect_as(hostile.address, "", 20).functions() == []
        return
    with pytest.raises(GatewayUnreachable) as failed:
        connect_as(hostile.address, "", 20).functions()
    assert len(failed.value.message) < 500
    assert "\n" not in failed.value.message


def test_a_redirect_leads_nowhere(hostile):
    hostile.says = lambda: [
        b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"
    ]
    with pytest.raises(DcfError, match="status 302"):
        connect_as(hostile.address, "", 20).functions()


def test_the_words_of_a_refusal_are_cut(hostile):
    hostile.says = lambda: for_ever(b"HTTP/1.1 500 No\r\n\r\n", again=b"words " * 1000)
    client = connect_as(hostile.address, "", 20)
    with pytest.raises(FunctionFailed) as failed:
        client.call(Invocation("f"))
    assert failed.value.message.startswith("words words")
    assert len(failed.value.message) < 5000


def test_a_function_may_answer_as_much_as_it_likes(hostile, tmp_path):
    """It goes to where it is wanted as it comes: more than the command has of memory."""
    size = 700 << 20
    head = OK + b"Content-Length: %d\r\n\r\n" % size
    hostile.says = lambda: (head if not number else MIB for number in range(701))
    target = tmp_path / "answer"
    done = dcf(
        "function", "call", "f", "--file", __file__, "-o", str(target), "-g", hostile.address
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert target.stat().st_size == size


def test_an_answer_that_breaks_off_is_told_of(hostile, tmp_path):
    hostile.says = lambda: [OK + b"Content-Length: 100\r\n\r\nthe half of it"]
    done = dcf("function", "call", "f", "--file", __file__, "-g", hostile.address)
    assert (done.returncode, done.stdout) == (1, b"the half of it")
    is_one_line(done)


def test_a_call_that_fails_leaves_the_file_as_it_was(hostile, tmp_path):
    hostile.says = lambda: [sized(b"no", b"500 No")]
    target = tmp_path / "answer"
    target.write_text("kept")
    assert (
        dcf(
            "function", "call", "f", "--file", __file__, "-o", str(target), "-g", hostile.address
        ).returncode
        == 1
    )
    assert target.read_text() == "kept"


def test_lines_of_a_log_come_wherever_they_are_cut(hostile):
    lines = [{"name": "f", "instance": "i", "timestamp": "t", "text": text} for text in "aöc"]
    text = "\n\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    hostile.says = lambda: [OK + b"\r\n", *(bytes([each]) for each in text)]
    found = list(connect_as(hostile.address, "", 20).logs(LogRequest("f")))
    assert [line.text for line in found] == list("aöc")


INFOS = {
    "deep": "[" * 50_000, "bomb": "a: &a [x,x]\nb: &b [*a,*a]\nrest: *b\n",
    "digits": "a: " + "1" * 9000,
    "list": "[1]", "recursive": "&a [*a]", "huge": "rest: " + "x" * (2 << 20),
    "number": "rest: 1", "file": "rest: file:///etc/passwd", "no port": "rest: http://",
    "port": "rest: http://127.0.0.1:99999", "half": "rest: 'http://[::1'", "map": "rest: {a: b}",
    "zero": "rest: http://127.0.0.1:0",
}  # fmt: skip


class Telling(GatewayServicer):
    """Answers `Info` with what it is told to, and everything else without an end."""

    def __init__(self):
        self.info, self.ending = "", threading.Event()

    def Info(self, request, context):
        return pb.Message(Msg=self.info)

    def GetLog(self, request, context):
        return pb.Message(Msg="x" * (65 << 20))

    def List(self, request, context):
        self.ending.wait(30)
        return pb.Functions()


@pytest.fixture
def telling():
    """A gRPC gateway's servicer and its address."""
    pool = ThreadPoolExecutor(4)
    server = grpc.server(pool, options=[("grpc.max_send_message_length", 128 << 20)])
    servicer = Telling()
    add_GatewayServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield servicer, f"127.0.0.1:{port}"
    servicer.ending.set()
    server.stop(0).wait(10)
    pool.shutdown()


@pytest.mark.parametrize("info", INFOS.values(), ids=INFOS)
def test_an_info_that_is_none_is_one_line(telling, info):
    servicer, address = telling
    servicer.info = info
    with pytest.raises(DcfError) as refused:
        connect_as(address, "", 20).secrets()
    assert "\n" not in refused.value.message
    assert len(refused.value.message) < 500


def test_a_message_that_is_too_large_or_late_is_one_line(telling):
    _, address = telling
    client = connect_as(address, "", 0.5)
    with pytest.raises(DcfError):
        connect_as(address, "", 20).log("f")
    with pytest.raises(DcfError):
        client.functions()
