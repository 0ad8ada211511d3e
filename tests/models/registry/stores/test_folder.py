"""What a folder does besides the contract of stores: locks, and nothing half-written."""

import subprocess
import sys
import threading

from models.registry.stores.folder import FolderStore


def test_nobody_prunes_while_somebody_adds(tmp_path):
    store, done = FolderStore(tmp_path), threading.Event()

    def prune():
        with FolderStore(tmp_path).alone():
            done.set()

    with store.together():
        thread = threading.Thread(target=prune)
        thread.start()
        assert not done.wait(0.2)
    assert done.wait(10)
    thread.join()


def test_what_was_being_written_is_no_file(tmp_path):
    script = (
        "import os, sys; from pathlib import Path; from models.registry.stores import folder\n"
        "folder.os.fsync = lambda _: os._exit(9)\n"
        "folder.FolderStore(Path(sys.argv[1])).create('models/a.json', b'half')"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], timeout=30, check=False)
    assert done.returncode == 9
    store = FolderStore(tmp_path)
    assert store.read("models/a.json") is None
    assert list(store.entries("models")) == []
    assert store.create("models/a.json", b"whole")
