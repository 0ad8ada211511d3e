import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def attached(parent):
    return subprocess.run(
        [sys.executable, "-m", "models.search.attached", str(parent), sys.executable, "-c",
         "print('ran')"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip


def test_it_becomes_the_program():
    assert attached(os.getpid()).stdout == "ran\n"


def test_nothing_begins_where_the_worker_is_gone_already():
    assert attached(os.getpid() + 1).stdout == ""
