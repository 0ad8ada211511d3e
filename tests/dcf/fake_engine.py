"""A program that plays the container engine: it notes what it is asked and says what it is told."""

import json
import stat
import sys

import pytest

ENGINE = """#!{python} -S
import json, os, signal, sys
from pathlib import Path

home = Path({home!r})
told = json.loads((home / "told.json").read_text())
words = sys.argv[1:]
context = Path(words[-1])
seen = sorted(p.relative_to(context).as_posix() for p in context.rglob("*") if p.is_file()) \\
    if words[0] == "build" and context.is_dir() else []
with (home / "asked.jsonl").open("a") as file:
    file.write(json.dumps({{"words": words, "files": seen}}) + "\\n")
if words[:2] == ["image", "inspect"]:
    found = told["images"].get(words[2])
    print(json.dumps([found]) if found else "no such image", flush=True)
    sys.exit(0 if found else 1)
lines, status = told.get(words[0], [[], 0])
for line in lines:
    print(line, flush=True)
    if line == "and then it hangs":
        try:
            (home / "hangs").touch()
            signal.sigtimedwait([], 60)  # until SIGINT
        except KeyboardInterrupt:
            (home / "interrupted").touch()
            sys.exit(130)
if "--digestfile" in words:
    Path(words[words.index("--digestfile") + 1]).write_text("sha256:" + "d" * 64)
if words[0] == "build" and status == 0:
    name = words[words.index("--tag") + 1]
    told["images"][name] = {{"Id": "sha256:" + "b" * 64, "RepoDigests": []}}
    (home / "told.json").write_text(json.dumps(told))
sys.exit(status)
"""


class FakeEngine:
    """The program, what it was asked, and what it is to say.

    `told` maps a verb to lines and an exit status; `images` maps names to what `inspect` knows.
    """

    def __init__(self, home):
        self.home = home
        self.program = home / "engine"
        self.program.write_text(ENGINE.format(python=sys.executable, home=str(home)))
        self.program.chmod(stat.S_IRWXU)
        self.images = {name: {} for name in ("dcf/watcher", "dcf/tools", "dcf/ssd")}
        self.images = {name: {"Id": "sha256:" + "a" * 64} for name in self.images}
        self.tell()

    def tell(self, **verbs):
        """Say these lines and statuses from now on."""
        text = json.dumps({"images": self.images, **verbs})
        (self.home / "told.json").write_text(text)

    def asked(self, verb=None):
        """The words of every call so far, or of a verb's."""
        kept = self.home / "asked.jsonl"
        calls = (
            [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
        )
        return [each for each in calls if verb in {None, each["words"][0]}]


@pytest.fixture
def fake_engine(tmp_path_factory):
    """An engine that answers."""
    return FakeEngine(tmp_path_factory.mktemp("engine"))


@pytest.fixture
def with_engine(fake_engine, dcf):
    """`with_engine(*arguments, cwd, **environ)` runs a `dcf function` verb with that engine."""

    def run(*arguments, cwd, **environ):
        settings = {"DCF_ENGINE": str(fake_engine.program), "PIP_CERT": "", **environ}
        return dcf("function", *arguments, cwd=cwd, **settings)

    return run


def flags(words, name):
    """The values that a repeatable flag has."""
    return [words[at + 1] for at, word in enumerate(words) if word == name]


@pytest.fixture
def flags_of():
    """`flags_of(words, name)`."""
    return flags
