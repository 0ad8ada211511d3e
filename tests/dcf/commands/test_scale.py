"""dcf function scale, and ready."""

import json

import pytest


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_scaling_and_waiting_until_ready(versions, wire, text):
    gateway = getattr(versions, wire)
    assert text(versions.dcf("scale", "v", "0", gateway=gateway)) == "Scaled: v to 0 replicas\n"
    late = versions.dcf("ready", "v", "--timeout", "0.2", gateway=gateway)
    assert (late.returncode, b"not ready after 0.2 s" in late.stderr) == (1, True)
    text(versions.dcf("scale", "v", "1", gateway=gateway))
    assert text(versions.dcf("ready", "v", gateway=gateway)) == "Function v is ready.\n"
    assert text(versions.dcf("call", "v", stdin=b"x"))


@pytest.mark.parametrize(("count", "word"), [(0, "replicas"), (1, "replica"), (2, "replicas")])
def test_the_count_is_sent_and_said(ask, stand_in, count, word):
    stand_in.table["POST /system/scale-function/f"] = (202, b"")
    done = ask("function", "scale", "f", count)
    assert (done.exit_code, done.stdout) == (0, f"Scaled: f to {count} {word}\n")
    assert json.loads(stand_in.asked[0].body) == {"serviceName": "f", "replicas": count}


def test_a_count_is_no_less_than_none(ask, stand_in):
    assert ask("function", "scale", "f", "--", "-1").exit_code == 2
    assert stand_in.asked == []


@pytest.mark.parametrize(
    ("labels", "count", "words"),
    [
        ({"com.openfaas.scale.max": "4"}, 2, "1..4 replicas by calls a second, 50 a replica"),
        ({"com.openfaas.scale.max": "4"}, 2, "that may change after 60 s"),
        ({"com.openfaas.scale.zero": "true"}, 0, "that may change when it is called"),
        ({"com.openfaas.scale.max": "4"}, 0, ""),
        ({"com.openfaas.scale.max": "many"}, 2, ""),
        ({}, 2, ""),
    ],
)
def test_who_scales_by_load_is_said_to_go_on_from_there(ask, stand_in, labels, count, words):
    stand_in.table["POST /system/scale-function/f"] = (202, b"")
    stand_in.table["GET /system/function/f"] = (200, {"name": "f", "labels": labels})
    done = ask("function", "scale", "f", count)
    assert done.stdout.startswith(f"Scaled: f to {count} replica")
    assert words in done.stderr
    assert ("Note: " in done.stderr) == bool(words)
