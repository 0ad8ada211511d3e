"""A handler for batches: the content of a file says what to do; every call is noted."""

import json
import os
import threading
import time


class Known(Exception):
    code = "not_an_image"
    message = "this is no image;\nsend one \ud800"


class Answer:
    def __init__(self, **parts):
        self.__dict__.update(parts)


class Handler:
    info = {"model": os.environ.get("MODEL", "none")}

    def __init__(self):
        self.lock = threading.Lock()
        self.running = self.most = 0

    def __call__(self, request):
        verb, _, rest = request.input.decode("latin-1").partition(" ")
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        note(f"{rest or verb} {self.running}")
        try:
            return getattr(self, verb)(rest)
        finally:
            with self.lock:
                self.running -= 1

    def text(self, rest):
        return rest

    def json(self, rest):
        return json.loads(rest)

    def dumped(self, rest):
        return json.dumps({"text": rest})

    def bytes(self, rest):
        return bytes.fromhex(rest)

    def status(self, rest):
        return Answer(body="first line\nsecond", content_type="text/plain", status=int(rest))

    def known(self, rest):
        raise Known

    def unknown(self, rest):
        raise ValueError("secret text")

    def exits(self, rest):
        raise SystemExit(3)

    def dies(self, rest):
        os.kill(os.getpid(), 9)

    def sleep(self, rest):
        time.sleep(float(rest))
        return rest

    def until(self, rest):
        """Ends when a file is there, two minutes later at most."""
        end = time.monotonic() + 120
        while not os.path.exists(rest) and time.monotonic() < end:
            time.sleep(0.005)
        return "held"

    def together(self, rest):
        """Ends when so many have been called at once, or a second later: there are no more."""
        end = time.monotonic() + 1
        while self.most < int(rest) and time.monotonic() < end:
            time.sleep(0.005)
        return rest


def note(line):
    if path := os.environ.get("CALLS_FILE"):
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, f"{line}\n".encode("latin-1", "replace"))
        os.close(descriptor)
