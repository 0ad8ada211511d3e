"""``ssd deploy`` as a person runs it, against a real gateway."""

import json
import signal
import subprocess

import pytest

from models.ssd.bundle import open_bundle
from tests.models.conftest import ROOT
from tests.models.registry.gate.conftest import INT8, photos
from tests.waiting import until

assert photos  # a fixture


def verdict_of(bundle, *, passed=True, made="2026-11-27T10:00:00+00:00"):
    """A verdict as the gate writes it, as far as a deployment reads it."""
    document = {
        "format": 1, "passed": passed, "candidate": "some", "serving": "coco-9", "made": made,
        "checks": [{"rule": "overall", "passed": passed, "said": ""}],
        "figures": {"candidate": {"digest": open_bundle(bundle).digest}},
    }  # fmt: skip
    return json.dumps(document).encode()


def test_one_without_a_passing_verdict_is_refused_and_force_is_kept(place, versioned, tmp_path):
    before, folder = place.history(), versioned("1.1.0")
    said = place.ssd("deploy", folder, code=1).stderr
    assert "has no verdict: `ssd gate` judges it, and --force REASON deploys it" in said
    place.registry.verdicts.keep(verdict_of(folder, passed=False))
    said = place.ssd("deploy", folder, code=1).stderr
    assert "was refused for overall against coco-9, 2026-11-27T10:00:00+00:00" in said
    other = tmp_path / "other.json"
    other.write_bytes(verdict_of(INT8))
    said = place.ssd("deploy", folder, "--verdict", other, code=1).stderr
    assert "is about another bundle" in said
    assert place.ssd("deploy", folder, "--force", " ", code=2).stderr.count("needs a reason")
    assert place.history() == before
    place.ssd("deploy", folder, "--force", "the camera was changed")
    row = place.serving()
    assert row["model"] == "ssdlite_mobilenet_v2_coco_int8@1.1.0"
    assert row["forced"] == "the camera was changed"
    assert row["verdict"].startswith("refused for overall")


def test_one_that_passed_serves_under_its_id_and_the_tag_moves(place):
    place.registry.verdicts.keep(verdict_of(INT8, passed=False, made="2026-11-27T09:00:00+00:00"))
    place.registry.verdicts.keep(verdict_of(INT8))
    digest = open_bundle(INT8).digest
    done = place.ssd("deploy", "coco-2", "--function", "ssd", "--gateway", place.gateway.rest)
    row = place.serving()
    assert "but replies" not in done.stderr
    assert done.stdout == f"ssd serves coco-2 ({digest[:12]}) as revision {row['number']}\n"
    assert (row["model"], row["digest"], row["forced"]) == ("coco-2", digest, "")
    assert row["verdict"].startswith("passed against coco-9, 2026-11-27T10:00:00+00:00, sha256:")
    assert place.title() == f"coco-2 ({digest[:12]})"
    assert place.registry.tags.read("serving").model == "coco-2"
    again = place.ssd("deploy", "coco-2")
    assert "has coco-2 (5.1 MB) already" in again.stderr
    assert place.serving() == row
    # Both the function's log and its numbers name it, and everything else is as it was.
    log = place.gateway.dcf("log", "ssd").stdout.decode()
    assert f"(serving coco-2 ({digest[:12]}))" in log


@pytest.mark.slow
def test_everything_else_of_the_function_stays_as_it_is(place, versioned):
    assert place.gateway.dcf("scale", "ssd", "2").returncode == 0
    until(lambda: place.shown()["availableReplicas"] == 2, 60)
    before = place.shown()
    place.ssd("deploy", versioned("1.2.0"), "--force", "a test")
    until(lambda: place.shown()["availableReplicas"] == 2, 60)
    after = place.shown()
    changes = {"envVars", "annotations", "revision", "invocationCount"}
    assert {key: text for key, text in after.items() if key not in changes} == {
        key: text for key, text in before.items() if key not in changes
    }
    ours = {"MODEL_BUNDLE", "MODEL_ID"}
    assert {*after["envVars"]} - ours == {*before.get("envVars", {})} - ours
    assert after["annotations"]["desc"] == before["annotations"]["desc"]
    place.ssd("rollback")
    until(lambda: place.shown()["replicas"] == place.shown()["availableReplicas"] == 2, 60)
    assert place.gateway.dcf("scale", "ssd", "1").returncode == 0


