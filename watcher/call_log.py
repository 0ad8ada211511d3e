"""What ties a line of the log to a call: the call's id, and the trace that goes with the line."""

from contextvars import ContextVar

CALL_ID: ContextVar[str] = ContextVar("call_id", default="")
"""The id of the call that this thread answers; what a handler logs is found by it."""

CALL = "call_id"
"""Name of a log record's extra: the id of a call, where another thread writes the line."""

TRACE = "trace"
"""Name of a log record's extra: a traceback as text, with the parts already left out."""
