"""`make image` where it cannot work: the last line says why, and what to do."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
IMAGES = "watcher:dcf/watcher tools:dcf/tools gateway:dcf/gateway :dcf/ssd"
WORDS = {
    "ERROR: BuildKit is enabled but the buildx component is missing or broken.": "docker-buildx",
    "the --mount option requires BuildKit. Refer to https://docs.docker.com": "docker-buildx",
    "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate": "PIP_CERT",
    "x509: certificate signed by unknown authority": "PIP_CERT",
    "Err:1 http://deb.debian.org Temporary failure resolving 'deb.debian.org'": "no network",
    "Temporary failure in name resolution": "no network",
    "dial tcp: lookup registry-1.docker.io: no such host": "no network",
    "[Errno 101] Network is unreachable": "no network",
    "write /var/lib/docker/tmp: no space left on device": "disk is full",
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock": "stopped answering",
    "something nobody knows": "the lines above say why",
}


@pytest.fixture
def engine(tmp_path):
    """`engine(words, status)` makes a docker that says so, ends, and notes what it was asked."""

    def make(words="", status=0, version=0):
        script = tmp_path / "docker"
        script.write_text(
            "#!/bin/sh\n"
            f'[ "$1" = version ] && {{ echo the engine is away >&2; exit {version}; }}\n'
            f'printf "%s\\n" "$*" >> {tmp_path}/asked\n'
            f"echo step 1; echo {shlex.quote(words)} >&2\nexit {status}\n"
        )
        script.chmod(0o755)
        return script

    return make


def build(docker, *flags, **environ):
    return subprocess.run(
        ["sh", "deploy/image/build.sh", str(docker), IMAGES, *flags],
        cwd=ROOT, env={"PATH": os.environ["PATH"], **environ}, capture_output=True, text=True,
        timeout=30, check=False,
    )  # fmt: skip


def test_every_image_is_built_with_the_flags(engine, tmp_path):
    done = build(engine(), "--network=host", "--label", "a=b c")
    assert (done.returncode, done.stderr) == (0, "")
    asked = (tmp_path / "asked").read_text().splitlines()
    flags = "build --network=host --label a=b c"
    assert asked == [
        f"{flags} --target watcher --tag dcf/watcher .",
        f"{flags} --target tools --tag dcf/tools .",
        f"{flags} --target gateway --tag dcf/gateway .",
        f"{flags} --tag dcf/ssd .",
    ]


@pytest.mark.parametrize(("words", "cure"), WORDS.items(), ids=WORDS.values())
def test_what_the_engine_says_is_explained(engine, tmp_path, words, cure):
    done = build(engine(words, 17))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("make image: ")
    assert cure in line
    assert words in done.stdout
    assert len((tmp_path / "asked").read_text().splitlines()) == 1


def test_an_engine_that_is_away(engine):
    done = build(engine(version=1))
    assert done.returncode == 1
    assert "does not answer (the engine is away): start it" in done.stderr


def test_no_engine(tmp_path):
    done = build(tmp_path / "none")
    assert done.returncode == 1
    assert "no container engine" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_certificate_that_is_not_there(engine):
    done = build(engine(), PIP_CERT="/no/such.pem")
    assert done.returncode == 1
    assert "PIP_CERT is /no/such.pem, which cannot be read" in done.stderr


def test_make_calls_it(engine, tmp_path):
    docker = engine()
    done = subprocess.run(
        ["make", "image", f"DOCKER={docker}", f"PIP_CERT={docker}"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    asked = (tmp_path / "asked").read_text().splitlines()
    assert len(asked) == 4
    assert all(f"--secret id=cacert,src={docker}" in line for line in asked)
    assert all("org.opencontainers.image.version=" in line for line in asked)
