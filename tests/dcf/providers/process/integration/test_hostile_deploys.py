"""A hostile deploy fails with its reason, and calls of other functions are answered meanwhile."""

import hashlib
import tarfile

import pytest

from dcf.archive import MANIFEST
from dcf.providers.placement import FunctionSpec
from tests.dcf.providers.process.programs import SLOW
from tests.dcf.providers.process.tars import code_of, header, member, tar_of

ONE = "def handle(body):\n    return 'one'\n"


async def upload(driven, data):
    async def chunks():
        for start in range(0, len(data), 1 << 16):
            yield data[start : start + (1 << 16)]

    digest = hashlib.sha256(data).hexdigest()
    await driven.provider.stores.archives.put(digest, chunks())
    return f"archive:sha256:{digest}"


TRICKS = {
    "deep-manifest": (tar_of((member(MANIFEST), b"[" * 30_000)), "no usable"),
    "wrong-types": (tar_of((member(MANIFEST), b'{"handler": [3]}')), "no usable"),
    "long-header": (header(b"x", b"1" * 60_000) + code_of({"src/handler.py": ONE}), "60000 bytes"),
    "sparse": (tar_of((member("a", tarfile.GNUTYPE_SPARSE), b"")), "a sparse file"),
    "compressed": (b"\x1f\x8b\x08" + bytes(2000), "no plain tar"),
    "requirements": (
        code_of({"src/handler.py": ONE, "src/requirements.txt": "# nothing\n" * 200_000 + "x"}),
        "requirements.txt has more than 1 MiB",
    ),
    "blank-requirements": (
        code_of({"src/handler.py": ONE, "src/requirements.txt": "x" + " " * 200_000 + "y"}),
        "reading it took over 5 s of processor time",
    ),
}


@pytest.mark.parametrize(("data", "reason"), TRICKS.values(), ids=TRICKS)
def test_a_trick_is_a_reason_and_what_served_serves_on(drive, data, reason):
    async def steps(driven):
        await driven.deploy(ONE)
        await driven.provider.placement.update(FunctionSpec("f", await upload(driven, data)))
        status = await driven.failed()
        assert reason in status.reason
        assert await driven.call() == "one"

    drive(steps)


def test_calls_are_answered_while_an_archive_that_costs_much_is_prepared(drive):
    async def steps(driven):
        await driven.deploy(ONE)
        data = code_of({"src/handler.py": ONE, "src/data.py": SLOW})
        image = await upload(driven, data)
        answered = 0
        await driven.provider.placement.deploy(FunctionSpec("g", image))
        while (await driven.provider.placement.describe("g")).rollout == "progressing":
            assert await driven.call() == "one"
            answered += 1
        # While the gateway compiled it itself, none was; then some, until the replica was ready.
        assert answered > 30
        assert (await driven.provider.placement.describe("g")).rollout == "ready"

    drive(steps)
