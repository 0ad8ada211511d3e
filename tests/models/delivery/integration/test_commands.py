"""``ssd deploy``, ``rollback`` and ``history`` as a person runs them, against a real gateway."""

import json
import os
import signal
import subprocess
from urllib.request import urlopen

import msgspec
import pytest

from models.ssd.bundle import open_bundle
from models.ssd.convert.folder import read_contents, write_bundle
from tests.models.delivery.integration.conftest import ROOT
from tests.models.registry.gate.conftest import INT8
from tests.waiting import until

COFFEE = (ROOT / "samples/coffee.jpg").read_bytes()


def history(place):
    return [json.loads(line) for line in place.ssd("history").stdout.splitlines()]


def serving(place):
    return next(row for row in history(place) if row["serving"])


def title(place):
    """What a reply says of the model."""
    with urlopen(f"{place.gateway.rest}/function/ssd", COFFEE, timeout=60) as answer:
        assert json.load(answer)[0]["class"] == "cup"
        return answer.headers["X-Model"]


def verdict_of(bundle, *, passed=True, made="2026-11-27T10:00:00+00:00"):
    """A verdict as the gate writes it, as far as a deployment reads it."""
    document = {
        "format": 1, "passed": passed, "candidate": "some", "serving": "coco-9", "made": made,
        "checks": [{"rule": "overall", "passed": passed, "said": ""}],
        "figures": {"candidate": {"digest": open_bundle(bundle).digest}},
    }  # fmt: skip
    return json.dumps(document).encode()


@pytest.fixture
def bundle(tmp_path):
    """Makes a bundle like the embedded one, of another version and with other files."""

    def make(version, **contents):
        folder = tmp_path / f"bundle-{version}"
        manifest = msgspec.structs.replace(open_bundle(INT8).manifest, version=version)
        write_bundle(folder, manifest, read_contents(INT8) | contents)
        return folder

    return make


def test_one_without_a_passing_verdict_is_refused_and_force_is_kept(place, bundle, tmp_path):
    before, folder = history(place), bundle("1.1.0")
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
    assert history(place) == before
    place.ssd("deploy", folder, "--force", "the camera was changed")
    row = serving(place)
    assert row["model"] == "ssdlite_mobilenet_v2_coco_int8@1.1.0"
    assert row["forced"] == "the camera was changed"
    assert row["verdict"].startswith("refused for overall")


def test_one_that_passed_serves_under_its_id_and_the_tag_moves(place):
    place.registry.verdicts.keep(verdict_of(INT8, passed=False, made="2026-11-27T09:00:00+00:00"))
    place.registry.verdicts.keep(verdict_of(INT8))
    digest = open_bundle(INT8).digest
    done = place.ssd("deploy", "coco-2", "--function", "ssd", "--gateway", place.gateway.rest)
    row = serving(place)
    assert done.stdout == f"ssd serves coco-2 ({digest[:12]}) as revision {row['number']}\n"
    assert (row["model"], row["digest"], row["forced"]) == ("coco-2", digest, "")
    assert row["verdict"].startswith("passed against coco-9, 2026-11-27T10:00:00+00:00, sha256:")
    assert title(place) == f"coco-2 ({digest[:12]})"
    assert place.registry.tags.read("serving").model == "coco-2"
    again = place.ssd("deploy", "coco-2")
    assert "has coco-2 (5.1 MB) already" in again.stderr
    assert serving(place) == row
    # Both the function's log and its numbers name it, and everything else is as it was.
    log = place.gateway.dcf("log", "ssd").stdout.decode()
    assert f"(serving coco-2 ({digest[:12]}))" in log


