"""Probes of a container: whether it answers, asked again and again."""

import asyncio
import contextlib

import aiohttp


class Probe:
    """One probe of one container."""

    def __init__(self, spec, address, port_of, run, pause):
        """Takes what it asks with.

        Args:
            spec: Of the probe.
            address: Of the pod.
            port_of: Gives the number of a port that may be a name.
            run: Runs a command in the container, and gives its exit status.
            pause: Longest time between two looks; a failure counts once a period all the same.
        """
        self._spec, self._address, self._port_of, self._run = spec, address, port_of, run
        self._pause = min(pause, spec["periodSeconds"])

    async def until(self, wanted):
        """Asks until it answered well, or did not, as often in a row as the probe says."""
        loop, count = asyncio.get_running_loop(), 0
        threshold = self._spec["successThreshold" if wanted else "failureThreshold"]
        counted = loop.time() - self._spec["periodSeconds"]
        while True:
            if await self.ask() != wanted:
                count = 0
            elif wanted or loop.time() - counted >= self._spec["periodSeconds"]:
                count, counted = count + 1, loop.time()
            if count >= threshold:
                return
            await asyncio.sleep(self._pause)

    async def begin(self):
        """Wait until it is time to ask first."""
        await asyncio.sleep(self._spec.get("initialDelaySeconds", 0))

    async def ask(self):
        """Whether it answers well now."""
        try:
            async with asyncio.timeout(self._spec["timeoutSeconds"]):
                return await self._ask()
        except (TimeoutError, OSError, aiohttp.ClientError):
            return False

    async def _ask(self):
        if "exec" in self._spec:
            return await self._run(self._spec["exec"]["command"]) == 0
        if "tcpSocket" in self._spec:
            port = self._port_of(self._spec["tcpSocket"]["port"])
            _, writer = await asyncio.open_connection(self._address, port)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            return True
        return 200 <= await asked(self._spec["httpGet"], self._address, self._port_of) < 400


async def asked(action, address, port_of):
    """The status that an `httpGet` is answered with."""
    url = (
        f"http://{action.get('host') or address}:{port_of(action['port'])}{action.get('path', '/')}"
    )
    headers = {each["name"]: each["value"] for each in action.get("httpHeaders", ())}
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers=headers, allow_redirects=False) as reply,
    ):
        return reply.status
