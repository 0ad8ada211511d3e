"""YAML that would take minutes, gigabytes or a traceback elsewhere is one line here."""

import itertools
import subprocess
import sys

import pytest

from dcf.bounded_yaml import MAX_BYTES, MAX_DEPTH, NotReadable, read, read_texts


def chain(first, row):
    """Anchors a to i, each made of nine of the one before."""
    rows = [f"a: &a {first}"]
    for before, now in zip("abcdefgh", "bcdefghi", strict=True):
        rows.append(row.format(now, ", ".join([f"*{before}"] * 9)))
    return "\n".join(rows) + "\n"


BOMB = chain("[x, x]", "{0}: &{0} [{1}]")
MERGED = chain("{k: v}", "{0}: &{0} {{<<: [{1}]}}")
HOSTILE = {
    "brackets": "[" * 50_000, "closed brackets": "[" * 50_000 + "]" * 50_000,
    "braces": "{a: " * 20_000, "both": "[{a: " * 30_000, "dashes": "- " * 50_000,
    "questions": "? " * 50_000, "indents": "\n".join(" " * depth + "a:" for depth in range(1400)),
    "alias bomb": BOMB, "alias bomb as functions": BOMB + "functions: *i\n", "merge bomb": MERGED,
    "recursive": "functions: &a\n  f: *a\n", "recursive merge": "functions:\n  f: &f\n    <<: *f\n",
    "recursive list": "&a [*a]", "unknown alias": "*a",
    "huge": "functions: '" + "a" * MAX_BYTES + "'",
    "keys": "functions:\n" + "".join(f" f{number}: {{}}\n" for number in range(60_000)),
    "digits": "a: " + "1" * 5000, "sixties": "a: 1:" + ":".join(["59"] * 100_000),
    "not int": "a: !!int x", "not bool": "a: !!bool x",
    "not a time": "a: !!timestamp x", "not float": "a: !!float x", "not base64": 'a: !!binary "é"',
    "python": "!!python/object/apply:os.system [id]", "python name": "!!python/name:os.system",
    "list as key": "? [a]\n: b", "map as key": "? {a: b}\n: c", "NUL": "a:\0", "tab": "\t[",
    "twice": "a: 1\nb: 2\na: 3", "twice in flow": "{a: 1, 'a': 2}",
    "documents": "a\n---\n" * 50_000, "anchors": "&a " * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_it_is_one_line(text):
    with pytest.raises(NotReadable) as refused:
        read(text.encode())
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("data", [b"\x80\x81", b"\xff\xfe\x00", b"a: \xc3"], ids=str)
def test_bytes_that_are_no_text_are_one_line(data):
    with pytest.raises(NotReadable):
        read(data)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_command_says_so_in_bounded_memory(tmp_path, text):
    """Also where it can be read, but is no config; the gateway is never asked."""
    config = tmp_path / "config.yaml"
    config.write_text(text)
    command = [*(sys.executable, "-m", "dcf", "function", "create", "-f", config)]
    # By a shell: what Python runs between fork and exec can meet gRPC's threads, and abort.
    limited = ["sh", "-c", 'ulimit -v 524288 && exec "$@"', "sh", *command]
    done = subprocess.run(
        [*limited, "-g", "http://127.0.0.1:9"], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stdout == b""
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith(f"Error: {config}: ")
    assert len(line) < 500


@pytest.mark.parametrize(
    "text",
    [
        "functions: [1, 2]", "functions:", "functions: x" + "x" * 100_000, "functions: {1: []}",
        "functions: !!set {a, b}", "a" * 100_000 + ": 1", "2001-01-01: x", "functions: {f: x}",
        "functions: {f: {handler: {include: " + "x" * 100_000 + "}}}",
        "functions: {f: {handler: {include: {a: b}}}}", "functions: {f: {desc: !!set {a}}}",
        "functions: {f: {environment: {A: [1]}}}", "functions: {f: {secrets: [{a: b}]}}",
    ],
    ids=range(13),
)  # fmt: skip
def test_wrong_types_are_one_short_line(tmp_path, dcf, text):
    config = tmp_path / "config.yaml"
    config.write_text(text)
    done = dcf("function", "create", "-f", config)
    assert done.returncode == 1
    (line,) = done.stderr.decode().splitlines()
    assert len(line) < 800


def test_what_people_write_is_read_as_ever():
    text = "a: &a {k: [1, 2.5, true, null, x]}\nb: *a\nc: {<<: *a, l: 'é'}\nd: |\n  two\n  lines\n"
    table = {"k": [1, 2.5, True, None, "x"]}
    assert read(text.encode()) == {
        "a": table,
        "b": table,
        "c": {**table, "l": "é"},
        "d": "two\nlines\n",
    }
    assert read(b"") is None
    assert read(("[" * MAX_DEPTH + "]" * MAX_DEPTH).encode())
    assert read(b"a: '" + b"1" * 100_000 + b"'") == {"a": "1" * 100_000}


def test_a_file_that_never_ends_is_read_to_the_limit(dcf):
    done = dcf("function", "create", "-f", "/dev/zero")
    assert done.returncode == 1
    assert b"more than 1 MiB" in done.stderr


def test_programs_are_read_by_the_newer_schema():
    text = b"[0x1F, 0o17, 0644, 1_000, yes, NO, 12:30:45, 2026-01-02, +82, 1e3, .inf, ~, True, '5']"
    assert read(text) == [
        31, 15, 644, "1_000", "yes", "NO", "12:30:45", "2026-01-02", 82, 1000.0, float("inf"),
        None, True, "5",
    ]  # fmt: skip


def test_people_are_read_as_they_write():
    words = ["1.10", "0644", "12:30:45", "yes", "0x1F", "1_000", "+82", "1e3", ".5", "-0", "True"]
    words += ["2026-01-02T03:04:05Z", "2001-99-99", "0b1", "0o17", "=", "1:2", ".inf", "é", "y"]
    rows = "".join(f"{word}: {word}\n" for word in words)
    assert read_texts(rows.encode()).value == dict(zip(words, words, strict=True))
    assert read_texts(b"a: !!int 0x1F\nb: !!str 1.10\nc: null\nd: ~\ne:\n").value == {
        "a": "0x1F", "b": "1.10", "c": None, "d": None, "e": None
    }  # fmt: skip


@pytest.mark.parametrize(
    ("word", "is_disputed"),
    [
        *zip(["yes", "NO", "off", "y", "0644", "-010", "12:30", "1_000", "0b1", "="],
             itertools.repeat(True), strict=False),
        *zip(["2026-01-02", "2026-01-02T03:04:05Z", "1_0.5"], itertools.repeat(True), strict=False),
        *zip(["1.10", "12", "0", "00", "1e3", "true", "x", "0x1F", "'yes'", '"0644"', "08", "null",
              "|\n  yes", "!!str yes"],
             itertools.repeat(False), strict=False),
    ],
)  # fmt: skip
def test_what_readers_disagree_on_is_told_by_its_line(word, is_disputed):
    assert read_texts(f"# a\na: {word}\n".encode()).disputed == ((2,) if is_disputed else ())


def test_merged_maps_may_have_the_same_keys():
    text = b"a: &a {k: 1, l: 2}\nb: &b {<<: *a, k: 3}\nc: {<<: [*b, *a], l: 4}\n"
    assert read_texts(text).value["c"] == {"k": "3", "l": "4"}
