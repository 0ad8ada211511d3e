"""One run of a container's program, with everything that it starts."""

import asyncio
import contextlib
import os
import signal

_LONGEST_LINE = 1 << 16


class Process:
    """A program of this machine in a group of its own."""

    def __init__(self, process, log):
        self._process, self._log = process, log
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, command, env, folder, log):
        """Start it; raises `OSError`."""
        process = await asyncio.create_subprocess_exec(
            *command, env=env, cwd=folder, stdin=asyncio.subprocess.DEVNULL, start_new_session=True,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, limit=_LONGEST_LINE,
        )  # fmt: skip
        return cls(process, log)

    async def ended(self):
        """Its exit status, as a container's: above 128 where a signal ended it."""
        try:
            code = await self._process.wait()
            await asyncio.wait({self._reading}, timeout=0.5)  # a child of it may hold its output
        finally:
            self.kill()
            await self._process.wait()
            await asyncio.wait({self._reading}, timeout=0.5)
            self._reading.cancel()
            self._log.end()
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

    async def _read(self):
        rest = b""
        while chunk := await self._process.stdout.read(_LONGEST_LINE):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                self._log.add(line.decode(errors="replace"))
        if rest:
            self._log.add(rest.decode(errors="replace"))
