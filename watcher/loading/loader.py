"""Finds a handler by folder, file and name, and builds it once.

Other people's code fails in many ways; each has its own fault, one line long, and the traceback
that goes with it begins at their first frame.
"""

import importlib
import importlib.util
import inspect
import logging
import sys
import time
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from ..configuration.config import Settings
from ..errors import (
    BrokenSyntax,
    FailedBuild,
    FailedImport,
    FailedWarmUp,
    LoadError,
    MissingFile,
    MissingName,
    NameTaken,
    NotCallable,
    WrongSignature,
)
from ..user_trace import in_words, place_of, short, trace_of, use_folder
from . import adapters

PRIVATE_NAME = "_function_handler"
_LONGEST_SERVES = 200
_log = logging.getLogger(__name__)


class Loaded(msgspec.Struct, frozen=True):
    """A handler, built and warm.

    Attributes:
        call: answers one Request.
        kind: `request`, `openfaas` or `body`.
        file: the handler's file.
        name: the class or function in it.
        info: what the handler tells about itself; empty when it tells nothing.
        metrics: the handler's own series, for the page of metrics; None when it has none.
        seconds: how long `import`, `build` and `warm` took.
    """

    call: adapters.Call
    kind: str
    file: Path
    name: str
    info: Mapping[str, object]
    metrics: Callable[[], object] | None
    seconds: Mapping[str, float]

    @property
    def serves(self) -> str:
        """What it serves, for the log and the metrics: `serves` of its info; empty without."""
        said = self.info.get("serves", "")
        return said[:_LONGEST_SERVES] if isinstance(said, str) and said.isprintable() else ""


def load(settings: Settings) -> Loaded:
    """Imports the handler's file, builds the handler, and warms it.

    Args:
        settings: where the handler is and how it is called.

    Returns:
        The handler, ready for calls.

    Raises:
        LoadError: one of its faults; `trace` is the user's part of the traceback.
    """
    clock = [time.perf_counter()]
    folder = Path(settings.handler_dir).absolute()
    file = folder / settings.handler_file
    use_folder(folder, file)
    module = _import(folder, file)
    clock.append(time.perf_counter())
    target = _find(module, settings.handler_name, file)
    handler = _build(target, settings.handler_name)
    kind, call = adapters.adapt(handler, settings.handler_name, raw_body=settings.raw_body)
    clock.append(time.perf_counter())
    _warm(handler)
    clock.append(time.perf_counter())
    parts = (after - before for before, after in pairwise(clock))
    seconds = dict(zip(("import", "build", "warm"), parts, strict=True))
    name, told = settings.handler_name, _info(handler)
    return Loaded(call, kind, file, name, told, _metrics(handler), seconds)


def load_function(settings: Settings, file_name: str, name: str) -> Callable[..., Any]:
    """Imports another function of the user's by the rules that hold for the handler.

    Args:
        settings: where the handler is; `file_name` is inside that folder, or absolute.
        file_name: the file.
        name: the function in it.

    Returns:
        The function, with one argument to be given.

    Raises:
        LoadError: one of its faults.
    """
    folder = Path(settings.handler_dir).absolute()
    file = folder / file_name
    module = sys.modules.get(PRIVATE_NAME)
    if getattr(module, "__file__", None) != str(file):  # else it is the handler's own file
        module = _import(folder, file, PRIVATE_NAME + "_other")
    target = _find(module, name, file)
    if inspect.iscoroutinefunction(target):
        raise NotCallable(f"{name} of {short(file)} is a coroutine function; make it a plain def")
    try:
        inspect.signature(target).bind(None)
    except TypeError as error:
        raise WrongSignature(f"{name} of {short(file)} must take one argument: {error}") from None
    except ValueError:
        pass  # compiled callables may hide their signature
    return target


