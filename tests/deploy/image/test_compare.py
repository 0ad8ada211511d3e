"""`deploy/image/compare.py` on files as `docker save` writes them, made by hand."""

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "deploy/image/compare.py"


def archive(entries):
    """A tar of (name, bytes or None for a folder, mode, time)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content, mode, when in entries:
            info = tarfile.TarInfo(name)
            info.mode, info.mtime = mode, when
            if content is None:
                info.type = tarfile.DIRTYPE
                tar.addfile(info)
            else:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def image(path, entries, config=None):
    layer = archive(entries)
    settings = {"created": "2026", "history": [{"created": "x", "created_by": "RUN y"}]}
    manifest = [{"Config": "c.json", "Layers": ["l/layer.tar"]}]
    path.write_bytes(
        archive([
            ("l/layer.tar", layer, 0o644, 0),
            ("c.json", json.dumps(settings | (config or {})).encode(), 0o644, 0),
            ("manifest.json", json.dumps(manifest).encode(), 0o644, 0),
        ])
    )  # fmt: skip
    return path


ENTRIES = [("etc", None, 0o755, 5), ("etc/a", b"one", 0o644, 5)]


def compare(*arguments):
    done = subprocess.run(
        [sys.executable, SCRIPT, *arguments], capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout.splitlines(), done.stderr


def test_other_times_are_no_difference_but_are_counted(tmp_path):
    first = image(tmp_path / "1", ENTRIES)
    later = [("etc", None, 0o755, 9), ("etc/a", b"one", 0o644, 9)]
    second = image(tmp_path / "2", later, {"created": "2027"})
    assert compare(first, second) == (
        0, [], "0 differences, 2 times, in 2 entries of 1 layers\n"
    )  # fmt: skip
    code, lines, _ = compare("--times", first, second)
    assert (code, lines) == (0, ["layer 0: etc: time", "layer 0: etc/a: time"])


@pytest.mark.parametrize(
    ("entries", "config", "line"),
    [
        ([ENTRIES[0], ("etc/a", b"two", 0o644, 5)], {}, "layer 0: etc/a: sha256 "),
        ([ENTRIES[0], ("etc/a", b"one", 0o600, 5)], {}, "layer 0: etc/a: mode 420 and 384"),
        ([ENTRIES[0]], {}, "layer 0: etc/a: only in the first"),
        ([*ENTRIES, ("b", b"", 0o644, 5)], {}, "layer 0: b: only in the second"),
        ([ENTRIES[0], ("etc/a", None, 0o644, 5)], {}, "layer 0: etc/a: kind file and folder"),
        (ENTRIES, {"config": {"User": "0"}}, "config.config: None and {'User': '0'}"),
        (ENTRIES, {"history": [{"created_by": "RUN z"}]},
         "config.history.0.created_by: RUN y and RUN z"),
    ],
    ids=["content", "mode", "gone", "new", "kind", "config", "history"],
)  # fmt: skip
def test_anything_else_is_a_difference(tmp_path, entries, config, line):
    first = image(tmp_path / "1", ENTRIES)
    code, lines, _ = compare(first, image(tmp_path / "2", entries, config))
    assert code == 1
    assert lines[0].startswith(line)


def test_what_is_no_image_is_a_line(tmp_path):
    (tmp_path / "junk").write_bytes(b"x" * 2000)
    code, _, said = compare(tmp_path / "junk", tmp_path / "junk")
    assert code == 2
    assert said.startswith("compare.py: ")
    assert said.count("\n") == 1
