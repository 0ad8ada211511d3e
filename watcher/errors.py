"""Everything that can go wrong in this room, each with a stable code and one line for a person.

WatcherError
├── SettingError        a setting is wrong; the start stops with exit code 2
├── StartError          a port, the lock file or another thing the start needs; exit code 1
├── LoadError           the handler cannot be loaded; exit code 1
│   ├── MissingFile, BrokenSyntax, FailedImport, NameTaken
│   ├── MissingName, NotCallable, WrongSignature
│   └── FailedBuild, FailedWarmUp, LoadTimeout
├── BatchError          the answer of a batch cannot be made or handed in; exit code 1
│   └── BrokenJournal, BadAnswer, NotAccepted
└── CallError           one call cannot be answered; the process lives on
    ├── Overloaded, Draining, TimedOut, CallerLeft
    ├── BodyTooLarge, SlowRequest, BadRequest, MethodNotAllowed
    ├── StorageFailed
    └── HandlerFailed
        └── BadReply
"""

from .user_trace import NOWHERE, Where


class WatcherError(Exception):
    """Base of this room's errors.

    Attributes:
        code: a stable name for programs.
        message: one line for a person: what came, what is allowed, what to do.
        exit_code: of the process, when the error ends it.
    """

    code = "internal"
    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SettingError(WatcherError):
    """A flag or an environment variable has a value out of its range."""

    code = "bad_setting"
    exit_code = 2


class StartError(WatcherError):
    """Something the start needs is not there: a port is taken, a folder cannot be written."""

    code = "start_failed"


class LoadError(WatcherError):
    """The handler cannot be loaded. `trace` is the user's part of the traceback, or empty."""

    code = "load_failed"

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message)
        self.trace = trace


class MissingFile(LoadError):
    """There is no file where the handler should be."""

    code = "handler_file_missing"


class BrokenSyntax(LoadError):
    """The file is not Python; the message names file and line."""

    code = "handler_syntax"


class FailedImport(LoadError):
    """The file raised while it was imported."""

    code = "handler_import"


class NameTaken(LoadError):
    """The handler's package has the name of a module that is already loaded."""

    code = "handler_name_taken"


class MissingName(LoadError):
    """The file has no such name."""

    code = "handler_name_missing"


class NotCallable(LoadError):
    """The name is there, and cannot be called."""

    code = "handler_not_callable"


class WrongSignature(LoadError):
    """The handler takes a number of arguments that no kind of handler takes."""

    code = "handler_signature"


class FailedBuild(LoadError):
    """The handler's class raised while it was built."""

    code = "handler_build"


class FailedWarmUp(LoadError):
    """The handler's warm() raised."""

    code = "handler_warm_up"


class LoadTimeout(LoadError):
    """Loading took longer than LOAD_TIMEOUT."""

    code = "load_timeout"


class BatchError(WatcherError):
    """A batch cannot go on. `trace` is the hook's part of the traceback, or empty."""

    code = "batch_failed"

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message)
        self.trace = trace


class BrokenJournal(BatchError):
    """What is done cannot be written down, or another process is at it."""

    code = "journal_failed"


class BadAnswer(BatchError):
    """The hook failed, or its answer is nothing JSON can hold."""

    code = "answer_failed"


class NotAccepted(BatchError):
    """The judge refused the answer, or could not be reached in time."""

    code = "not_accepted"


class CallError(WatcherError):
    """One call cannot be answered; `code` is a row of the table in codes.py."""


class Overloaded(CallError):
    """As many calls as MAX_INFLIGHT allows are running or waiting."""

    code = "overloaded"


class Draining(CallError):
    """The process is stopping and takes no new calls."""

    code = "not_ready"


class TimedOut(CallError):
    """The call took longer than its time limit; it keeps its slot until it ends.

    Attributes:
        where: the call is in the user's code; for the log alone.
    """

    code = "timeout"

    def __init__(self, message: str, where: Where = NOWHERE) -> None:
        super().__init__(message)
        self.where = where


class CallerLeft(CallError):
    """Who called waits no longer, and the call had not begun."""

    code = "caller_left"


class BodyTooLarge(CallError):
    """The body is over MAX_BODY_BYTES."""

    code = "body_too_large"


class SlowRequest(CallError):
    """The client did not send its whole request within READ_TIMEOUT."""

    code = "slow_request"


class BadRequest(CallError):
    """What came is not HTTP."""

    code = "bad_request"


class MethodNotAllowed(CallError):
    """A path of the watcher's own was asked with a method it does not have."""

    code = "method_not_allowed"


class StorageFailed(CallError):
    """A picture that an event names cannot be fetched now."""

    code = "storage_failed"


class HandlerFailed(CallError):
    """The handler raised something that carries no known code."""

    code = "handler_error"


class BadReply(HandlerFailed):
    """The handler answered with something that cannot be sent."""