def _import(folder: Path, file: Path, private_name: str = PRIVATE_NAME) -> ModuleType:
    if not file.is_file():
        near = _near(file.name, [each.name for each in file.parent.glob("*.py")])
        hint = f"did you mean {near}?" if near else "set HANDLER_DIR and HANDLER_FILE"
        raise MissingFile(f"there is no handler file {file}; {hint}")
    try:
        if (folder / "__init__.py").is_file() and file.parent == folder:
            return _import_from_package(folder, file)
        return _import_file(folder, file, private_name)
    except LoadError:
        raise
    except SyntaxError as error:
        where = place_of(error) or short(file)
        raise BrokenSyntax(f"{where} is not valid Python: {error.msg}", trace_of(error)) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # sys.exit() at import is its fault too
        why = _why(f"importing {short(file)} failed", error)
        raise FailedImport(why, trace_of(error)) from None


def _import_from_package(folder: Path, file: Path) -> ModuleType:
    name = f"{folder.name}.{file.stem}"
    present = sys.modules.get(folder.name)
    if present is not None and str(folder) not in list(getattr(present, "__path__", [])):
        raise NameTaken(
            f"the handler's folder is a package called {folder.name}, and a module of that name is "
            "already loaded; rename the folder"
        )
    _put_on_path(folder.parent)
    return importlib.import_module(name)


def _import_file(folder: Path, file: Path, private_name: str) -> ModuleType:
    _put_on_path(file.parent)
    _put_on_path(folder)
    spec = importlib.util.spec_from_file_location(private_name, file)
    if spec is None or spec.loader is None:
        raise MissingFile(f"{short(file)} is not a Python file; HANDLER_FILE must end in .py")
    module = importlib.util.module_from_spec(spec)
    # Known before it runs, as dataclasses and pickles of the handler look their module up.
    sys.modules[private_name] = module
    spec.loader.exec_module(module)
    return module


def _put_on_path(folder: Path) -> None:
    """First of all: the handler's own modules win over whatever is installed."""
    if str(folder) in sys.path:
        sys.path.remove(str(folder))
    sys.path.insert(0, str(folder))


def _find(module: ModuleType | None, name: str, file: Path) -> Callable[..., Any]:
    try:
        target = getattr(module, name)
    except AttributeError:
        public = [key for key in vars(module) if not key.startswith("_")]
        near = _near(name, public)
        hint = f"did you mean {near}?" if near else "set HANDLER_NAME"
        raise MissingName(f"{short(file)} has no {name}; {hint}") from None
    if not callable(target):
        kind = type(target).__name__
        raise NotCallable(f"{name} of {short(file)} is a {kind}; it must be a class or a function")
    return target  # type: ignore[no-any-return] # getattr of a module is Any; callable() was asked


def _near(name: str, known: list[str]) -> str:
    """The known name that is most like another; empty where none is."""
    from difflib import get_close_matches  # only for what ends the start

    return next(iter(get_close_matches(name, known, n=1)), "")


def _build(target: Callable[..., Any], name: str) -> Callable[..., Any]:
    if not inspect.isclass(target):
        return target
    if "__call__" not in dir(target):  # callable() would ask the class, which always is
        raise NotCallable(f"{name} is a class without __call__; add def __call__(self, request)")
    try:
        handler: object = target()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise FailedBuild(_why(f"building {name} failed", error), trace_of(error)) from None
    if not callable(handler):
        raise NotCallable(f"{name}() cannot be called; add def __call__(self, request)")
    return handler


def _warm(handler: object) -> None:
    """One real call, if the handler knows how to make one; nothing is guessed."""
    warm = getattr(handler, "warm", None)
    if inspect.isroutine(handler) or not callable(warm):
        return
    try:
        warm()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise FailedWarmUp(_why("warming the handler failed", error), trace_of(error)) from None


def _info(handler: object) -> Mapping[str, object]:
    info = getattr(handler, "info", None)
    return info if isinstance(info, Mapping) else {}


def _metrics(handler: object) -> Callable[[], object] | None:
    metrics = getattr(handler, "metrics", None)
    return metrics if callable(metrics) and not inspect.isroutine(handler) else None


def _why(what: str, error: BaseException) -> str:
    """What failed, at which line of the user's, and why."""
    place = place_of(error)
    return f"{what}{' at ' if place else ''}{place}: {in_words(error)}"
