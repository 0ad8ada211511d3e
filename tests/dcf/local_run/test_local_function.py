"""One function run from its files, by a real provider."""

import asyncio
import os

import pytest

from dcf.config import load
from dcf.errors import InvalidRequest
from dcf.local_run.local_function import LocalFunction, running
from dcf.providers.placement import FAILED, READY

UPPER = "def handle(body):\n    print('said ' + body, flush=True)\n    return body.upper()\n"


def run(action):
    """Runs it, for a minute at most."""
    return asyncio.run(asyncio.wait_for(action, 60))


async def call(target, body):
    reader, writer = await asyncio.open_connection(*target.address.rpartition("//")[2].split(":"))
    writer.write(b"POST / HTTP/1.0\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
    raw = await reader.read()
    writer.close()
    await writer.wait_closed()
    return raw.partition(b"\r\n\r\n")[2]


@pytest.fixture
def config(write_function, tmp_path):
    return write_function(tmp_path, "up", UPPER, name="handle")


def test_it_takes_its_files_over_when_they_have_changed(config):
    async def steps():
        async with running(load(config).functions[0], None, os.environ) as local:
            assert (await local.settled()).rollout == READY
            first = local.image
            assert await call(local.target, b"abc") == b"ABC"
            assert not await local.take_over(load(config).functions[0])
            assert local.image == first
            (config.parent / "src/handler.py").write_text(UPPER.replace("upper", "title"))
            assert await local.take_over(load(config).functions[0])
            assert (await local.settled()).rollout == READY
            assert local.image != first
            assert await call(local.target, b"abc") == b"Abc"

    run(steps())


def test_a_handler_that_cannot_load_is_told_by_its_path_below_the_config_file(config):
    (config.parent / "src/handler.py").write_text("raise ValueError('no weights')\n")

    async def steps():
        async with running(load(config).functions[0], None, os.environ) as local:
            status = await local.settled()
            assert status.rollout == FAILED
            assert "importing src/handler.py" in status.reason
            assert "no weights" in status.reason
            assert local.target is None

    run(steps())


def test_what_it_writes_is_given_line_by_line(config):
    async def steps():
        said = asyncio.Queue()
        async with running(load(config).functions[0], None, os.environ) as local:
            following = asyncio.create_task(local.follow(said.put_nowait))
            await local.settled()
            await call(local.target, b"abc")
            while "said abc" not in await said.get():
                pass
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    run(steps())


def test_a_secret_that_is_not_there_is_named_before_anything_runs(config, tmp_path):
    config.write_text(config.read_text() + "    secrets: [token]\n")

    async def start(secrets):
        async with running(load(config).functions[0], secrets, os.environ):
            raise AssertionError("it runs")

    for secrets, words in (
        (None, "the function wants secret token: .* name the folder with --secrets"),
        (tmp_path / "none", "secret token: .*none/token cannot be read"),
    ):
        with pytest.raises(InvalidRequest, match=words):
            run(start(secrets))


@pytest.mark.parametrize(
    ("text", "own"),
    [
        (f'"/tmp/dcf-run-x/code/{"a" * 64}/src/handler.py", line 1', '"src/handler.py", line 1'),
        (f"/h/code/{'a' * 64}/a and /h/code/{'b' * 64}/b", "a and b"),
        ("/home/me/code/short/src", "/home/me/code/short/src"),
        ("nothing", "nothing"),
    ],
)  # fmt: skip
def test_paths_of_unpacked_code_are_as_the_person_knows_them(text, own):
    assert LocalFunction(None, "f").in_own_words(text) == own


def test_before_it_was_given_anything_it_takes_no_calls():
    assert LocalFunction(None, "f").target is None
