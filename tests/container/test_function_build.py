"""dcf function build with a real builder: layers that stay, packages, Dockerfiles of one's own."""

import json
import re
import urllib.request
import uuid
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

HANDLER = "def Handler(req):\n    return {!r}\n"
CUP = (Path(__file__).parents[2] / "samples/coffee.jpg").read_bytes()


@pytest.fixture
def build(engine, bases, dcf, tmp_path):
    """`build(code, more config)` builds `built`; gives its image's name and what was written."""
    image = f"{bases}/built"

    def run(code, more="", file="handler.py", requirements=""):
        (tmp_path / "src").mkdir(exist_ok=True)
        (tmp_path / "src" / file).write_text(code)
        if requirements:
            (tmp_path / "src/requirements.txt").write_text(requirements)
        (tmp_path / "config.yaml").write_text(
            f"functions:\n  built:\n    docker_registry: {bases}\n{more}"
        )
        done = dcf("function", "build", "-v", cwd=tmp_path)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        return image, done.stderr.decode()

    yield run
    engine.run("image", "rm", "-f", image, check=False)


def made(written):
    """The steps that a builder carried out, not those it took from its cache."""
    lines = written.splitlines()
    cached = {line.split(" ", 1)[0] for line in lines if line.endswith(" CACHED")}
    steps = [line for line in lines if re.match(r"#\d+ \[(?!internal)", line)]
    return [
        line.split("] ", 1)[1]
        for line in steps
        if line.split(" ", 1)[0] not in cached and "] FROM " not in line
    ]


def layers(engine, image):
    """Digests of its layers."""
    return json.loads(engine.inspect(image, "{{json .RootFS.Layers}}"))


def answer(engine, image, body=b"x"):
    """What a container of it answers."""
    with engine.container(image) as (name, address):
        engine.wait_ready(name, address)
        with urllib.request.urlopen(urllib.request.Request(address, body), timeout=60) as told:
            return told.read().decode()


def test_an_edit_of_the_handler_builds_its_own_layer_alone(build, engine):
    first, _ = build(HANDLER.format(f"first {uuid.uuid4()}"))
    before = layers(engine, first)
    edited = f"second {uuid.uuid4()}"
    image, written = build(HANDLER.format(edited))
    assert [step for step in made(written) if "/dcf/function" not in step] == []
    after = layers(engine, image)
    assert len(after) == len(before)
    assert sum(new != old for new, old in zip(after, before, strict=True)) == 1
    assert answer(engine, image) == edited
    _, again = build(HANDLER.format(edited))
    assert made(again) == []


def test_a_package_that_the_base_has_is_not_installed_again(build, engine):
    image, _ = build(HANDLER.format(""), requirements="flask>=3\nclick\n")
    history = engine.run("history", "--no-trunc", "--format", "{{.Size}} {{.CreatedBy}}", image)
    sizes = [
        line.split()[0]
        for line in history.stdout.splitlines()
        if "/wanted/requirements.txt" in line
    ]
    # Some folders are written anew, with nothing in them.
    assert [size for size in sizes if size.endswith("MB")] == []
    assert len(sizes) == 1


