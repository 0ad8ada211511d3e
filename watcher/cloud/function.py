"""A handler under functions-framework, which owns the process, the port and the drain.

Its server forks workers after it has imported the function, and neither threads nor an inference
engine come through a fork. So the handler is built in each worker, as soon as there is one; under a
server that does not fork, by the first call.
"""

import json
import logging
import os
import sys
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from .. import function
from ..call_log import TRACE
from ..configuration import config
from ..errors import WatcherError
from ..function import Function
from ..health import NoLock
from ..process_lifetime import end_now, load_timeout
from ..telemetry import logs

if TYPE_CHECKING:
    from flask import Request as FlaskRequest
    from werkzeug.wrappers import Response

    from .events import Event

# gunicorn ends as a whole when a worker ends so, and does not start another one.
_CANNOT_BOOT = 3
_SPARE_THREADS = 4
_FETCH_S = 60.0
_LATER_S = 5.0
_log = logging.getLogger(__name__)


class CloudFunction:
    """One handler, built once a process."""

    def __init__(self, defaults: Mapping[str, str]) -> None:
        """Takes settings; the environment's win. Nothing is loaded yet.

        Args:
            defaults: setting -> text.
        """
        for name, text in defaults.items():
            os.environ.setdefault(name, text)
        # A wrong setting stops the start, as it does everywhere.
        self._settings = config.from_environment()
        # As many as to find a full function full: the framework's own count knows nothing of it.
        os.environ.setdefault("THREADS", str(self._settings.max_inflight + _SPARE_THREADS))
        self._building = threading.Lock()
        self._function: Function | None = None
        self._importer = os.getpid()
        os.register_at_fork(after_in_child=self._in_worker)

    def answer(self, request: "FlaskRequest") -> "Response":
        """Answers one call over HTTP as the watcher's own door does.

        Args:
            request: as functions-framework hands it over.

        Returns:
            The reply.
        """
        from werkzeug.wrappers import Response

        # Flask's view of the body ends where the body ends; the server's own need not.
        environ = {**request.environ, "wsgi.input": request.stream}
        return Response.from_app(self.built().http, environ, buffered=True)

    def take(self, event: "Event") -> None:
        """Answers an event: its answer is a line of JSON on stdout.

        Args:
            event: a CloudEvent whose data is a picture, or names one.

        Raises:
            HTTPException: it should be sent again.
        """
        from werkzeug.exceptions import abort

        from . import storage as cloud_storage
        from .events import EventDoor

        settings = self._settings
        seconds = settings.exec_timeout or _FETCH_S
        app = self.built().http
        door = EventDoor(app, cloud_storage.fetch, settings.max_body_bytes, seconds)
        outcome = door.answer(event)
        severity = "ERROR" if "error" in outcome.line else "INFO"
        sys.stdout.write(json.dumps({"severity": severity, **outcome.line}) + "\n")
        sys.stdout.flush()
        if outcome.again:
            abort(outcome.again, description=str(outcome.line["error"]))

    def built(self) -> Function:
        """The handler with everything that calls it, built by the first who asks."""
        with self._building:
            if self._function is None:
                self._function = self._build()
            return self._function

    def _build(self) -> Function:
        settings = self._settings
        logs.configure(settings.log_format, settings.log_level)
        # The watcher's own limit ends a process in a way after which gunicorn starts another one.
        settings = replace(settings, load_timeout=settings.load_timeout + _LATER_S)
        built = function.build(settings, NoLock())
        built.health.open()
        return built

    def _in_worker(self) -> None:
        """Builds beside the worker's own start, so that it hears signals meanwhile."""
        if os.getppid() != self._importer:
            return  # a child of a worker, which the handler itself may have
        self._building = threading.Lock()
        self._function = None
        threading.Thread(target=self._boot, name="boot", daemon=True).start()

    def _boot(self) -> None:
        seconds = self._settings.load_timeout
        thread = threading.get_ident()
        limit = threading.Timer(seconds, lambda: _end_with(load_timeout(seconds, thread)))
        limit.daemon = True
        limit.start()
        try:
            self.built()
        except WatcherError as failed:
            _end_with(failed)
        limit.cancel()


def _end_with(error: WatcherError) -> None:
    """Ends the worker and, with it, the server."""
    _log.error("%s", error.message, extra={TRACE: getattr(error, "trace", "")})
    end_now(_CANNOT_BOOT)
