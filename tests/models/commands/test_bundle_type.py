"""Every verb that takes a bundle takes a folder, or an embedded bundle's name."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from models.commands.__main__ import VERBS, cli
from models.commands.bundle_type import BUNDLE
from models.ssd.bundle import DEFAULT_BUNDLE, EMBEDDED
from models.ssd.errors import BundleError

ROOT = Path(__file__).parents[3]
SSD = Path(sys.executable).with_name("ssd")
NAMES = "ssdlite_mobilenet_v2_coco, ssdlite_mobilenet_v2_coco_int8"


def options():
    """Every option of every verb that one could think takes a bundle."""
    waiting = [cli.get_command(click.Context(cli), verb) for verb in VERBS]
    while waiting:
        command = waiting.pop()
        waiting += getattr(command, "commands", {}).values()
        for option in command.params:
            named = (command.name, option.name)
            if option.name == "bundle" or named == ("evaluate", "against"):
                yield pytest.param(option, id=f"{command.name}-{option.name}")


@pytest.mark.parametrize("option", list(options()))
def test_there_is_one_type_for_all(option):
    assert option.type is BUNDLE


def test_the_verbs_that_take_one():
    assert {each.id for each in options()} == {
        "add-bundle", "detect-bundle", "evaluate-bundle", "evaluate-against", "predict-bundle"
    }  # fmt: skip


def test_a_folder_and_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own").mkdir()
    assert BUNDLE.convert("own", None, None) == Path("own")
    assert BUNDLE.convert(DEFAULT_BUNDLE.name, None, None) == EMBEDDED / DEFAULT_BUNDLE.name
    with pytest.raises(BundleError, match=f"bundle nothing is neither .*: {NAMES}$"):
        BUNDLE.convert("nothing", None, None)


DATA = ["--images", ROOT, "--annotations", ROOT / "config.yaml"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["detect", ROOT / "samples/coffee.jpg", "--bundle", "nothing"],
        ["evaluate", *DATA, "--bundle", "nothing"],
        ["evaluate", *DATA, "--compare", "nothing"],
    ],
    ids=["detect", "evaluate", "compare"],
)
def test_an_unknown_name_is_one_line_that_lists_the_embedded_ones(arguments):
    done = subprocess.run(
        [SSD, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"Error: bundle nothing is neither a folder nor one of those embedded: {NAMES}\n"
    )


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("ssdlite_mobilenet_v2", "ssdlite_mobilenet_v2_coco"),
        ("ssdlite_mobilenet_v2_coco_int", "ssdlite_mobilenet_v2_coco_int8"),
        ("ssdlite-mobilenet-v2-coco", "ssdlite_mobilenet_v2_coco"),
    ],
)
def test_a_name_that_is_nearly_one_is_told_which(given, meant):
    done = subprocess.run(
        [SSD, "detect", ROOT / "samples/coffee.jpg", "--bundle", given],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == (
        f"Error: bundle {given} is neither a folder nor one of those embedded: {NAMES}; "
        f"did you mean {meant}?\n"
    )
