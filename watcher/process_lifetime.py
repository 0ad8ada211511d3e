"""What ends a process from outside: signals, the parent's pipe, and the limit on loading."""

import contextlib
import faulthandler
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import NoReturn

from .call_log import TRACE
from .errors import LoadTimeout, SettingError
from .user_trace import where_is

_BACKSTOP_S = 2.0
_FLUSH_S = 0.5
_log = logging.getLogger(__name__)


def end_now(code: int) -> NoReturn:
    """Ends the process without waiting for any thread, nor for long for who reads its output.

    Args:
        code: the exit code.
    """
    # A thread of its own, since another may hold the log or a stream, and wait for a reader.
    flushing = threading.Thread(target=_flush, name="flush", daemon=True)
    with contextlib.suppress(RuntimeError):  # no thread can be had any more
        flushing.start()
        flushing.join(_FLUSH_S)
    os._exit(code)


def _flush() -> None:
    """Writes out what was logged, and what a handler printed."""
    with contextlib.suppress(Exception):
        logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


def end_within(seconds: float, code: int) -> None:
    """Lets the interpreter end by itself, and ends it if that takes too long.

    Args:
        seconds: for exit functions and other people's threads.
        code: the exit code.
    """
    timer = threading.Timer(seconds, end_now, (code,))
    timer.daemon = True
    timer.start()


def on_signals(handler: Callable[[int], None]) -> None:
    """Calls `handler` for SIGTERM and SIGINT; by default, process 1 of a container ignores them.

    It is called from a thread of its own: in the main thread it could interrupt anything, such as a
    write to the log that it would write to, and what it raises would be raised there.

    Args:
        handler: gets the signal's number, one signal after the other.
    """
    came: SimpleQueue[int] = SimpleQueue()

    def serve() -> None:
        while True:
            handler(came.get())

    threading.Thread(target=serve, name="signals", daemon=True).start()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, _: came.put(number))


def on_parent_end(descriptor: int, action: Callable[[], None]) -> None:
    """Watches an inherited pipe, so that a killed parent leaves no orphan.

    Args:
        descriptor: the end to read from, or -1 for none.
        action: called once, from a thread, when the other end is closed.

    Raises:
        SettingError: the descriptor is not open.
    """
    if descriptor < 0:
        return
    try:
        os.set_inheritable(descriptor, False)  # the handler's own children need not hold it
    except OSError:
        raise SettingError(
            f"PARENT_FD is {descriptor}, which is not an open file; pass the reading end of a pipe"
        ) from None

    def wait() -> None:
        with contextlib.suppress(OSError):
            while os.read(descriptor, 64):
                pass
        action()

    threading.Thread(target=wait, name="parent", daemon=True).start()


@contextlib.contextmanager
def calls_first() -> Iterator[None]:
    """Makes a long import give way to calls ten times as often as a thread usually does.

    Yields:
        Nothing; other threads get their turn within half a millisecond meanwhile.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 10)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def load_timeout(seconds: float, thread: int) -> LoadTimeout:
    """The error of a handler that is not loaded in time.

    Args:
        seconds: LOAD_TIMEOUT.
        thread: identifier of the one that loads it.

    Returns:
        The error, with the line that it is at.
    """
    where = where_is(thread)
    at = f" and is at {where.place}" if where.place else ""
    message = f"loading the handler took over {seconds:g} s (LOAD_TIMEOUT){at}; raise LOAD_TIMEOUT"
    return LoadTimeout(message, where.stack)


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Ends the process with a message if what runs inside takes too long.

    Args:
        seconds: LOAD_TIMEOUT.

    Yields:
        Nothing; the main thread loads the handler meanwhile.
    """
    main = threading.get_ident()

    def expire() -> None:
        error = load_timeout(seconds, main)
        _log.error("%s", error.message, extra={TRACE: error.trace})
        end_now(error.exit_code)

    timer = threading.Timer(seconds, expire)
    timer.daemon = True
    timer.name = "load-timeout"
    timer.start()
    # A module written in C may hold the interpreter, and then no Python thread can speak up.
    faulthandler.dump_traceback_later(seconds + _BACKSTOP_S, exit=True)
    try:
        yield
    finally:
        timer.cancel()
        faulthandler.cancel_dump_traceback_later()
