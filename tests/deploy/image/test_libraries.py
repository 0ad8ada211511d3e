"""Wheels that bring the same library along share it, and each may go without the other."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SITE = Path(sysconfig.get_path("purelib"))
BUNDLES = ("numpy.libs", "pillow.libs", "opencv_python_headless.libs")
USE = """
import cv2, numpy as np
picture = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
for kind in (".avif", ".png", ".jpg"):
    known, data = cv2.imencode(kind, picture)
    assert known and cv2.imdecode(data, cv2.IMREAD_COLOR).shape == picture.shape, kind
matrix = picture[:, :40, 0].astype(float)
assert np.allclose(cv2.SVDecomp(matrix)[0].ravel(), np.linalg.svd(matrix)[1])
"""
PILLOW = """
import io
from PIL import Image
for kind in ("avif", "png"):
    Image.new("RGB", (9, 9)).save(made := io.BytesIO(), kind)
    Image.open(made).load()
"""


@pytest.fixture
def venv(tmp_path):
    """An environment with the three wheels, as links to the files of this one."""
    if not all((SITE / name).exists() for name in BUNDLES) or shutil.which("readelf") is None:
        pytest.skip("the wheels bundle nothing here, or there is no readelf")
    made = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", made], check=True, timeout=60)
    site = next(made.glob("lib/python*/site-packages"))
    for name in ("numpy", "PIL", "cv2", *BUNDLES):
        shutil.copytree(SITE / name, site / name, copy_function=os.link)
    return made / "bin/python", site


def run(python, *words):
    done = subprocess.run(
        [python, *words], capture_output=True, text=True, timeout=120, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stderr


def size(site):
    return sum(each.lstat().st_size for each in site.rglob("*") if each.is_file())


def test_what_two_wheels_bring_is_there_once(venv):
    python, site = venv
    before = size(site)
    for _ in range(2):  # an image built on another does it again
        run(python, ROOT / "deploy/image/libraries.py")
        shared = {each.name.partition("-")[0] for each in (site / "shared.libs").iterdir()}
        assert shared >= {"libavif", "libgfortran", "libquadmath"}
        assert sum(each.stat().st_size for each in (site / "shared.libs").iterdir()) > 5 << 20
        run(python, "-c", USE + PILLOW)
    links = [each for name in BUNDLES for each in (site / name).iterdir() if each.is_symlink()]
    assert all(each.resolve().parent == site / "shared.libs" for each in links)
    assert before - size(site) > 3 << 20
    # Another Pillow takes the place of this one.
    for name in ("PIL", "pillow.libs"):
        shutil.rmtree(site / name)
    run(python, "-c", USE)
