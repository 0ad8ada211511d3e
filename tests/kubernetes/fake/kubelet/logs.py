"""What containers wrote: kept line by line, and given out as the API gives it."""

import asyncio
from datetime import UTC, datetime, timedelta

from tests.kubernetes.fake.status import bad_request

_LAST_LINES, _LAST_BYTES = 80, 2048


class Log:
    """The lines of one run of a container."""

    def __init__(self):
        self.lines, self.is_over = [], False
        self._more = asyncio.Event()

    def add(self, text):
        """Keep a line."""
        self.lines.append((datetime.now(UTC), text))
        self._tell()

    def end(self):
        """There will be no more."""
        self.is_over = True
        self._tell()

    @property
    def last_words(self):
        """What `FallbackToLogsOnError` takes for the container's message."""
        text = "".join(f"{line}\n" for _, line in self.lines[-_LAST_LINES:])
        return text.encode()[-_LAST_BYTES:].decode(errors="ignore")

    async def read(self, query):
        """The lines that a query asks for, as bytes."""
        begin = len(self.lines)
        for place in self._chosen(query):
            yield _line(self.lines[place], query)
        while query.get("follow", "") in {"1", "true"}:
            while begin < len(self.lines):
                yield _line(self.lines[begin], query)
                begin += 1
            if self.is_over:
                return
            await self._more.wait()

    def _chosen(self, query):
        since = datetime.min.replace(tzinfo=UTC)
        if query.get("sinceTime"):
            since = datetime.fromisoformat(query["sinceTime"])
        if query.get("sinceSeconds"):
            since = datetime.now(UTC) - timedelta(seconds=int(query["sinceSeconds"]))
        chosen = [place for place, (at, _) in enumerate(self.lines) if at >= since]
        if "tailLines" in query:
            most = int(query["tailLines"])
            chosen = chosen[-most:] if most else []
        return chosen

    def _tell(self):
        self._more.set()
        self._more = asyncio.Event()


def _line(line, query):
    at, text = line
    stamp = (
        f"{at:%Y-%m-%dT%H:%M:%S.%f}000Z " if query.get("timestamps", "") in {"1", "true"} else ""
    )
    return f"{stamp}{text}\n".encode()


def log_of(runner, name, query):
    """The log of a container that a query is about; refuses where there is none."""
    pod = runner.pod["metadata"]["name"]
    container = runner.container(query.get("container", ""))
    if container is None:
        raise bad_request(f"container {query.get('container')} is not valid for pod {pod}")
    if query.get("previous", "") in {"1", "true"}:
        if len(container.logs) < 2:
            words = f'previous terminated container "{container.name}" in pod "{pod}" not found'
            raise bad_request(words)
        return container.logs[-2]
    if not container.logs:
        reason = container.state.get("waiting", {}).get("reason", "ContainerCreating")
        words = f'container "{container.name}" in pod "{pod}" is waiting to start: {reason}'
        raise bad_request(words)
    return container.logs[-1]
