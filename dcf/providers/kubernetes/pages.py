"""Numbers from the watchers' pages of metrics: many are asked at once, none for long."""

import asyncio
from collections.abc import Collection, Iterable

import aiohttp

_AT_ONCE = 32
_SECONDS = 2.0
_MOST_BYTES = 1 << 20  # a function's own series may be what makes one so long
_GOOD = 200


class Pages:
    """Asks pages, over connections that it keeps."""

    def __init__(self) -> None:
        """Asks nothing yet."""
        self._session: aiohttp.ClientSession | None = None
        self._few = asyncio.Semaphore(_AT_ONCE)

    async def numbers(
        self, addresses: Iterable[str], names: Collection[str]
    ) -> dict[str, dict[str, float]]:
        """Numbers by address and name; without the addresses that do not answer.

        Args:
            addresses: Of pages.
            names: Of series; those of one name are added up.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=_SECONDS),
                connector=aiohttp.TCPConnector(limit=_AT_ONCE),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        asked = list(dict.fromkeys(addresses))
        texts = await asyncio.gather(*(self._text(self._session, each) for each in asked))
        return {
            address: numbers_of(text, names)
            for address, text in zip(asked, texts, strict=True)
            if text is not None
        }

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _text(self, session: aiohttp.ClientSession, address: str) -> str | None:
        try:
            async with self._few, session.get(address, allow_redirects=False) as reply:
                if reply.status != _GOOD:
                    return None
                read = bytearray()
                async for piece in reply.content.iter_any():
                    read += piece
                    if len(read) > _MOST_BYTES:
                        return None
        except (aiohttp.ClientError, TimeoutError):
            return None
        return read.decode("utf-8", "replace")


def numbers_of(text: str, names: Collection[str]) -> dict[str, float]:
    """The numbers of a page in Prometheus' format, of these names alone."""
    found: dict[str, float] = {}
    for line in text.splitlines():
        name = line.partition(" ")[0].partition("{")[0]
        if name in names:
            words = line.rpartition("}")[2].split() if "{" in line else line.split()[1:]
            try:
                found[name] = found.get(name, 0.0) + float(words[0])
            except (IndexError, ValueError):
                continue
    return found
