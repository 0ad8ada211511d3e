"""An example and its runtime install alike: who has built the one finds most of the other made."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FRAMEWORKS = ["tensorflow", "torch"]


def pins(file):
    """Package -> version of a requirements file."""
    lines = (line.split()[0] for line in file.read_text().splitlines() if "==" in line)
    return dict(line.split("==") for line in lines)


def installing(file):
    """The steps of a Dockerfile that install packages, to the letter."""
    text = file.read_text()
    start = text.index("ARG ADDITIONAL_PACKAGE")
    return text[start : text.index("times.sh\n", text.index("strip "))]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_both_want_the_same_packages(framework):
    template = ROOT / f"dcf/templates/python3-{framework}/src/requirements.txt"
    example = ROOT / f"examples/mnist_{framework}/requirements.txt"
    assert example.read_bytes() == template.read_bytes()


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_both_install_them_by_the_same_steps(framework):
    template = ROOT / f"dcf/templates/python3-{framework}/Dockerfile"
    example = ROOT / f"examples/mnist_{framework}/Dockerfile.train"
    assert installing(example) == installing(template)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_what_the_watcher_has_too_is_wanted_in_its_version(framework):
    """Else an image would hold both, and the function the one the watcher was not tested with."""
    served = pins(ROOT / "requirements/serving.txt")
    wanted = pins(ROOT / f"dcf/templates/python3-{framework}/src/requirements.txt")
    both = served.keys() & wanted.keys()
    assert {"numpy", "pillow"} <= both
    assert {name: wanted[name] for name in both} == {name: served[name] for name in both}


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_readme_names_the_pinned_version(framework):
    wanted = pins(ROOT / f"dcf/templates/python3-{framework}/src/requirements.txt")
    package = {"tensorflow": "tensorflow-cpu", "torch": "torch"}[framework]
    page = (ROOT / f"dcf/templates/python3-{framework}/README.md").read_text()
    assert f"{package}=={wanted[package]}" in page


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_function_is_of_that_runtime(framework):
    config = yaml.safe_load((ROOT / f"examples/mnist_{framework}/config.yaml").read_text())
    assert config["functions"][f"mnist-{framework}"]["runtime"] == f"python3-{framework}"
