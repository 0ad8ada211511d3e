"""What is taken out of libraries leaves them whole, as far as a loader can tell."""

import importlib.util
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SITE = Path(sysconfig.get_path("purelib"))
USE = """
import numpy as np, PIL.Image, sys
assert np.__file__.startswith(sys.argv[1]) and PIL.__file__.startswith(sys.argv[1])
matrix = np.random.default_rng(0).random((200, 200))
assert np.allclose(np.linalg.inv(matrix) @ matrix, np.eye(200))
assert np.linalg.svd(matrix)[1][0] > 90
assert PIL.Image.new("RGB", (9, 9)).resize((3, 3)).getpixel((1, 1)) == (0, 0, 0)
from PIL import ImageGrab, features
assert features.check("xcb")
"""


@pytest.fixture(scope="module")
def squeeze():
    spec = importlib.util.spec_from_file_location("squeeze", ROOT / "deploy/image/squeeze.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.squeeze


def libraries(*folders):
    return [each for folder in folders for each in folder.rglob("*.so*") if each.is_file()]


def test_squeezed_wheels_are_smaller_and_work(squeeze, tmp_path):
    for name in ("numpy", "numpy.libs", "PIL", "pillow.libs"):
        if not (SITE / name).exists():
            pytest.skip(f"{name} is not bundled here")
        shutil.copytree(SITE / name, tmp_path / name)
    found = libraries(tmp_path)
    before = {each: each.stat().st_size for each in found}
    changed = [each for each in found if squeeze(each)]
    after = {each: each.stat().st_size for each in found}
    assert changed
    assert all((after[each] < before[each]) == (each in changed) for each in found)
    assert not any(squeeze(each) for each in found)  # all was taken at once
    done = subprocess.run(
        [sys.executable, "-c", USE, tmp_path],
        env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "data", [b"", b"\x7fELF", b"\x7fELF\x01\x01" + bytes(100), b"GROUP ( libc.so.6 )" * 1000]
)
def test_what_is_no_library_of_64_bits_is_left(squeeze, tmp_path, data):
    file = tmp_path / "x.so"
    file.write_bytes(data)
    assert not squeeze(file)
    assert file.read_bytes() == data
