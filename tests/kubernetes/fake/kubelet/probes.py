"""Probes of a container: whether it answers, asked again and again."""

import asyncio
import contextlib

import aiohttp


class Probe:
    """One probe of one container."""

    def __init__(self, spec, address, port_of, run, pause, complain):
        """Takes what it asks with.

        Args:
            spec: Of the probe.
            address: Of the pod.
            port_of: Gives the number of a port that may be a name.
            run: Runs a command in the container, and gives its exit status.
            pause: Longest time between two looks; a failure counts once a period all the same.
            complain: Takes why it failed, once a period.
        """
        self._complain, self._complained = complain, -1e9
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
        why, now = await self._fault(), asyncio.get_running_loop().time()
        if why and now - self._complained >= self._spec["periodSeconds"]:
            self._complained = now
            self._complain(why)
        return not why

    async def _fault(self):
        """What is wrong with its answer, as a kubelet says it; empty for nothing."""
        try:
            async with asyncio.timeout(self._spec["timeoutSeconds"]):
                return await self._answer()
        except TimeoutError:
            return f"{self._about}: context deadline exceeded"
        except (OSError, aiohttp.ClientConnectorError):
            return f"{self._about}: dial tcp {self._address}: connect: connection refused"
        except aiohttp.ClientError:
            return f"{self._about}: EOF"

    @property
    def _about(self):
        action = self._spec.get("httpGet") or self._spec.get("tcpSocket")
        if action is None:
            return "command timed out"
        port = self._port_of(action["port"])
        return f'Get "http://{self._address}:{port}{action.get("path", "/")}"'

    async def _answer(self):
        if "exec" in self._spec:
            code = await self._run(self._spec["exec"]["command"])
            return f"command exited with status {code}" if code else ""
        if "tcpSocket" in self._spec:
            port = self._port_of(self._spec["tcpSocket"]["port"])
            _, writer = await asyncio.open_connection(self._address, port)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            return ""
        status = await asked(self._spec["httpGet"], self._address, self._port_of)
        return "" if 200 <= status < 400 else f"HTTP probe failed with statuscode: {status}"


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