def test_a_flipped_bit_is_refused_before_anything_moves(place, versioned):
    folder, before = versioned("1.3.0"), place.history()
    graph = folder / "model.tflite"
    content = bytearray(graph.read_bytes())
    content[len(content) // 2] ^= 1
    graph.write_bytes(content)
    said = place.ssd("deploy", folder, "--force", "a test", code=1).stderr
    assert "model.tflite was changed" in said
    assert place.history() == before


@pytest.mark.slow
def test_one_that_cannot_load_leaves_the_old_one_serving_and_says_why(place, versioned):
    model, row = place.title(), place.serving()
    folder = versioned("1.4.0", **{"model.tflite": b"TFL3 is how a graph begins, and no more"})
    said = place.ssd("deploy", folder, "--force", "a test", code=1).stderr
    last = said.splitlines()[-1]
    assert last.startswith(f"Error: revision {row['number'] + 1} cannot serve: ")
    assert "model.tflite" in last or "graph" in last
    assert f"revision {row['number']}" in last
    assert last.endswith("still serves")
    assert place.title() == model
    newest, *_ = place.history()
    assert (newest["rollout"], newest["serving"]) == ("failed", False)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_command_that_is_ended_leaves_the_gateway_to_it(place, versioned, number):
    folder = versioned(f"1.5.{int(number)}")
    process = subprocess.Popen(
        place.command("deploy", folder, "--force", "a test"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=place.environ, cwd=ROOT,
    )  # fmt: skip
    for line in process.stderr:
        if line.startswith("revision "):
            break
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == (130 if number == signal.SIGINT else -signal.SIGKILL)
    if number == signal.SIGINT:
        assert "Interrupted: the gateway goes on with revision" in said
        assert f"undo it:  ssd rollback --function ssd -g {place.gateway.rest}" in said
    assert place.title()
    until(lambda: place.serving()["model"].endswith(f"@1.5.{int(number)}"), 60)


@pytest.mark.slow
def test_a_kill_while_the_bundle_is_sent_changes_nothing_that_serves(place, versioned):
    folder, model, before = versioned("1.6.0"), place.title(), place.serving()
    process = subprocess.Popen(
        place.command("deploy", folder, "--force", "a test"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=place.environ, cwd=ROOT,
    )  # fmt: skip
    for line in process.stderr:
        if line.startswith("sending "):
            break
    process.kill()
    process.communicate(timeout=60)
    newest, *_ = place.history()
    if newest["number"] == before["number"]:  # the request to serve it was not sent any more
        assert place.title() == model
    place.ssd("deploy", folder, "--force", "once more")
    assert place.serving()["model"].endswith("@1.6.0")
    assert place.serving()["number"] > before["number"]


def test_what_is_not_there_is_one_line(place, versioned):
    folder = versioned("1.7.0")

    def line(*arguments, code=1, **environ):
        said = place.ssd(*arguments, code=code, **environ).stderr.splitlines()
        assert len(said) == 1, said
        return said[0]

    nowhere = "http://127.0.0.1:9"
    forced = ("deploy", folder, "--force", "a test")
    assert f"no gateway answers at {nowhere}" in line(*forced, "-g", nowhere)
    assert "is no address of one: http(s)://host:port is" in line(*forced, "-g", "127.0.0.1:9")
    assert "no function 'nope' at" in line(*forced, "--function", "nope")
    assert "no model 'digits-9'" in line("deploy", "digits-9")


def test_a_gateway_that_keeps_no_attachments_is_named(place, stand_in, versioned):
    stand_in.table["GET /system/info"] = (200, {"capabilities": ["logs"]})
    forced = ("deploy", versioned("1.8.0"), "--force", "a test", "-g", stand_in.address)
    said = place.ssd(*forced, code=1).stderr
    assert f"the gateway at {stand_in.address} keeps no attachments" in said
    assert stand_in.lines() == ["GET /system/info"]


def test_canary_and_shadow_are_annotations_of_the_update(place, stand_in, versioned):
    folder = versioned("1.9.0")
    digest = open_bundle(folder).digest
    notes = {"dcf.model": "ssdlite_mobilenet_v2_coco_int8@1.9.0", "dcf.model.digest": digest,
             "dcf.forced": "a test"}  # fmt: skip
    begun = {"revision": 2, "rollout": "ended", "reason": "99 % agree", "annotations": notes}
    stand_in.table |= {
        "GET /system/info": (200, {"capabilities": ["archives"]}),
        "GET /system/function/ssd": (200, {
            "image": "archive:sha256:0", "secrets": ["token"], "labels": {"a": "b"},
            "envVars": {"THRESHOLD": "0.3", "MODEL_ID": "old-1"},
            "annotations": {"desc": "boxes", "dcf.verdict": "old", "dcf.rollout.mode": "canary"},
        }),
        "PUT /system/functions": (202, b""),
        "GET /system/function/ssd/history": (200, [begun, {"revision": 1, "serving": True}]),
    }  # fmt: skip
    given = ("--shadow", "0.25", "--seconds", "60", "--force", "a test", "-g", stand_in.address)
    process = place.ssd("deploy", folder, *given, code=1)
    assert "404" in process.stderr  # the upload: its path has a digest that is not in the table
    (put,) = [each for each in stand_in.asked if each.method == "PUT"]
    attachment = put.path.removeprefix("/system/attachments/")
    stand_in.table[f"HEAD {put.path}"] = (200, b"")
    process = place.ssd("deploy", folder, *given)
    assert process.stdout == "revision 2: 99 % agree\n"
    asked = {f"{each.method} {each.path}": each for each in stand_in.asked}
    assert json.loads(asked["PUT /system/functions"].body) == {
        "service": "ssd", "image": "archive:sha256:0", "secrets": ["token"], "labels": {"a": "b"},
        "envVars": {"THRESHOLD": "0.3", "MODEL_BUNDLE": f"attachment:sha256:{attachment}"},
        "annotations": {
            "desc": "boxes", **notes, "dcf.rollout.mode": "shadow", "dcf.rollout.share": "0.25",
            "dcf.rollout.seconds": "60",
        },
    }  # fmt: skip


def test_a_model_is_judged_now_against_what_the_gateway_serves(place, photos, tmp_path):
    """It has the tag of another one, as after a rollback without the registry."""
    place.ssd("deploy", "coco-1", "--force", "a test")
    place.registry.tag("serving", "coco-2")
    rules = tmp_path / "gate.yaml"
    rules.write_text("overall: {limit: 30}\nlatency: {limit: 1000}\nmemory: {limit: 1000}\n")
    judged = ("--data", photos, "--rules", rules, "--samples", "200")
    place.registry.verdicts.keep(verdict_of(INT8, made="2026-11-27T09:00:00+00:00"))
    held = "held against coco-1, which ssd serves at"
    assert held in place.ssd("gate", "coco-2", *judged, "--function", "ssd", code=1).stderr
    said = place.ssd("gate", "coco-2", *judged, code=1).stderr  # the tag names itself
    assert "held against coco-2, which has the tag serving" in said
    said = place.ssd("deploy", "coco-2", *judged, code=1)
    assert held in said.stderr
    assert "FAILS data" in said.stdout
    assert "was refused for data against coco-1" in said.stderr
    done = place.ssd("deploy", "coco-2", *judged, "--unknown-data")
    assert "coco-2 passes" in done.stdout
    row = place.serving()
    assert row["verdict"].startswith("passed against coco-1, ")
    assert row["forced"] == ""
