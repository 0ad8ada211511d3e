"""A function finds the folders that its environment names, whichever wire it was deployed over."""

import hashlib

import pytest
import requests

from tests.dcf.providers.process.tars import member, tar_of

READS = """
import os
from pathlib import Path

def handle(body):
    folder = Path(os.environ["WORDS"])
    try:
        (folder / "more.txt").write_text("x")
    except OSError:
        pass
    names = sorted(path.name for path in folder.iterdir())
    return f"{os.environ['PLAIN']} {names} {(folder / 'words.txt').read_text()}"
"""
DATA = tar_of((member("words.txt"), b"good morning"))
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def config(tmp_path, write_function):
    file = write_function(tmp_path, "reads", READS, name="handle")
    env = f"    environment:\n      WORDS: attachment:sha256:{DIGEST}\n      PLAIN: attached\n"
    file.write_text(file.read_text() + env)
    return file


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_a_function_reads_the_folder_that_a_variable_names(gateways, config, wire):
    gateway = gateways("--min-ready-seconds", "0")
    address = getattr(gateway, wire)
    done = gateway.dcf("create", "-f", config, gateway=address)
    assert done.returncode == 1
    assert f"variable 'WORDS' names attachment {DIGEST}, which is not here" in done.stderr.decode()
    place = f"{gateway.rest}/system/attachments/{DIGEST}"
    assert requests.head(place, timeout=20).status_code == 404
    assert requests.put(place, DATA, timeout=20).status_code == 201
    assert requests.head(place, timeout=20).status_code == 200
    done = gateway.dcf("create", "-f", config, gateway=address)
    assert done.returncode == 0, done.stderr
    said = gateway.dcf("call", "reads", stdin=b"", gateway=address).stdout.decode()
    assert said.startswith("attached [")
    assert said.strip().endswith("good morning")
    told = requests.get(f"{gateway.rest}/system/function/reads", timeout=20).json()
    assert told["envVars"]["WORDS"] == f"attachment:sha256:{DIGEST}"
    # A gateway that starts again finds the folder without an upload.
    gateway.end()
    again = gateways("--min-ready-seconds", "0")
    assert again.dcf("ready", "reads").returncode == 0
    assert again.dcf("call", "reads").stdout.decode().strip().endswith("good morning")
