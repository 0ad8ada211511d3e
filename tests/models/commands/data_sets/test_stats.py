"""`ssd data stats`, run as a person runs it."""

import json

import pytest


def test_bars(made, ssd):
    made.box(0, 0, 3, 2)
    done = ssd("stats", made.write())
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "2 pictures, 0 of them without objects; 3 objects, 0 crowds and difficult ones besides"
    )
    at = lines.index("classes, objects")
    assert lines[at + 1] == f"cat{2:>30}  {'#' * 40}"
    assert lines[at + 2] == f"dog{1:>30}  {'#' * 20}"
    at = lines.index("objects that no anchor covers by half")
    networks = dict(line.rsplit(maxsplit=3)[:2] for line in lines[at + 1 :])
    assert networks.keys() == {
        "ssdlite-mobilenet-v2", "ssd300-vgg16 (port)", "ssd300-vgg16 (paper)",
    }  # fmt: skip
    # A box of a twentieth is smaller than any anchor, the two others have theirs.
    assert set(networks.values()) == {"1"}


def test_json(made, ssd):
    made.document["images"].append({"id": 3, "file_name": made.picture("c.png").name})
    document = json.loads(ssd("stats", made.write(), "--json").stdout)
    assert document["pictures"] == 3
    assert document["per_picture"] == {"0": 1, "1": 2}
    assert document["classes"] == {"cat": 1, "dog": 1}
    assert document["uncovered"].keys() >= {"ssdlite-mobilenet-v2"}


def test_many_classes_are_summed_up(made, ssd):
    made.document["categories"] = [{"id": at, "name": f"class {at}"} for at in range(1, 41)]
    lines = ssd("stats", made.write()).stdout.splitlines()
    at = lines.index("classes, objects")
    assert lines[at + 31] == f"10 more{0:>26}"
    assert lines[at + 32].startswith("side of an object")


@pytest.mark.parametrize("words", [["none"], [".", "--split", "x"]])
def test_one_line_says_what_is_wrong(ssd, words):
    done = ssd("stats", *words)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
