"""What a function's requirements.txt leads to: files of its own code and the net, nothing else.

pip reads whatever a line names, and quotes it when it is no list of requirements. So lines that
lead out of the code are refused before pip is run. The files are read as pip reads them; where
words can be taken for options or values, both are looked at.
"""

import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ...errors import RolloutFailed

_LONG = (
    "--requirement", "--constraint", "--editable", "--find-links", "--index-url", "--pypi-url",
    "--extra-index-url",
)  # fmt: skip
_NAMES_LISTS = ("-r", "-c", "--requirement", "--constraint")
_SHORT = "rcefi"
_REMOTE = frozenset({"http", "https", "ssh", "git", "svn", "hg", "bzr", "static-http", "lp"})
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")
_COMMENT = re.compile(r"(^|\s+)#.*$")
_OTHER_ENCODING = re.compile(
    rb"^[ \t\f]*#.*?coding[:=][ \t]*(?!utf-?8\b|ascii\b)([-\w.]+)", re.IGNORECASE | re.MULTILINE
)
_MAX_FILES, _MAX_BYTES = 100, 1 << 20


@dataclass(frozen=True)
class _Line:
    """One line with those that continue it, and where it is."""

    place: str
    text: str


class _Refused(Exception):
    """What a line does that none may."""


def refuse_outside(folder: Path, requirements: Path) -> None:
    """See that a requirements file, and what it includes, stays inside.

    Args:
        folder: Of all the function's code.
        requirements: The file in it; pip is run in the folder that it lies in.

    Raises:
        RolloutFailed: A line leads out, or cannot be told from one; it names file and line.
    """
    root, waiting, seen = Path(os.path.realpath(folder)), [requirements], set[Path]()
    while waiting:
        file = Path(os.path.realpath(waiting.pop()))
        if file in seen or not file.is_file():
            continue  # pip says what is missing
        seen.add(file)
        name = os.path.relpath(file, requirements.parent)
        try:
            if len(seen) > _MAX_FILES:
                raise _Refused(f"more than {_MAX_FILES} files are included")
            for line in _lines(file, name):
                for option, value in _values(line):
                    base = _base(option, value, file.parent, requirements.parent)
                    _check(root, base, option, value, line.place)
                    if option in _NAMES_LISTS:
                        waiting.append(file.parent / value)
        except _Refused as fault:
            raise RolloutFailed(f"{requirements.name} is not installed: {fault}") from fault


def _lines(file: Path, name: str) -> Iterator[_Line]:
    """The lines as pip joins them, comments left out."""
    with file.open("rb") as opened:
        data = opened.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise _Refused(f"{name} has more than {_MAX_BYTES >> 20} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise _Refused(f"{name} is not UTF-8") from fault
    if _OTHER_ENCODING.search(b"\n".join(data.split(b"\n")[:2])):
        raise _Refused(f"{name} names an encoding other than UTF-8")
    begun, first = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        first = first if begun else number
        is_comment = re.match(_COMMENT, line) is not None
        if line.endswith("\\") and not is_comment:
            begun += line.strip("\\")
            continue
        whole, begun = begun + (f" {line}" if is_comment else line), ""
        yield _Line(f"{name}, line {first}", _COMMENT.sub("", whole).strip())
    yield _Line(f"{name}, line {first}", _COMMENT.sub("", begun).strip())


def _values(line: _Line) -> Iterator[tuple[str, str]]:
    """What may be a path or an address in a line, with the option it belongs to, or none."""
    if _VARIABLE.search(line.text):
        raise _Refused(
            f"{line.place}: variables of the gateway's environment are not for functions"
        )
    if any((each < " " and each != "\t") or each == "\x7f" for each in line.text):
        raise _Refused(f"{line.place}: it holds control characters")
    words = line.text.split(" ")
    count = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    yield from _required(" ".join(words[:count]).strip())
    if begin := re.search(r"(?:^|\s)-", line.text):
        options = line.text[begin.start() :]
        try:
            tokens = shlex.split(options)
        except ValueError:  # a quote without its end: pip says so
            tokens = options.split()
        for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
            yield from _option(token, following)


def _required(text: str) -> Iterator[tuple[str, str]]:
    """A requirement's path or address, all of it or what follows `@`, with markers and without."""
    _, at, address = text.partition("@")
    texts = (text,) if _URL.match(text) or not at else (text, address.strip())
    for each in texts:
        if _URL.match(each) or _is_path(each):
            yield "", each
            yield "", each.partition(";")[0].strip()


def _option(token: str, following: str) -> Iterator[tuple[str, str]]:
    """An option's value, if it may be a path; long names can be cut short."""
    if token.startswith("--"):
        name, equals, value = token.partition("=")
        for option in _LONG:
            if len(name) > 2 and option.startswith(name):
                yield option, value if equals else following
    elif token[:1] == "-" and token[1:2] and token[1] in _SHORT:
        yield token[:2], token[2:] or following


def _base(option: str, value: str, own: Path, first: Path) -> Path:
    """The folder a path is relative to: its file's own, or the one that pip is run in."""
    if option in _NAMES_LISTS:
        return own
    of_links = option in {"-f", "--find-links"} and "\0" not in value and (own / value).exists()
    return own if of_links else first


def _check(root: Path, base: Path, option: str, value: str, place: str) -> None:
    """Refuse a value that leads out of the root."""
    what, path = option or "the requirement", value
    if url := _URL.match(value):
        kinds = url[1].lower().split("+")
        if option in _NAMES_LISTS:
            raise _Refused(f"{place}: {what} takes a file of the function's own code, no address")
        if _REMOTE.issuperset(kinds):
            return
        if kinds[-1] != "file":
            raise _Refused(f"{place}: {what} has an address of a kind that is not taken")
        path = _path_of(value)
    elif not option and not _is_path(value):
        return
    inside = Path(os.path.realpath(base / path)).is_relative_to(root)
    if "\t" in value or path.startswith("~") or not inside:
        raise _Refused(f"{place}: {what} leads out of the function's own code")


def _path_of(address: str) -> str:
    """The path of a `file:` address; one that is none leads to the root."""
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        return "/"
    return "/" if "\0" in path else path


def _is_path(value: str) -> bool:
    return "/" in value or "\\" in value or value.startswith((".", "~"))
