"""The built wheel in a bare environment, beside folders that have the names of our rooms."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.dcf_detect.filming import film
from tests.dcf_detect.integration.test_types import SCRIPT
from tests.dcf_detect.test_library_page import examples
from tests.free_port import free_port

ROOT = Path(__file__).parents[1]
CUP = ROOT / "samples/coffee.jpg"
NAMES = ("dcf", "handler", "models", "watcher")
PATIENCE = 120

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy: a build leaves files in its folder."""
    sources = tmp_path_factory.mktemp("sources")
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True)
    subprocess.run(["tar", "-x"], cwd=sources, input=archive.stdout, check=True)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run(
        [*command, "--wheel-dir", "dist", "."],
        cwd=sources,
        env={**os.environ, "REPOSITORY": "https://sources.example/detect"},
        check=True,
    )
    (found,) = (sources / "dist").glob("*.whl")
    return found


def interpreters():
    """This one, and the newer ones that are at hand."""
    yield pytest.param(sys.executable, id=f"{sys.version_info.major}.{sys.version_info.minor}")
    for version in ("3.12", "3.13"):
        found = shutil.which(f"python{version}")
        works = (
            found
            and not subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode
        )
        missing = pytest.mark.skipif(not works, reason=f"python{version} is not here")
        yield pytest.param(found, id=version, marks=missing)


@pytest.fixture(scope="module", params=interpreters())
def installed(request, wheel, tmp_path_factory):
    """A folder of a user's, and the programs of an environment that has the wheel alone."""
    folder = tmp_path_factory.mktemp("user")
    for name in NAMES:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(f"raise RuntimeError('this {name} is mine')\n")
    subprocess.run([request.param, "-m", "venv", folder / "venv"], check=True)
    pip = [folder / "venv/bin/pip", "--disable-pip-version-check", "--quiet", "install"]
    subprocess.run([*pip, "--require-hashes", "-r", ROOT / "requirements/local.txt"], check=True)
    subprocess.run([*pip, "--no-deps", wheel], check=True)
    return folder


@pytest.fixture(scope="module")
def run(installed):
    """`run(program, ...)` runs one of the environment's, where the user's folders come first."""
    environ = {
        "PATH": f"{installed}/venv/bin:{os.environ['PATH']}",
        "HOME": str(installed),
        "DCF_HOME": str(installed / "state"),
        "PYTHONPATH": str(installed),
    }

    def run(*command, cwd=installed, **options):
        done = subprocess.run(
            command,
            cwd=cwd,
            env=environ,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            **options,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    run.environ = environ
    return run


@pytest.fixture(scope="module")
def gateway(installed, run):
    """The address of a gateway of the environment."""
    port, grpc = free_port(), free_port()
    log = installed / "gateway.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*("dcf", "gateway", "start", "--port", str(port)), "--grpc-port", str(grpc)],
            cwd=installed, env=run.environ, stdout=output, stderr=output,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < end, log.read_text()
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_it_claims_one_name_and_its_links_lead_somewhere(wheel):
    with zipfile.ZipFile(wheel) as content:
        names = content.namelist()
        (about,) = [name for name in names if name.endswith("METADATA")]
        metadata = content.read(about).decode()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"dcf_detect"}
    assert "Project-URL: Source, https://sources.example/detect" in metadata
    head, _, readme = metadata.partition("\n\n")
    assert "Provides-Extra: train" in head
    links = re.findall(r"\]\(([^)]+)\)", readme)
    assert links
    assert [link for link in links if not link.startswith(("https://", "http://", "#"))] == []


def test_the_gateways_page_is_in_it(wheel):
    kept = ROOT / "dcf/gateway/ui/static"
    wanted = {each.relative_to(kept).as_posix() for each in kept.rglob("*") if each.is_file()}
    with zipfile.ZipFile(wheel) as content:
        names = [name.partition("/gateway/ui/static/")[2] for name in content.namelist()]
    assert "index.html" in wanted
    assert {name for name in names if name} == wanted


def test_a_picture_is_read_from_the_command_line(run):
    found = json.loads(run("ssd", "detect", "--json", str(CUP)))
    assert "cup" in {each["class"] for each in found}
    models = run("ssd", "detect", "--json", "--bundle", "ssdlite_mobilenet_v2_coco", str(CUP))
    assert "cup" in {each["class"] for each in json.loads(models)}


