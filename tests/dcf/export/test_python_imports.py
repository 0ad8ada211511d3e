"""Which packages code imports, found without running it."""

import pytest

from dcf.export.python_imports import imported


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import a\nimport b.c as d, e", {"a", "b", "e"}),
        ("from a.b import c", {"a"}),
        ("from . import a\nfrom .b import c\nfrom ..d import e", set()),
        ("def f():\n    if x:\n        import late", {"late"}),
        ("try:\n    import a\nexcept ImportError:\n    import b", {"a", "b"}),
        ("'import a'\n# import b\nx = __import__('c')", set()),
        ("", set()),
    ],
)
def test_every_import_counts_by_its_first_name(code, found):
    assert imported({"x/handler.py": code.encode()}) == found


@pytest.mark.parametrize(
    "content", [b"import (", b"\0import a", b"\xff\xfe\xff", b"print 'x'\nimport a"]
)
def test_what_is_no_python_is_passed_over(content):
    assert imported({"bad.py": content, "good.py": b"import a"}) == {"a"}


def test_other_files_are_not_read():
    assert imported({"notes.txt": b"import a", "a.pyc": b"import b", "b.pyi": b"import c"}) == set()


def test_nothing_of_it_is_run(tmp_path):
    code = f"open({str(tmp_path / 'ran')!r}, 'w')\nimport a"
    assert imported({"handler.py": code.encode()}) == {"a"}
    assert not (tmp_path / "ran").exists()
