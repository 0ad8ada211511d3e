"""What is done to the functions meanwhile: updates, good and broken, scales, rollbacks, kills."""

import asyncio
import contextlib
import os
import random
import signal
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from benchmarks.harness.environment import ROOT
from benchmarks.soak.gateway import SoakedGateway
from benchmarks.soak.ledger import Ledger
from dcf.archive import Entry, pack
from dcf.client.rest import RestClient
from dcf.config import load
from dcf.errors import DcfError, NotFound
from dcf.export import specs
from dcf.packing import archive_of
from dcf.providers.placement import FunctionSpec

_ROLLOUT_SECONDS, _LOOK_SECONDS = 60.0, 0.1
_ECHO = """
import time

class Handler:
    def __call__(self, request):
        if request.input == b"sleep":
            time.sleep(0.3)
        return request.input
"""
_BROKEN = {
    "import": "import nothing_of_that_name\n",
    "syntax": "class Handler(\n",
    "constructor": "class Handler:\n    def __init__(self):\n        raise RuntimeError('no')\n",
    "exit": "import os\n\n\nos._exit(3)\n",
}


class NotAsAsked(Exception):
    """A change did not come to what it should; says which."""


class Changes:
    """Makes one change after the other.

    Attributes:
        made: How many of each.
        wrong: Those that did not come to what they should, in words.
    """

    def __init__(self, gateway: SoakedGateway, ledger: Ledger, chance: random.Random) -> None:
        self._gateway, self._ledger, self._chance = gateway, ledger, chance
        self._client = RestClient(f"http://127.0.0.1:{gateway.port}")
        self._number = 0
        self.made: Counter[str] = Counter()
        self.wrong: list[str] = []

    async def begin(self) -> None:
        """Deploys both functions; raises ``DcfError`` if that fails."""
        for spec in (self._ssd(), self._echo(_ECHO)):
            await asyncio.to_thread(self._deploy, spec)
            await self._rollout(spec.name, "ready")

    async def settle(self) -> None:
        """Brings both to one replica, as they began, and waits for what was given up."""
        for name in ("ssd", "echo"):
            await self._scale(name, 1)
        await self._until(lambda: len(self._gateway.replicas()) == 2, "two replicas")

    async def one(self) -> None:
        """Makes a change by chance, and waits for what comes of it."""
        steps = {
            "update": self._update,
            "broken update": self._broken_update,
            "rollback": self._roll_back,
            "scale": self._scale_one,
            "kill": self._kill,
        }
        name = self._chance.choice([*steps, "kill"])
        try:
            await steps[name]()
            self.made[name] += 1
        except (DcfError, NotAsAsked) as fault:
            self.wrong.append(f"{name}: {fault}")

    async def _update(self) -> None:
        self._number += 1
        code = f"{_ECHO}\nNUMBER = {self._number}\n"
        spec = self._ssd() if self._chance.random() < 0.3 else self._echo(code)
        await asyncio.to_thread(self._deploy, spec)
        await self._rollout(spec.name, "ready")

    async def _broken_update(self) -> None:
        self._number += 1
        code = self._chance.choice(list(_BROKEN.values())) + f"\n# {self._number}\n"
        await asyncio.to_thread(self._deploy, self._echo(code))
        await self._rollout("echo", "failed")

    async def _roll_back(self) -> None:
        try:
            await asyncio.to_thread(self._client.rollback, "echo", None)
        except DcfError as fault:
            if "no earlier revision" not in fault.message:
                raise
            return
        await self._rollout("echo", "ready")

    async def _scale_one(self) -> None:
        name = self._chance.choice(("ssd", "echo"))
        await self._scale(name, self._chance.choice((1, 2) if name == "ssd" else (1, 2, 3)))

    async def _kill(self) -> None:
        """Kills a replica that has a neighbour: a function without any is no gateway's fault."""
        name = self._chance.choice(("ssd", "echo"))
        await self._scale(name, 2)
        pids = [pid for pid, each in self._gateway.replicas().items() if each == name]
        with self._ledger.killing(name), contextlib.suppress(ProcessLookupError):
            os.kill(self._chance.choice(pids), signal.SIGKILL)
        await self._available(name, 2)

    async def _scale(self, name: str, count: int) -> None:
        await asyncio.to_thread(self._client.scale, name, count)
        await self._available(name, count)

    async def _available(self, name: str, count: int) -> None:
        """Until so many processes of it are there, and as many are ready."""

        def so_many() -> bool:
            found = self._client.describe(name)
            running = sum(each == name for each in self._gateway.replicas().values())
            return found.available == found.replicas == running == count

        await self._until(so_many, f"{count} of {name}")

    async def _rollout(self, name: str, wanted: str) -> None:
        def over() -> bool:
            return self._client.describe(name).annotations.get("dcf.rollout") != "progressing"

        await self._until(over, f"an end of {name}'s update")
        notes = (await asyncio.to_thread(self._client.describe, name)).annotations
        if notes.get("dcf.rollout") != wanted:
            raise NotAsAsked(f"{name} is {notes.get('dcf.rollout')}: {notes.get('dcf.reason')}")

    @staticmethod
    async def _until(condition: object, what: str) -> None:
        assert callable(condition)
        limit = time.monotonic() + _ROLLOUT_SECONDS
        while not await asyncio.to_thread(condition):
            if time.monotonic() > limit:
                raise NotAsAsked(f"waited {_ROLLOUT_SECONDS:g} s for {what}")
            await asyncio.sleep(_LOOK_SECONDS)

    def _deploy(self, spec: FunctionSpec) -> None:
        try:
            self._client.update(spec)
        except NotFound:
            self._client.deploy(spec)

    def _ssd(self) -> FunctionSpec:
        """The repository's own function, in a revision of its own."""
        (function,) = load(ROOT / "config.yaml").functions
        archive = archive_of(function)
        self._client.put_archive(archive)
        spec = specs.plain(function, archive.image).spec
        return replace(spec, env={"SOAK": str(self._number)})

    def _echo(self, code: str) -> FunctionSpec:
        with tempfile.TemporaryDirectory(prefix="soak-echo-") as folder:
            (Path(folder) / "src").mkdir()
            (Path(folder) / "src" / "handler.py").write_text(code, encoding="utf-8")
            archive = pack(Path(folder), Entry("src", "handler.py", "Handler"), (), ())
        self._client.put_archive(archive)
        return FunctionSpec("echo", archive.image)