def test_everything_else_of_the_function_stays_as_it_is(place, bundle):
    def shown():
        with urlopen(f"{place.gateway.rest}/system/function/ssd", timeout=60) as answer:
            return json.load(answer)

    assert place.gateway.dcf("scale", "ssd", "2").returncode == 0
    until(lambda: shown()["availableReplicas"] == 2, 60)
    before = shown()
    place.ssd("deploy", bundle("1.2.0"), "--force", "a test")
    until(lambda: shown()["availableReplicas"] == 2, 60)
    after = shown()
    changes = {"envVars", "annotations", "revision", "invocationCount"}
    assert {key: text for key, text in after.items() if key not in changes} == {
        key: text for key, text in before.items() if key not in changes
    }
    ours = {"MODEL_BUNDLE", "MODEL_ID"}
    assert {*after["envVars"]} - ours == {*before.get("envVars", {})} - ours
    assert after["annotations"]["desc"] == before["annotations"]["desc"]
    place.ssd("rollback")
    until(lambda: shown()["replicas"] == shown()["availableReplicas"] == 2, 60)
    assert place.gateway.dcf("scale", "ssd", "1").returncode == 0


def test_a_flipped_bit_is_refused_before_anything_moves(place, bundle):
    folder, before = bundle("1.3.0"), history(place)
    graph = folder / "model.tflite"
    content = bytearray(graph.read_bytes())
    content[len(content) // 2] ^= 1
    graph.write_bytes(content)
    said = place.ssd("deploy", folder, "--force", "a test", code=1).stderr
    assert "model.tflite was changed" in said
    assert history(place) == before


def test_one_that_cannot_load_leaves_the_old_one_serving_and_says_why(place, bundle):
    model, row = title(place), serving(place)
    folder = bundle("1.4.0", **{"model.tflite": b"TFL3 is how a graph begins, and no more"})
    said = place.ssd("deploy", folder, "--force", "a test", code=1).stderr
    last = said.splitlines()[-1]
    assert last.startswith(f"Error: revision {row['number'] + 1} cannot serve: ")
    assert "model.tflite" in last or "graph" in last
    assert f"revision {row['number']}" in last
    assert last.endswith("still serves")
    assert title(place) == model
    newest, *_ = history(place)
    assert (newest["rollout"], newest["serving"]) == ("failed", False)


def test_going_back_to_a_named_model_and_to_none(place):
    place.ssd("deploy", "coco-1", "--force", "a test")
    place.ssd("rollback", "--to", "coco-2")
    assert serving(place)["model"] == "coco-2"
    assert place.registry.tags.read("serving").model == "coco-2"
    number = serving(place)["number"]
    place.ssd("rollback", "--to", serving(place)["digest"][:8])  # it serves already
    assert serving(place)["number"] == number
    said = place.ssd("rollback", "--to", "digits-9", code=1).stderr
    assert "no revision that served had model 'digits-9'; there are: coco-2, coco-1" in said


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_command_that_is_ended_leaves_the_gateway_to_it(place, bundle, number):
    folder = bundle(f"1.5.{int(number)}")
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
    assert title(place)
    until(lambda: serving(place)["model"].endswith(f"@1.5.{int(number)}"), 60)


def test_a_kill_while_the_bundle_is_sent_changes_nothing(place, bundle):
    before = history(place)
    # Pipes of one page: the gateway takes no more of it until somebody reads.
    folder = bundle("1.6.0", **{"extra.bin": os.urandom(8 << 20)})
    process = subprocess.Popen(
        place.command("deploy", folder, "--force", "a test"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=place.environ, cwd=ROOT,
    )  # fmt: skip
    for line in process.stderr:
        if line.startswith("sending "):
            break
    process.kill()
    process.communicate(timeout=60)
    assert history(place)[1:] == before[1:] or history(place) == before
    place.ssd("deploy", folder, "--force", "once more")
    assert serving(place)["model"].endswith("@1.6.0")


def test_what_is_not_there_is_one_line(place, bundle):
    folder = bundle("1.7.0")

    def line(*arguments, code=1, **environ):
        said = place.ssd(*arguments, code=code, **environ).stderr.splitlines()
        assert len(said) == 1, said
        return said[0]

    assert "no function 'nope' at" in line("rollback", "--function", "nope")
    assert "no function 'nope' at" in line("history", "--function", "nope")
    nowhere = "http://127.0.0.1:9"
    forced = ("deploy", folder, "--force", "a test")
    assert f"no gateway answers at {nowhere}" in line(*forced, "-g", nowhere)
    assert "is no address of one: http(s)://host:port is" in line(*forced, "-g", "127.0.0.1:9")
    assert "no model 'digits-9'" in line("deploy", "digits-9")
