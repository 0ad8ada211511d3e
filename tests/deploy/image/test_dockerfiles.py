"""Rules for every Dockerfile, as hadolint has them; that one is a binary of no registry here."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILES = sorted(
    path.relative_to(ROOT)
    for pattern in (
        "Dockerfile*",
        "deploy/image/Dockerfile*",
        "dcf/templates/*/Dockerfile*",
        "examples/*/Dockerfile*",
    )
    for path in ROOT.glob(pattern)
    if path.suffix != ".dockerignore"
)
SECRET = re.compile(r"PASSWORD|PASSWD|TOKEN|SECRET|CREDENTIAL|API_?KEY|PRIVATE", re.IGNORECASE)


def instructions(text):
    """Word and the rest of every instruction, comments gone and continued lines joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ")
    return [
        (line.split(None, 1)[0].upper(), line.split(None, 1)[1].strip() if " " in line else "")
        for line in whole.splitlines()
        if line.strip()
    ]


class Stage:
    """What one FROM begins."""

    def __init__(self, source, name):
        self.source = source
        self.name = name
        self.steps = []

    def last(self, word):
        return next((rest for step, rest in reversed(self.steps) if step == word), None)


def stages(steps):
    found = []
    for word, rest in steps:
        if word == "FROM":
            source, _, name = re.sub(r"--\S+\s+", "", rest).partition(" AS ")
            found.append(Stage(source.strip(), name.strip()))
        elif found:
            found[-1].steps.append((word, rest))
    return found


def inherited(stage, by_name, word):
    """The last of an instruction in a stage or in those it is made from."""
    while stage is not None:
        if (rest := stage.last(word)) is not None:
            return rest
        stage = by_name.get(stage.source)
    return None


def shipped(found, targets):
    """The stages that become images: the last, and those that are built by name."""
    return [stage for stage in found if stage is found[-1] or stage.name in targets]


def faults(text, targets=()):
    """What is wrong, as names of rules; `targets` are stages that are built by name."""
    steps = instructions(text)
    found = stages(steps)
    by_name = {stage.name: stage for stage in found if stage.name}
    if re.search(r"^#\s*syntax=", text, re.MULTILINE):
        yield "syntax: it would be pulled"
    for word, rest in steps:
        yield from in_instruction(word, rest)
    for stage in found:
        known = stage.source in {*by_name, "scratch"} or stage.source.startswith("${")
        if not known:
            yield f"base: {stage.source} is to be an argument"
    for stage in shipped(found, targets):
        user = inherited(stage, by_name, "USER")
        if user is None or not re.match(r"[1-9]\d*(:\d+)?$", user):
            yield f"user: {stage.name or 'the image'} ends as {user}; a number but 0 is wanted"
        based_here = stage.source.startswith("${REGISTRY}/")
        if inherited(stage, by_name, "HEALTHCHECK") is None and not based_here:
            yield f"health: {stage.name or 'the image'} has no check"


def in_instruction(word, rest):
    """What is wrong with one instruction."""
    if word in {"ADD", "MAINTAINER", "ONBUILD"}:
        yield f"word: {word}"
    if (
        word == "ARG"
        and re.match(r"\w*(BASE|IMAGE)\w*=", rest)
        and not re.search(r":[\w.-]+$", rest)
    ):
        yield f"tag: {rest}"
    if word in {"FROM", "ARG"} and rest.endswith(":latest"):
        yield f"tag: {rest}"
    if word in {"ENV", "ARG"} and SECRET.search(rest):
        yield f"secret: {rest}"
    if word in {"CMD", "ENTRYPOINT"} and not rest.startswith("["):
        yield f"form: {word} {rest}"
    if word == "HEALTHCHECK" and rest != "NONE" and not re.search(r"CMD\s+\[", rest):
        yield f"form: {word} {rest}"
    if word == "WORKDIR" and not rest.startswith(("/", "$")):
        yield f"path: {rest}"
    if word == "COPY" and re.match(r"(--chmod=\S+ )?\.\s+/\s*$", rest):
        yield f"copy: {rest}"
    if word == "RUN":
        yield from in_run(rest)


def in_run(command):
    """What is wrong with one command."""
    if re.search(r"apt(-get)? install", command):
        if "--no-install-recommends" not in command:
            yield "apt: recommended packages come along"
        if "rm -rf /var/lib/apt/lists" not in command:
            yield "apt: its lists stay in the layer"
    if re.search(r"apt(-get)? (dist-)?upgrade", command):
        yield "apt: an upgrade is another image every day"
    if re.search(
        r"\bsudo\b|chmod (-R )?0?777|curl[^|;&]*\|\s*(ba)?sh|wget[^|;&]*\|\s*(ba)?sh", command
    ):
        yield f"run: {command[:60]}"
    if re.search(r"(?<!-m )\bpip3? install", command) and "--require-hashes" not in command:
        yield "pip: nothing is held to a hash"


