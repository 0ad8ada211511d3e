"""What `make sbom` lists is what the image holds: every package, its version and its licence."""

import hashlib
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-sbom/bin/python"
# What may be handed on under any licence: permissive ones, and MPL-2.0 for whole files.
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "MIT", "MIT-CMU", "MPL-2.0",
    "PSF-2.0", "Zlib", "3-Clause BSD License", "License :: OSI Approved :: Apache Software License",
    "License :: OSI Approved :: BSD License", "License :: OSI Approved :: Zope Public License",
}  # fmt: skip
INSIDE = """
import importlib.metadata, json
print(json.dumps({each.name: each.version for each in importlib.metadata.distributions()}))
"""


@pytest.fixture(scope="module")
def listed(engine, function_image, tmp_path_factory):
    """The document of the function's image; the schema is checked by the script."""
    if not PYTHON.exists():
        pytest.skip("the listing tools are not installed: make .venv-sbom/.ready")
    folder = tmp_path_factory.mktemp("sbom")
    for name in ("first", "second"):
        done = subprocess.run(
            [PYTHON, ROOT / "deploy/image/sbom.py", function_image, folder / name],
            env={**os.environ, "DOCKER": engine.command},
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert (folder / "first").read_bytes() == (folder / "second").read_bytes()
    return json.loads((folder / "first").read_text())


def components(listed, kind):
    return [each for each in listed["components"] if each.get("purl", "").startswith(kind)]


def licences_of(component):
    for entry in component["licenses"]:
        if "expression" in entry:
            yield from re.split(r" AND | OR |[()]", entry["expression"])
        else:
            yield entry["license"].get("id") or entry["license"]["name"]


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_of_python_is_in_it_and_was_asked_for(engine, function_image, listed):
    told = engine.run("run", "--rm", function_image, "python", "-c", INSIDE).stdout
    inside = {plain(name): version for name, version in json.loads(told).items()}
    found = {plain(each["name"]): each["version"] for each in components(listed, "pkg:pypi/")}
    assert found == inside
    pinned = re.findall(
        r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements/serving.txt").read_text(), re.MULTILINE
    )
    # What only the engine's converters need was taken out whole (deploy/image/trim.py).
    taken_out = {"ml-dtypes", "tqdm"}
    wanted = {plain(name): version for name, version in pinned}
    assert taken_out <= set(wanted)
    assert inside == {name: wanted[name] for name in set(wanted) - taken_out}


def test_every_package_of_debian_is_in_it(engine, function_image, listed):
    told = engine.run(
        "run", "--rm", function_image, "dpkg-query", "-W", "-f", "${Package} ${Version}\n"
    ).stdout
    found = {f"{each['name']} {each['version']}" for each in components(listed, "pkg:deb/")}
    assert found == set(told.splitlines())


def test_every_licence_is_known_and_pythons_are_permissive(engine, function_image, listed):
    unlisted = [each["name"] for each in listed["components"] if not [*licences_of(each)]]
    assert unlisted == []
    foreign = {
        each["name"]: licence
        for each in components(listed, "pkg:pypi/")
        for licence in licences_of(each)
        if licence and licence not in ALLOWED
    }
    assert foreign == {}
    named = [
        licence.removeprefix("as in ")
        for each in components(listed, "pkg:deb/")
        for licence in licences_of(each)
        if licence.startswith("as in ")
    ]
    there = engine.run("run", "--rm", function_image, "sh", "-c", 'ls "$@"', "ls", *named)
    assert there.stdout.split() == sorted(named)


def test_the_model_is_in_it_by_its_digest(listed):
    (model,) = [each for each in listed["components"] if each["type"] == "machine-learning-model"]
    graph = ROOT / "models/ssd/bundles" / model["name"] / "model.tflite"
    assert model["hashes"][0]["content"] == hashlib.sha256(graph.read_bytes()).hexdigest()
    assert [*licences_of(model)] == ["Apache-2.0"]


def test_an_image_that_is_not_there_is_a_line(engine, tmp_path):
    if not PYTHON.exists():
        pytest.skip("the listing tools are not installed: make .venv-sbom/.ready")
    done = subprocess.run(
        [PYTHON, ROOT / "deploy/image/sbom.py", "dcf-test/nowhere", tmp_path / "x"],
        env={**os.environ, "DOCKER": engine.command}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "No such image" in done.stderr
    assert done.stderr.count("\n") == 1
