"""The table of platforms."""

import subprocess
import sys

import pytest

from dcf.export.targets import TARGETS, export_for, registry_notes


@pytest.mark.parametrize("target", TARGETS)
def test_every_row_leads_to_an_export(target):
    assert callable(export_for(target))


def test_a_platform_is_imported_only_when_it_is_asked_for(pytestconfig):
    code = (
        "import sys\nfrom dcf.export.targets import export_for\n"
        "def loaded():\n"
        "    names = ('agc', 'knative', 'openfaas')\n"
        "    return [n for n in names if f'dcf.export.{n}' in sys.modules]\n"
        "print(loaded()); export_for('knative'); print(loaded())"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        cwd=pytestconfig.rootpath, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.stdout == "[]\n['knative']\n", done.stderr


@pytest.mark.parametrize(
    ("entry", "is_told"),
    [
        ({}, True),
        ({"image": "fn:1"}, True),
        ({"image": "me/fn:1"}, False),
        ({"image": "registry.local:5000/fn"}, False),
        ({"docker_registry": "registry.local"}, False),
    ],
)
def test_an_image_that_no_other_machine_can_pull_is_told(function, entry, is_told):
    notes = registry_notes((function(**entry),))
    assert [note.startswith("fn: the image fn") for note in notes] == [True] * is_told