def wheel(folder):
    """A package that no index has, as a wheel."""
    name = "nowhere_else-1.0"
    with zipfile.ZipFile(folder / f"{name}-py3-none-any.whl", "w") as file:
        file.writestr("nowhere_else.py", "WORD = 'from the wheel'\n")
        file.writestr(
            f"{name}.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: nowhere-else\nVersion: 1.0\n",
        )
        file.writestr(
            f"{name}.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        file.writestr(f"{name}.dist-info/RECORD", "")


def test_wheels_beside_the_requirements_need_no_index(build, engine, tmp_path):
    (tmp_path / "src").mkdir()
    wheel(tmp_path / "src")
    code = "import nowhere_else\n\n\ndef Handler(req):\n    return nowhere_else.WORD\n"
    # No index is asked: there is none at this address.
    requirements = "--index-url http://127.0.0.1:9/simple\nnowhere-else==1.0\n"
    image, _ = build(code, requirements=requirements)
    assert answer(engine, image) == "from the wheel"
    inside = engine.run("run", "--rm", "--network", "none", image, "ls", "/dcf/function/src")
    assert inside.stdout.split() == ["handler.py", "requirements.txt"]


def test_what_is_included_is_imported_and_named_as_on_a_laptop(build, engine, tmp_path):
    (tmp_path / "words").mkdir()
    (tmp_path / "words/__init__.py").write_text("GREETING = 'hello'\n")
    (tmp_path / "words/name.txt").write_text("world")
    code = (
        "from pathlib import Path\nimport words\n\n\ndef Handler(req):\n"
        "    return f'{words.GREETING} {Path(\"words/name.txt\").read_text()}'\n"
    )
    image, _ = build(code, "    handler: {include: [words]}\n")
    assert answer(engine, image) == "hello world"


def test_packages_of_debian_are_there_and_a_handler_may_lie_beside_its_config(
    engine, bases, dcf, tmp_path
):
    (tmp_path / "main.py").write_text(
        "import subprocess\n\n\ndef go(req):\n"
        "    return subprocess.check_output(['jq', '.a'], input=req.input)\n"
    )
    (tmp_path / "config.yaml").write_text(
        f"functions:\n  packages:\n    docker_registry: {bases}\n    build_options: [jq]\n"
        "    handler: {dir: ., file: main.py, name: go}\n"
    )
    done = dcf("function", "build", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    try:
        assert answer(engine, f"{bases}/packages", b'{"a": 5}') == "5\n"
    finally:
        engine.run("image", "rm", "-f", f"{bases}/packages", check=False)


def test_a_dockerfile_of_ones_own_on_the_watcher(build, engine, bases, tmp_path):
    (tmp_path / "Dockerfile").write_text(
        "ARG REGISTRY=dcf\nFROM ${REGISTRY}/watcher\nARG WORD\nENV WORD=$WORD\n"
        'LABEL org.opencontainers.image.description="its own words"\n'
        "COPY --chown=10001 src /dcf/handler\nENV HANDLER_NAME=Handler\n"
    )
    code = "import os\n\n\ndef Handler(req):\n    return os.environ['WORD']\n"
    image, _ = build(code, "    build_args: [WORD=told]\n")
    assert answer(engine, image) == "told"
    labels = json.loads(engine.inspect(image, "{{json .Config.Labels}}"))
    assert labels["org.opencontainers.image.description"] == "its own words"
    assert labels["org.opencontainers.image.title"] == "built"


def test_a_handler_that_runs_on_a_laptop_runs_on_the_detectors_image(build, engine):
    """The image is trimmed: not of what a function may use of its packages."""
    code = """
import io
import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from dcf_detect import DetectionHandler

class Handler(DetectionHandler):
    def __call__(self, request):
        np.random.default_rng(1).random(3), np.ma.masked_array([1]), np.polynomial.Polynomial([1])
        np.testing.assert_allclose(np.linalg.inv(np.eye(2)), np.eye(2))
        picture = Image.new("RGB", (99, 30))
        ImageDraw.Draw(picture).text((1, 1), "cup", font=ImageFont.load_default(20))
        assert picture.getbbox()
        pixels = np.asarray(picture)
        for kind in ("avif", "webp", "png", "jpeg", "tiff"):
            picture.save(made := io.BytesIO(), kind)
            for data in (made.getbuffer(), cv2.imencode("." + kind, pixels)[1]):
                read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
                assert read.shape == pixels.shape, kind
                Image.open(io.BytesIO(bytes(data))).load()
        film = cv2.VideoWriter("/tmp/f.avi", cv2.VideoWriter_fourcc(*"MJPG"), 10, (99, 30))
        film.write(pixels)
        film.release()
        assert cv2.VideoCapture("/tmp/f.avi", cv2.CAP_FFMPEG).read()[0]
        assert cv2.solve(np.eye(200), np.eye(200), flags=cv2.DECOMP_SVD)[0]
        return super().__call__(request)
"""
    image, _ = build(
        code,
        "    runtime: python3-detection\n    handler: {file: detection.py}\n",
        file="detection.py",
    )
    assert json.loads(answer(engine, image, CUP))[0]["class"] == "cup"


def test_another_pillow_and_what_the_image_lacks_are_installed(build, engine):
    """OpenCV and Pillow share libraries in the image; when one goes, the other keeps its own."""
    code = """
import cv2, ml_dtypes, numpy as np, PIL, tqdm
from PIL import features
from dcf_detect import DetectionHandler

class Handler(DetectionHandler):
    def __call__(self, request):
        assert PIL.__version__ == "12.1.1" and features.check("avif")
        assert np.zeros(1, ml_dtypes.bfloat16).itemsize == 2 and tqdm.tqdm
        known, data = cv2.imencode(".avif", np.zeros((9, 9, 3), np.uint8))
        assert known and cv2.imdecode(data, cv2.IMREAD_COLOR).shape == (9, 9, 3)
        return super().__call__(request)
"""
    image, _ = build(
        code,
        "    runtime: python3-detection\n    handler: {file: detection.py}\n",
        file="detection.py",
        requirements="pillow==12.1.1\nml_dtypes\ntqdm\n",
    )
    assert json.loads(answer(engine, image, CUP))[0]["class"] == "cup"


def test_what_the_builder_says_last_is_shown_when_it_fails(dcf, bases, tmp_path):
    (tmp_path / "Dockerfile").write_text(
        f"FROM {bases}/watcher\nRUN echo the reason for it >&2; exit 3\n"
    )
    (tmp_path / "config.yaml").write_text("functions:\n  broken: {}\n")
    done = dcf("function", "build", cwd=tmp_path)
    assert done.returncode == 1
    assert b"the reason for it" in done.stderr
    assert done.stderr.splitlines()[-1].startswith(
        b"Error: image broken of function broken is not built"
    )
