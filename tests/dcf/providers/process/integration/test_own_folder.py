"""A function's own folder: of all its replicas and revisions, private, gone with the function."""

import stat

import requests

CODE = """
import os
from pathlib import Path

def handle(body):
    folder = Path(os.environ["FUNCTION_STATE_DIR"])
    if body:
        (folder / "note").write_text(body)
    return "{0} " + " ".join(sorted(each.name for each in folder.iterdir()))
"""


def call(gateway, body=""):
    return requests.post(f"{gateway.rest}/function/v", data=body, timeout=30).text


def test_what_is_kept_there_outlives_a_replica_an_update_and_a_gateway_and_goes_with_the_function(
    gateways, write_function, tmp_path, wait_for
):
    gateway = gateways("--min-ready-seconds", "0")
    gateway.deploy(write_function(tmp_path, "v", CODE.replace("{0}", "one"), name="handle"))
    assert call(gateway, "kept") == "one note"
    gateway.deploy(write_function(tmp_path, "v", CODE.replace("{0}", "two"), name="handle"))
    wait_for(lambda: call(gateway) == "two note")
    folder = gateway.home / "data" / "v"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    gateway.end()
    again = gateways("--min-ready-seconds", "0")
    wait_for(lambda: call(again) == "two note")
    assert again.dcf("delete", "v").returncode == 0
    wait_for(lambda: not folder.exists())
