"""Process providers that tests drive directly, and handlers to give them."""

import asyncio
import contextlib
import os
import signal
import uuid
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from dcf.archive import Entry, pack
from dcf.providers.placement import FunctionSpec
from dcf.providers.process.process_usage import family
from dcf.providers.process.provider import ProcessProvider
from dcf.providers.stores import LogQuery
from tests.waiting import until, until_async


def supervisors(home):
    """Those of one provider; this process may have other children, other tests' gateways."""
    mark = os.fsencode(home / "run")
    found = []
    for pid in family(os.getpid()):
        with contextlib.suppress(OSError):  # it ended while we looked
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"supervisor.py" in words and mark in words:
                found.append(pid)
    return found


class Gate:
    """Keeps a handler waiting until it is opened.

    Attributes:
        wait: A line of Python that waits.
        code: The beginning of a module that waits while it is loaded.
    """

    def __init__(self, path):
        os.mkfifo(path)
        self._path, self._ends = path, []
        self.wait = f"os.read(os.open({str(path)!r}, os.O_RDONLY), 1)"
        self.code = f"import os\n\n{self.wait}\n\n\n"

    def is_reached(self):
        """Whether somebody has come to it."""
        with contextlib.suppress(OSError):
            self._ends.append(os.open(self._path, os.O_WRONLY | os.O_NONBLOCK))
        return bool(self._ends)

    def open(self):
        """Whoever waits goes on, and whoever comes later does not wait."""
        self._ends.append(os.open(self._path, os.O_RDWR | os.O_NONBLOCK))
        os.write(self._ends[-1], bytes(1000))

    def close(self):
        for each in self._ends:
            os.close(each)


class Driven:
    """A started provider, with the steps tests take often."""

    def __init__(self, provider, folder):
        self.provider, self.folder = provider, folder

    async def image(self, code, requirements=""):
        """Pack a handler `handle(body)` and upload it; gives its image."""
        source = self.folder / "source" / "src"
        source.mkdir(parents=True, exist_ok=True)
        (source / "handler.py").write_text(code)
        (source / "requirements.txt").write_text(requirements)
        archive = pack(source.parent, Entry("src", "handler.py", "handle"), (), ())

        async def chunks():
            yield archive.data

        await self.provider.stores.archives.put(archive.digest, chunks())
        return archive.image

    async def until(self, condition, seconds=60.0):
        """Wait until `condition(status of f)` holds; gives the status."""

        async def found():
            status = await self.provider.placement.describe("f")
            return status if condition(status) else None

        return await until_async(found, seconds)

    async def ready(self):
        """Wait until `f` is rolled out with all its replicas."""
        return await self.until(lambda s: s.rollout == "ready" and s.available == s.replicas)

    async def failed(self):
        """Wait until the newest revision of `f` has failed."""
        return await self.until(lambda s: s.rollout == "failed")

    async def rolling(self, state):
        """Wait until the rollout of `f` is in a state of its machine."""
        await until_async(lambda: self.provider.placement._find("f")._rollout.state is state)

    async def deploy(self, code, requirements="", **fields):
        """Deploy `f` from a handler's code and wait until it is ready."""
        image = await self.image(code, requirements)
        await self.provider.placement.deploy(FunctionSpec("f", image, **fields))
        return await self.ready()

    async def call(self, body=b""):
        """What `f` answers."""
        target = self.provider.routing.targets("f")[0]

        def post():
            with urlopen(target.address, data=body or b"-", timeout=20) as reply:
                return reply.read().decode()

        return await asyncio.to_thread(post)

    async def said(self):
        """The log of `f`."""
        query = LogQuery("f")
        return "\n".join([each.text async for each in self.provider.stores.logs.lines(query)])


@pytest.fixture
def drive(tmp_path):
    """`drive(steps)` runs `steps(driven)` against a provider in a folder that stays the same.

    `drive.options` are the provider's.
    """

    @asynccontextmanager
    async def started():
        provider = ProcessProvider(tmp_path / "home", **run.options)
        await provider.start()
        try:
            yield Driven(provider, tmp_path)
        finally:
            await provider.stop()

    def run(steps):
        async def all_steps():
            async with started() as driven:
                return await steps(driven)

        return asyncio.run(asyncio.wait_for(all_steps(), 110))

    run.home, run.options = tmp_path / "home", {}
    run.supervisors = lambda: supervisors(run.home)
    return run


@pytest.fixture
def gate(tmp_path):
    """A `Gate`."""
    made = Gate(tmp_path / "gate")
    yield made
    made.close()


# A session of its own; a daemon with nothing of its environment; one that hears no polite signal.
STARTERS = """
import os, subprocess, sys

DAEMON = (
    "import os, sys\\n"
    "os.fork() and os._exit(0)\\n"
    "os.setsid()\\n"
    "os.fork() and os._exit(0)\\n"
    "os.execvpe('sleep', ['sleep', '3600', sys.argv[1]], {'PATH': os.environ['PATH']})\\n"
)
DEAF = (
    "import signal, sys, time\\n"
    "for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):\\n"
    "    signal.signal(each, signal.SIG_IGN)\\n"
    "time.sleep(3600)\\n"
)


def start_kin(token):
    sleep = "import os, sys; os.execvp('sleep', ['sleep', '3600', sys.argv[1]])"
    quiet = {"stdout": subprocess.DEVNULL}
    subprocess.Popen([sys.executable, "-c", sleep, token], start_new_session=True)
    subprocess.Popen([sys.executable, "-c", DAEMON, token], **quiet).wait()
    subprocess.Popen([sys.executable, "-c", DEAF, token], start_new_session=True, **quiet)
"""


class Kin:
    """Processes that do all they can not to be found; they have one token among their arguments.

    Attributes:
        starters: Python code that defines `start_kin(token)`, which starts three of them.
        token: To be given to it.
    """

    starters = STARTERS

    def __init__(self):
        self.token = f"0.{uuid.uuid4().int}"

    def alive(self):
        """Their process ids, without whoever ended and waits to be reaped."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self.token.encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
        return found

    def wait(self, count):
        """Wait until so many have become what they stay."""

        def found():
            alive = self.alive()
            return len(alive) == count and not any(map(_is_on_its_way, alive))

        until(found, 30)
        return self.alive()


def _is_on_its_way(pid):
    with contextlib.suppress(OSError):
        return b"exec" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return True


@pytest.fixture
def kin():
    """What a test's handler starts; nothing of it outlives the test, whatever that came to."""
    started = Kin()
    yield started
    for pid in started.alive():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
