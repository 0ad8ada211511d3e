"""One HTTP connection: waitress' channel with our limits while reading, and an eye on its caller.

Waitress reads requests in one thread before any worker sees them, so slow clients cost no worker.
Added here: a deadline for a whole request, a call that is given up when its caller leaves, and a
close that lets a client read why it was refused.
"""

import socket
import time
from typing import Any

from waitress.channel import HTTPChannel

from .parser import Parser, RequestTimeout
from .task import RefusalTask, Task

_LINGER_S = 2.0
_READS = 16


class Channel(HTTPChannel):  # type: ignore[misc] # waitress has no annotations
    """One connection."""

    task_class = Task
    error_task_class = RefusalTask
    parser_class = Parser
    request: Any
    will_close: bool
    close_when_flushed: bool
    linger = False
    _discard_until = 0.0
    _looked_for: Parser | None = None

    def sweep(self, now: float, wall: float) -> None:
        """Ends what takes too long; called about once a second by the thread that reads.

        Args:
            now: time.monotonic().
            wall: time.time(), the clock of waitress' own stamps.
        """
        if self._discard_until:
            self.will_close |= now > self._discard_until
            return
        if self.request is not None:
            self.request.sweep()
        late = self.request is not None and now - self.request.started > self.adj.read_timeout
        if late and not self.requests:
            self.request.error = RequestTimeout("")
            self.request.completed = True
            self._queue()
            return
        never_spoke = self.last_activity == self.creation_time
        if never_spoke and wall - self.creation_time > self.adj.read_timeout:
            self.will_close = True

    def give_way(self) -> None:
        """Closes the connection unless a request or a reply is on its way."""
        self.will_close |= self._is_idle()

    def release(self) -> bool:
        """Ends our side of a kept connection on which nothing is on its way.

        A client that waits between two calls sees the end, and takes another connection; one that
        sends at this very moment gets an end without an answer, and may safely send it again.

        Returns:
            False when a request lies in the socket's buffer: it is to be read and answered first.
        """
        never_spoke = self.last_activity == self.creation_time  # its first request may be coming
        if self._discard_until or never_spoke or self.will_close or not self._is_idle():
            return True
        try:
            if self.socket.recv(1, socket.MSG_PEEK):
                return False
        except BlockingIOError:
            self._end_our_side()
        except OSError:
            pass  # the loop will find it gone
        return True

    @property
    def ends(self) -> bool:
        """Whether our side has ended, and the client's is waited for."""
        return bool(self._discard_until)

    def busy(self, since: float) -> bool:
        """Whether a request that began by `since` (time.monotonic()) is still on its way."""
        partial = self.request is not None and self.request.started <= since
        return bool(self.requests or self.total_outbufs_len or partial) and not self._discard_until

    def readable(self) -> bool:
        """Whether to look for input: more of it, or, while a call is answered, the caller's end."""
        if self._discard_until:
            return True
        if self._served() is None:
            return bool(super().readable())
        return self._is_unwatched() and not (self.will_close or self.close_when_flushed)

    def handle_read(self) -> None:
        """Takes what the socket holds; a turn of the loop for every piece would cost more."""
        if self._is_unwatched() and not self._discard_until:
            self._look_for_end()
            return
        for _ in range(_READS):
            try:
                count = self._receive()
            except BlockingIOError:
                return
            except OSError:
                count = 0
            if not count:
                self.handle_close()
                return
            if self.request is None and not self._discard_until:
                return

    def handle_close(self) -> None:
        """Closes; but a call under way goes on, as a drain waits for it, and nobody reads it."""
        self._have_left()
        served = self._served()
        if served is not None and not (self.will_close or self.total_outbufs_len):
            self._looked_for = served  # the poll is to report this no more
            return
        super().handle_close()

    def _is_idle(self) -> bool:
        return not (self.request or self.requests or self.total_outbufs_len)

    def _have_left(self) -> None:
        for request in tuple(self.requests):
            request.caller.leave()

    def _served(self) -> Parser | None:
        """The request that is being answered; a worker may take it off at any moment."""
        return next(iter(self.requests), None)

    def _is_unwatched(self) -> bool:
        """Whether a request is being answered, and its caller has not been seen to end or go on."""
        served = self._served()
        return served is not None and served is not self._looked_for

    def _look_for_end(self) -> None:
        """Peeks: input that is there is a later request's, and its end means they have left."""
        served = self._served()
        try:
            has_left = not self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return
        except OSError:
            self.handle_close()
            return
        self._looked_for = served  # once: the poll would report the same again and again
        if has_left:
            self._have_left()

    def _receive(self) -> int:
        """Reads once: into the body that is under way, else into a piece for the parser."""
        if self.request is not None and self.request.held is not None and not self._discard_until:
            count: int = self.request.receive(self.socket)
            self.last_activity = time.time()
            if self.request.completed:
                self._queue()
            return count
        data = self.socket.recv(self.adj.recv_bytes)
        if data and not self._discard_until:
            self.last_activity = time.time()
            self.received(data)
        return len(data)

    def _queue(self) -> None:
        """Hands the request that is now complete to a worker, behind those before it."""
        with self.requests_lock:
            if self.will_close or self.close_when_flushed:
                return
            self.sent_continue = False
            self.requests.append(self.request)
            self.request = None
            if len(self.requests) == 1:
                self.server.add_task(self)

    def handle_write(self) -> None:
        """Sends output; after a last reply, half-closes and waits for the client to read it.

        A plain close with unread input resets the connection, and the reset destroys the reply on
        its way (RFC 9112, 9.6).
        """
        if not (self.linger and self.close_when_flushed) or self.will_close:
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if self.total_outbufs_len or not self.connected:
            return
        self.close_when_flushed = False
        self._end_our_side()

    def _end_our_side(self) -> None:
        self._discard_until = time.monotonic() + _LINGER_S
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.handle_close()