def test_no_message_speaks_of_make(run, installed):
    done = subprocess.run(
        ["ssd", "import", "slim", "nothing.ckpt"],
        cwd=installed,
        env=run.environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode
    assert "make " not in done.stderr


def test_python_code_finds_the_public_names(run):
    words = "import dcf_detect as d; print(d.Detector.__module__, d.DetectionHandler.__module__)"
    assert run("python", "-c", words).split() == [
        b"dcf_detect.detector", b"dcf_detect.handler.handler",
    ]  # fmt: skip


def test_three_lines_of_python(run, installed):
    shutil.copy(CUP, installed / "street.jpg")
    lines = (
        "from dcf_detect import Detector\n"
        'for box in Detector()("street.jpg"):\n'
        "    print(box.name, box.confidence, box.xyxy)\n"
    )
    assert run("python", "-c", lines).splitlines()[0] == b"cup 0.96083426 (174, 21, 415, 245)"


_PAGE = """
import contextlib, io, json, sys
examples, names = json.load(sys.stdin)
for code, printed in examples:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(code, names)
    assert output.getvalue() == (printed or ""), (code, output.getvalue())
print(len(examples))
"""


def test_every_example_of_the_page_runs_with_the_extras(run, installed, wheel):
    """Those that need pandas and supervision, too: their newest versions go with ours."""
    folder = installed / "page"
    shutil.copytree(ROOT / "samples", folder / "photos")
    shutil.copy(CUP, folder / "street.jpg")
    film(folder / "kitchen.mp4", ROOT / "samples")
    pip = [installed / "venv/bin/pip", "--disable-pip-version-check", "--quiet", "install"]
    # What serves keeps its versions; with hashes pip would want one of everything.
    locked = (ROOT / "requirements/serving.txt").read_text()
    versions = folder / "versions.txt"
    versions.write_text("\n".join(re.findall(r"^[a-z0-9-]+==[^ ]+", locked, re.MULTILINE)))
    subprocess.run([*pip, "--constraint", versions, f"{wheel}[pandas,supervision]"], check=True)
    found = list(examples((ROOT / "docs/library.md").read_text("utf-8")))
    assert any(extra for extra, *_ in found)
    names = {"reply": run("ssd", "detect", "--json", str(CUP)).decode()}
    given = json.dumps([[code_and_text for _, *code_and_text in found], names]).encode()
    assert int(run("python", "-c", _PAGE, cwd=folder, input=given)) == len(found)


def test_a_users_script_has_no_error_of_types(installed):
    """By the wheel's own marks and annotations, with a mypy of ours."""
    script = installed / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", installed / "cache"]
    python = installed / "venv/bin/python"
    done = subprocess.run(
        [*command, "--python-executable", python, script],
        cwd=installed, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("runtime", ["python3", "python3-http", "streaming"])
def test_a_function_of_each_runtime_answers(run, installed, gateway, runtime):
    name = f"f-{runtime}"
    run("dcf", "function", "init", "-r", runtime, name)
    run("dcf", "function", "create", "-f", "config.yaml", "-g", gateway, cwd=installed / name)
    answer = run("dcf", "function", "call", "-g", gateway, name, input=b"abc")
    assert answer.strip() in (b"abc", b"cba", b"POST /: abc")


def test_a_detection_function_may_have_folders_of_these_names(run, installed, gateway):
    run("dcf", "function", "init", "-r", "python3-detection", "eyes")
    source = installed / "eyes/src"
    for name in NAMES:
        (source / name).mkdir()
        (source / name / "__init__.py").write_text(f"WORD = 'my {name}'\n")
    own = "\n".join(f"import {name}\nassert {name}.WORD == 'my {name}'" for name in NAMES)
    code = source / "detection.py"
    code.write_text(f"{own}\n{code.read_text()}")
    run("dcf", "function", "create", "-f", "config.yaml", "-g", gateway, cwd=installed / "eyes")
    found = json.loads(run("dcf", "function", "call", "-g", gateway, "eyes", "--file", str(CUP)))
    assert found[0]["class"] == "cup"
