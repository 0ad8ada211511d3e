"""Where a function's own code is in what Python tells: traces that begin there, short paths.

Paths are relative to the function's folder, as its author knows them (`src/handler.py`), wherever
its archive was unpacked. Our own frames and the import system's are left out; libraries keep
theirs.
"""

import importlib
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path

import msgspec

_OURS = (str(Path(__file__).parent) + "/", "<frozen importlib", importlib.__file__)
_LIBRARIES = ("/site-packages/", "/dist-packages/")
_LONGEST = 500


class _Function:
    """The function of this process: it loads one, as it has one import path.

    Attributes:
        folder: the function's, with a slash; empty until it is known.
    """

    folder = ""


_function = _Function()


class Where(msgspec.Struct, frozen=True):
    """Where a thread is.

    Attributes:
        place: `src/handler.py:12 in work`; empty when it is in no code but ours.
        stack: the frames from the user's first one on, as a traceback writes them.
    """

    place: str = ""
    stack: str = ""


NOWHERE = Where()


def use_folder(folder: Path, file: Path) -> None:
    """Names the function's folder from now on.

    Args:
        folder: HANDLER_DIR, absolute.
        file: the handler's, absolute.
    """
    try:
        here = Path.cwd()
    except OSError:  # it was deleted
        here = Path("/")
    if here in (folder, *folder.parents) and here != Path("/"):
        top = here  # a gateway starts it there
    elif file.parent == folder and folder.parent != Path("/"):
        top = folder.parent
    else:
        top = folder
    _function.folder = f"{top}/"


def short(path: object) -> str:
    """A path, or a text with paths in it, as the function's author knows them.

    Args:
        path: in the function's folder or anywhere else.

    Returns:
        The same without the function's folder.
    """
    return str(path).replace(_function.folder, "") if _function.folder else str(path)


def in_words(error: BaseException) -> str:
    """An error in one line.

    Args:
        error: whatever was raised.

    Returns:
        Its class and text, cut when it is long; the class alone when its text is empty.
    """
    try:
        text = short(" ".join(str(error).split()))
    except Exception as other:  # pylint: disable=broad-exception-caught # its own __str__ may fail
        text = f"(and its text could not be had: {type(other).__name__})"
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def trace_of(error: BaseException) -> str:
    """The traceback of an error from the user's first line on, those of its causes alike.

    Args:
        error: what was raised.

    Returns:
        The traceback as text; whole where it is in no code but ours.
    """
    told = traceback.TracebackException.from_exception(error, compact=True)
    _shorten(told)
    return short("".join(told.format()))


def place_of(error: BaseException) -> str:
    """Where in the user's code an error came up.

    Args:
        error: what was raised.

    Returns:
        `src/handler.py:12 in work`, the user's last line on its way; empty where there is none.
    """
    if isinstance(error, SyntaxError) and (file := _file_of(error.filename)):
        return f"{short(file)}:{error.lineno or 0}"
    return _place(_theirs(traceback.extract_tb(error.__traceback__)))


def where_is(thread: int | None) -> Where:
    """Where a thread is now.

    Args:
        thread: its identifier.

    Returns:
        The place; NOWHERE when it has ended or runs none of the user's code.
    """
    # The only way to see where another thread is.
    frame = sys._current_frames().get(thread or 0)  # noqa: SLF001 # pylint: disable=protected-access
    if frame is None:
        return NOWHERE
    stack = traceback.extract_stack(frame)
    first = next((at for at, one in enumerate(stack) if _is_ours(one)), -1)
    theirs = _theirs(stack[first + 1 :])
    if not theirs:
        return NOWHERE
    return Where(_place(theirs), short("".join(traceback.format_list(theirs))))


def _file_of(name: str | None) -> str:
    """The file that a syntax error is in; empty for text that some program was to understand."""
    return name if name and name.endswith(".py") else ""


def _shorten(told: traceback.TracebackException) -> None:
    theirs = _theirs(told.stack)
    if theirs or _file_of(getattr(told, "filename", None)):
        told.stack[:] = theirs
    for other in (told.__cause__, told.__context__, *(told.exceptions or ())):
        if other is not None:
            _shorten(other)


def _theirs(frames: Iterable[traceback.FrameSummary]) -> list[traceback.FrameSummary]:
    return [frame for frame in frames if not _is_ours(frame)]


def _is_ours(frame: traceback.FrameSummary) -> bool:
    return frame.filename.startswith(_OURS)


def _place(frames: list[traceback.FrameSummary]) -> str:
    """The last of the frames that is of the function itself; else the first there is."""
    own = [frame for frame in frames if _is_own(frame.filename)]
    for frame in own[-1:] or frames[:1]:
        return f"{short(frame.filename)}:{frame.lineno} in {frame.name}"
    return ""


def _is_own(path: str) -> bool:
    folder = _function.folder
    return bool(folder) and path.startswith(folder) and not any(part in path for part in _LIBRARIES)