def test_there_are_files_to_look_at():
    assert Path("Dockerfile") in FILES
    assert len([path for path in FILES if "templates" in path.parts]) >= 3


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_dockerfile_keeps_the_rules(path):
    targets = ("watcher", "gateway") if path == Path("Dockerfile") else ()
    assert [*faults((ROOT / path).read_text(), targets)] == []


GOOD = """\
ARG BASE=debian:bookworm-slim
FROM ${BASE}
HEALTHCHECK CMD ["true"]
USER 10001
CMD ["true"]
"""


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("ARG BASE=debian:bookworm-slim", "ARG BASE=debian", "tag"),
        ("debian:bookworm-slim", "debian:latest", "tag"),
        ("FROM ${BASE}", "FROM debian:12", "base"),
        ("USER 10001\n", "", "user"),
        ("USER 10001", "USER 0", "user"),
        ("USER 10001", "USER dcf", "user"),
        ("USER 10001", "USER 10001\nUSER root", "user"),
        ('HEALTHCHECK CMD ["true"]\n', "", "health"),
        ('HEALTHCHECK CMD ["true"]', "HEALTHCHECK CMD true", "form"),
        ('CMD ["true"]\n', "CMD true\n", "form"),
        ("USER", "ENV API_KEY=1\nUSER", "secret"),
        ("USER", "ARG PIP_PASSWORD\nUSER", "secret"),
        ("USER", "ADD x /x\nUSER", "word"),
        ("USER", "COPY . /\nUSER", "copy"),
        ("USER", "WORKDIR here\nUSER", "path"),
        ("USER", "RUN apt-get install -y gcc && rm -rf /var/lib/apt/lists/*\nUSER", "apt"),
        ("USER", "RUN apt-get install -y --no-install-recommends gcc\nUSER", "apt"),
        ("USER", "RUN apt-get update \\\n    && apt-get upgrade -y\nUSER", "apt"),
        ("USER", "RUN pip install flask\nUSER", "pip"),
        ("USER", "RUN curl -s x.example | sh\nUSER", "run"),
        ("ARG BASE", "# syntax=docker/dockerfile:1\nARG BASE", "syntax"),
    ],
)
def test_each_rule_is_seen_to_be_broken(old, new, rule):
    assert [*faults(GOOD)] == []
    broken = [fault.split(":")[0] for fault in faults(GOOD.replace(old, new, 1))]
    assert set(broken) == {rule}


def test_shell_scripts_are_what_a_shell_takes():
    scripts = [
        path
        for folder in ("deploy", "examples", "proto", "requirements", "tests")
        for path in sorted((ROOT / folder).rglob("*.sh"))
    ]
    assert len(scripts) >= 6
    for script in scripts:
        subprocess.run(["sh", "-n", script], check=True, timeout=20)
    if not shutil.which("shellcheck"):
        pytest.skip("parsed only: shellcheck is not installed")
    done = subprocess.run(
        ["shellcheck", *scripts], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout == ""


def test_bash_scripts_are_what_bash_takes():
    folder = ROOT / "tests/kubernetes/cluster"
    scripts = [each for each in sorted(folder.iterdir()) if each.suffix != ".md"]
    assert len(scripts) >= 4
    for script in scripts:
        subprocess.run(["bash", "-n", script], check=True, timeout=20)
    if not shutil.which("shellcheck"):
        pytest.skip("parsed only: shellcheck is not installed")
    done = subprocess.run(
        ["shellcheck", "-x", *scripts],
        capture_output=True, text=True, timeout=120, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.stdout == ""


LOCKS = sorted(
    path.relative_to(ROOT)
    for pattern in ("requirements/*.txt", "dcf/templates/*/src/requirements*.txt")
    for path in ROOT.glob(pattern)
    # A runtime whose wheel is one's own cannot hold it to a hash; half a lock is none.
    if "--hash" in path.read_text() or path.parent.name == "requirements"
)


@pytest.mark.parametrize("path", LOCKS, ids=str)
def test_a_lock_pins_every_package_by_hash_and_names_no_address(path):
    text = (ROOT / path).read_text()
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    for entry in entries:
        assert re.match(r"[\w.\[\],-]+==[\w.!+]+", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert not re.search(r"https?://|--index-url|--extra-index|--find-links|git\+|file:", text)
