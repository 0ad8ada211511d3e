"""The one name: what it offers, and that it finds the rooms beside it."""

import subprocess
import sys

import pytest

import dcf_detect
from tests.test_light_imports import HEAVY, IMAGES, imported


@pytest.mark.parametrize("name", dcf_detect.__all__)
def test_public_names_are_of_its_own_rooms(name):
    found = getattr(dcf_detect, name)
    assert found.__module__.startswith("dcf_detect.")
    assert getattr(dcf_detect, name) is found
    assert name in dir(dcf_detect)


def test_a_name_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(
        AttributeError, match="has no Detecter; it has Box, DetectionHandler, Detector"
    ):
        dcf_detect.Detecter  # noqa: B018 - asking is the test


def test_asking_for_nothing_imports_nothing_heavy():
    assert not imported("dcf_detect") & (HEAVY | IMAGES | {"handler", "models"})


def test_a_folder_of_a_users_own_is_not_taken_for_a_room(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models/__init__.py").write_text("raise RuntimeError('mine')\n")
    code = "import dcf_detect; print(dcf_detect.DetectorError.__module__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "dcf_detect.models.ssd.errors\n"
