"""Lock files put together and cut down."""

import pytest

from dcf.errors import Unsupported
from dcf.export import python_locks
from dcf.export.python_locks import locked, names_of, without, without_hashes

LOCK = """\
# by a program
a-b==1 \\
    --hash=sha256:11 \\
    --hash=sha256:12
    # via c
C.d==2 ; python_version < "3.12" \\
    --hash=sha256:21
"""


def test_a_package_goes_with_all_its_lines():
    left = without(LOCK, {"a-b"})
    assert left == 'C.d==2 ; python_version < "3.12" \\\n    --hash=sha256:21\n'
    assert without(LOCK, names_of("A_b\nc..D\n")) == ""


def test_versions_hold_without_hashes():
    assert without_hashes(without(LOCK, ())) == (
        'a-b==1\n    # via c\nC.d==2 ; python_version < "3.12"\n'
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a\n  B_c>=1 ; x\nd[e]==2 # f\n", {"a", "b-c", "d"}),
        ("# a\n-r other.txt\n--index-url https://x\n\n", set()),
        ("ruamel.yaml\nruamel__yaml\n", {"ruamel-yaml"}),
    ],
)
def test_names_have_one_spelling(text, names):
    assert names_of(text) == names


def test_locks_of_the_project_are_one_with_each_package_once():
    both = locked("watcher.txt", "functions.txt")
    one = names_of(locked("watcher.txt"))
    lines = [line for line in both.splitlines() if line and not line.startswith((" ", "#"))]
    names = [name for line in lines for name in names_of(line)]
    assert len(names) == len(set(names))
    assert names == sorted(names)
    assert one <= set(names)
    assert "--hash=sha256:" in both


def test_without_the_project_it_says_where_to_run(monkeypatch, tmp_path):
    monkeypatch.setattr(python_locks, "_LOCKS", tmp_path)
    (tmp_path / "there.txt").write_text(LOCK)
    with pytest.raises(Unsupported, match=r"missing\.txt is not there: run dcf from a checkout"):
        locked("there.txt", "missing.txt")
