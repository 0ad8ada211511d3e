"""One run of a container's program, with everything that it starts."""

import asyncio
import contextlib
import os
import signal

_LONGEST_LINE = 1 << 16


async def for_good(steps):
    """Wait for steps or a task to end, however often whoever waits is cancelled meanwhile.

    A program that is ended half leaves its pipe open, and that is a fault of a later test.
    """
    task, cancelled = asyncio.ensure_future(steps), None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as fault:
            cancelled = fault
    if cancelled is not None:
        raise cancelled


class Process:
    """A program of this machine in a group of its own."""

    def __init__(self, process, log):
        self._process, self._log = process, log
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, command, env, folder, log):
        """Start it; raises `OSError`."""
        making = asyncio.create_task(asyncio.create_subprocess_exec(
            *command, env=env, cwd=folder, stdin=asyncio.subprocess.DEVNULL, start_new_session=True,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, limit=_LONGEST_LINE,
        ))  # fmt: skip
        try:
            await for_good(making)
        except asyncio.CancelledError:
            if making.exception() is None:
                await for_good(cls(making.result(), log)._over())
            raise
        return cls(making.result(), log)

    async def ended(self):
        """Its exit status, as a container's: above 128 where a signal ended it."""
        try:
            code = await self._process.wait()
            await asyncio.wait({self._reading}, timeout=0.5)  # a child of it may hold its output
        finally:
            await for_good(self._over())
        return code if code >= 0 else 128 - code

    def terminate(self):
        """Ask it to end."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)

    def kill(self):
        """End it and all that it started in its group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def _over(self):
        """End it, and leave nothing of it open."""
        self.kill()
        await self._process.wait()
        await asyncio.wait({self._reading}, timeout=0.5)
        self._reading.cancel()
        self._process._transport.close()  # asyncio keeps it open while a child holds the output
        await asyncio.wait({self._reading})
        self._log.end()

    async def _read(self):
        rest = b""
        while chunk := await self._process.stdout.read(_LONGEST_LINE):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                self._log.add(line.decode(errors="replace"))
        if rest:
            self._log.add(rest.decode(errors="replace"))
