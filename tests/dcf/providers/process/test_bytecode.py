"""What can be compiled within the limits is; what cannot is left, and named."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys, time
from pathlib import Path
from dcf.providers.process import bytecode
bytecode.FILE_CPU_SECONDS, bytecode.ALL_CPU_SECONDS = map(int, sys.argv[2:4])
bytecode._MEMORY_BYTES = 1 << 28
print(bytecode.compile_folder(Path(sys.argv[1]), time.monotonic() + 100))
"""
SLOW = "def f(a):\n  return a + 1\n" * 20_000  # seconds, in one piece
HEAVY = "x=1\n" * 220_000  # 390 MB


def compiled(folder, files, each=60, together=60):
    """What is said of files, and the names of those that were compiled."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    words = [sys.executable, "-c", PROGRAM, str(folder), str(each), str(together)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(words, text=True, **pipes) as program:
        said = program.stdout.read().strip()
    return said, sorted(path.name.partition(".")[0] for path in folder.rglob("*.pyc"))


def test_ordinary_files_are_compiled_without_a_word(tmp_path):
    files = {"a.py": "x = 1\n", "b/c.py": "y = 2\n", "b/d.txt": "no code", "e.py/f.py": "z = 3\n"}
    assert compiled(tmp_path, files) == ("", ["a", "c", "f"])


@pytest.mark.parametrize(
    ("text", "limits", "why"),
    [
        ("x = 1\n" * 200_000, (60, 60), "over 1 MiB"),
        (HEAVY, (60, 60), "it took over 256 MiB of memory"),
        (SLOW, (1, 60), "it took over 1 s of processor time"),
    ],
    ids=["size", "memory", "time"],
)
def test_one_that_costs_too_much_is_left_and_the_others_are_not(tmp_path, text, limits, why):
    said, names = compiled(tmp_path, {"a.py": "", "b.py": text, "c.py": "", "d.py": ""}, *limits)
    assert said == f"not compiled, so that each start takes longer: 'b.py' ({why})"
    assert names == ["a", "c", "d"]


def test_many_that_cost_too_much_together_are_left_and_counted(tmp_path):
    said, names = compiled(tmp_path, {f"{each}.py": SLOW for each in range(9)}, 1, 2)
    assert (said.count("over 1 s") + said.count("no time"), said[-7:]) == (3, " 6 more")
    assert names == []


@pytest.mark.parametrize(
    "text",
    ["(" * 100_000, "-" * 300_000 + "1", "x = " + "[" * 90 + "]" * 90, "a" + ".a" * 100_000, "\0",
     "x = " + "9" * 100_000, "if x:\n" + "".join(" " * each + "if x:\n" for each in range(1, 120)),
     "# coding: nothing\n", "'" + "\\N{x}" * 9999 + "'"],
    ids=["brackets", "minus", "lists", "attributes", "nul", "number", "indents", "coding", "names"],
)  # fmt: skip
def test_one_that_is_no_program_disturbs_no_other(tmp_path, text):
    said, names = compiled(tmp_path, {"a.py": text, "b.py": "x = 1\n"})
    assert "b" in names
    assert "b.py" not in said
