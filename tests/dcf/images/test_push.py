"""Pushing: the digest by which exactly this image is pulled, or why there is none."""

import pytest

from dcf.errors import EngineFailed
from dcf.images.engine import Engine
from dcf.images.push import push
from dcf.terminal.engine_output import Quiet

DIGEST = "sha256:" + "d" * 64


PUSHED = [
    "The push refers to repository [r.example/team/echo]",
    "0123456789ab: Pushed",
    f"latest: digest: {DIGEST} size: 1234",
]


IMAGE = f"r.example/team/echo@{DIGEST}"


@pytest.fixture
def config(write_function, tmp_path):
    """A function's config file that names a registry."""
    file = write_function(tmp_path)
    file.write_text(
        f"{file.read_text()}    docker_registry: r.example/team\n    desc: Says it again\n"
        "    environment: {DATA_PATH: /data}\n    limits: {memory: 64Mi}\n    secrets: [key]\n"
    )
    return file


def test_push_names_the_digest(with_engine, fake_engine, config, tmp_path):
    early = with_engine("push", cwd=tmp_path)
    assert (early.returncode, b"`dcf function build` makes it" in early.stderr) == (1, True)
    fake_engine.images["r.example/team/echo"] = {"RepoDigests": [IMAGE.replace("d" * 64, "e" * 64)]}
    fake_engine.tell(push=[PUSHED, 0])
    assert f"Pushed: {IMAGE}" in with_engine("push", "echo", cwd=tmp_path).stdout.decode()
    fake_engine.tell(push=[["no digest here"], 0])
    assert b"e" * 64 in with_engine("push", cwd=tmp_path).stdout
    # Podman packs anew when it pushes: only the file it is asked to write has the digest.
    fake_engine.tell(version=[["Client: Podman Engine"], 0], push=[["Writing manifest"], 0])
    assert IMAGE in with_engine("push", cwd=tmp_path).stdout.decode()
    assert with_engine("push", "other", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("lines", "words", "count"),
    [
        (["unauthorized: authentication required"], "login r.example`", 1),
        (["denied: requested access to the resource is denied"], "login r.example`", 1),
        (["dial tcp: lookup r.example: no such host"], "registry r.example does not answer", 1),
        (["blob upload invalid"], "is not pushed", 2),
    ],
    ids=["login", "denied", "nobody", "else"],
)
def test_why_a_push_failed_is_said(with_engine, fake_engine, config, tmp_path, lines, words, count):
    fake_engine.images["r.example/team/echo"] = {"RepoDigests": []}
    fake_engine.tell(push=[lines, 1])
    done = with_engine("push", cwd=tmp_path)
    assert done.returncode == 1
    assert words in done.stderr.decode()
    assert len(done.stderr.splitlines()) == count


@pytest.fixture
def engine(fake_engine):
    fake_engine.images["r.example/team/echo:1"] = {"RepoDigests": []}
    fake_engine.tell(push=[PUSHED, 0])
    return Engine((str(fake_engine.program),))


def test_the_reference_has_no_tag(engine):
    assert push(engine, "r.example/team/echo:1", Quiet()) == IMAGE


def test_a_digest_that_is_nowhere_is_told(fake_engine, engine):
    fake_engine.images["r.example/team/echo:1"] = {
        "RepoDigests": ["r.example/other@" + DIGEST, "r.example/team/echo2@" + DIGEST]
    }
    fake_engine.tell(push=[["done"], 0])
    with pytest.raises(EngineFailed, match="does not tell its digest"):
        push(engine, "r.example/team/echo:1", Quiet())


def test_what_is_not_here_is_not_pushed(fake_engine, engine):
    with pytest.raises(EngineFailed, match="is not here: `dcf function build` makes it"):
        push(engine, "r.example/none", Quiet())
    assert not fake_engine.asked("push")
