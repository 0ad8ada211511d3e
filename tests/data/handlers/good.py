"""A handler the tests steer: the query says what to do."""

import hashlib
import os
import threading
import time
from pathlib import Path

STARTED = time.monotonic()


class Known(Exception):
    code = "not_an_image"
    message = "this is no image; send one"


class Unknown(Exception):
    code = "no_such_code"
    message = "secret text"


class Own(Exception):
    code = "no_such_cat"
    message = "there is no cat called tim"

    def __init__(self, status):
        self.status = status


class Answer:
    def __init__(self, **parts):
        self.__dict__.update(parts)


class Handler:
    info = {"model": "none", "columns": 3}

    def __init__(self):
        self.warmed = 0

    def warm(self):
        self.warmed += 1

    def __call__(self, request):
        verb = request.query.get("do", "tell")
        time.sleep(float(request.query.get("sleep", "0")))
        return getattr(self, verb)(request)

    def tell(self, request):
        return {
            "bytes": len(request.input),
            "sha256": hashlib.sha256(request.input).hexdigest(),
            "method": request.method,
            "path": request.path,
            "query": dict(request.query),
            "accept": request.accept,
            "content_type": request.content_type,
            "agent": request.headers.get("USER-agent"),
            "call_id": request.call_id,
            "function": request.info.FunctionName,
            "warmed": self.warmed,
            "thread": threading.current_thread().name,
            "threads": threading.active_count(),
        }

    def text(self, request):
        return request.query.get("text", "plain")

    def bytes(self, request):
        return bytes.fromhex(request.query.get("hex", "00ff"))

    def echo(self, request):
        return request.input

    def nothing(self, request):
        return None

    def answer(self, request):
        return Answer(
            body=b"\xff\xd8picture",
            content_type="image/jpeg",
            headers={"X-Extra": "1", "Connection": "close"},
            status=203,
            timings_ms={"decode": 2.5, "inference": 4.0, "bad name": 1.0},
        )

    def stages(self, request):
        return Answer(body="", timings_ms={f"s{request.query['n']}_{i}": 1.0 for i in range(40)})

    def bad_status(self, request):
        return Answer(body="", status=99)

    def bad_header(self, request):
        return Answer(body="", headers={"X-Split": "a\r\nSet-Cookie: b"})

    def bad_type(self, request):
        return object()

    def surrogate(self, request):
        return "\ud800"

    def named(self, request):
        return Answer(body=b"", headers={"X-Model": "cats-7 (abc)", "X-Extra": "1"})

    def refused(self, request):
        error = Known()
        error.headers = {"X-Model": request.query.get("model", "cats-7 (abc)")}
        raise error

    def known(self, request):
        raise Known

    def unknown(self, request):
        raise Unknown("secret text")

    def own(self, request):
        raise Own(int(request.query["status"]))

    def nan(self, request):
        return {"boxes": [{"score": 0.5}, {"score": float("nan")}]}

    def leave(self, request):
        raise SystemExit(3)

    def spin(self, request):
        """Computes until a file is there, two minutes at most."""
        end = time.monotonic() + 120
        while not Path(request.query["file"]).exists() and time.monotonic() < end:
            for _ in range(1_000_000):
                pass
        return "spun"

    def until(self, request):
        """Holds its slot until a file is there, two minutes at most."""
        end = time.monotonic() + 120
        while not Path(request.query["file"]).exists() and time.monotonic() < end:
            time.sleep(0.005)
        return "held"

    def pid(self, request):
        return str(os.getpid())
