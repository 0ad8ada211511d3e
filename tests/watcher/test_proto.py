"""The committed code is what the schema generates."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_generating_again_changes_nothing(tmp_path):
    shutil.copytree(ROOT / "proto", tmp_path / "proto")
    command = ["sh", str(tmp_path / "proto" / "generate.sh")]
    env = {"PATH": os.environ["PATH"], "PYTHON": sys.executable}
    subprocess.run(command, env=env, check=True, timeout=60)
    generated = sorted((tmp_path / "watcher" / "_proto").iterdir())
    assert [path.name for path in generated] == [
        "__init__.py",
        "fxwatcher_pb2.py",
        "fxwatcher_pb2.pyi",
        "fxwatcher_pb2_grpc.py",
    ]
    for path in generated:
        assert path.read_text() == (ROOT / "watcher" / "_proto" / path.name).read_text()
