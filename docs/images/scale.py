"""Writes docs/images/scaling.svg: replicas under three loads, by the rule and for real.

Three minutes: `.venv/bin/python docs/images/scale.py`. Each load is replayed against the rule
alone, second by second, and against a gateway that runs a function for each of them.
"""

import asyncio
import json
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp

_ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(_ROOT))  # the rule itself, of this checkout

from dcf.gateway.scaling.rule import Rule  # noqa: E402 - from the path above
from dcf.scale_labels import PREFIX, policy_of  # noqa: E402 - likewise

LABELS = {
    PREFIX + key: text
    for key, text in {
        "type": "capacity", "target": "10", "max": "4", "zero": "true", "zero-duration": "20s",
        "down.window": "40s",
    }.items()
}  # fmt: skip
SECONDS, MOST_CALLS, MOST_REPLICAS = 180, 40, 5
_HANDLER = "import time\n\n\ndef handle(body):\n    time.sleep(0.5)\n    return body\n"
_DOORS = re.compile(r"Gateway: (http://\S+) \(REST\)")
_noise = random.Random(7)  # noqa: S311 - a picture, no secret
_NOISE = [max(0, 18 + _noise.randint(-14, 14)) for _ in range(SECONDS)]


def step(second: int) -> int:
    """Up, down, silence, and back."""
    return next(level for until, level in ((10, 2), (50, 30), (100, 5), (140, 0), (181, 12))
                if second < until)  # fmt: skip


def sawtooth(second: int) -> int:
    """Six times up slowly and down at once."""
    return second % 30 * 40 // 30


def noise(second: int) -> int:
    """Round a mean, another number each second."""
    return _NOISE[min(second, SECONDS - 1)]


LOADS: dict[str, Callable[[int], int]] = {"step": step, "sawtooth": sawtooth, "noise": noise}


def by_rule(load: Callable[[int], int]) -> list[tuple[float, int]]:
    """Seconds and wanted replicas, as the rule alone has it."""
    policy = policy_of(LABELS)
    assert policy is not None
    rule, begun, found = Rule(policy, -1.0, 1), 0, []
    for second in range(SECONDS):
        if load(second):
            rule.called(float(second))
        begun += load(second) * 2
        found.append((float(second), rule.sampled(float(second), load(second), begun)))
    return found


async def for_real(folder: Path) -> dict[str, list[tuple[float, int]]]:
    """The same of a gateway's replicas, by load."""
    (folder / "src").mkdir()
    (folder / "src" / "handler.py").write_text(_HANDLER, encoding="utf-8")
    function = {"handler": {"dir": "./src", "name": "handle"}, "labels": LABELS,
                "environment": {"CONCURRENCY": "20"}}  # fmt: skip
    config = folder / "config.yaml"
    config.write_text(json.dumps({"functions": dict.fromkeys(LOADS, function)}), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dcf", "gateway", "start", "--port", "0", "--grpc-port", "0"),
        *("--home", str(folder / "home"), "--deploy", str(config)),
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        address = ""
        async for line in process.stdout:
            if found := _DOORS.search(line.decode()):
                address = found[1]
            if line.startswith(b"Ready."):
                break
        drain = asyncio.create_task(process.stdout.read())
        async with aiohttp.ClientSession(address) as session:
            pairs = [asyncio.create_task(_replay(session, name)) for name in LOADS]
            seen = dict(zip(LOADS, await asyncio.gather(*pairs), strict=True))
    finally:
        process.terminate()
        await process.wait()
    await drain
    return seen


async def _replay(session: aiohttp.ClientSession, name: str) -> list[tuple[float, int]]:
    """Keep so many calls under way as the load says, and look at the replicas."""
    began, callers, found = time.monotonic(), list[asyncio.Task[None]](), []

    async def calls(place: int) -> None:
        while (now := time.monotonic() - began) < SECONDS:
            if place < LOADS[name](int(now)):
                async with session.post(f"/function/{name}", data=b"x") as reply:
                    if reply.status != 200:
                        raise SystemExit(f"{name}: {reply.status} {await reply.text()}")
            else:
                await asyncio.sleep(0.02)

    callers = [asyncio.create_task(calls(place)) for place in range(MOST_CALLS)]
    while (now := time.monotonic() - began) < SECONDS:
        async with session.get(f"/system/function/{name}") as reply:
            found.append((now, (await reply.json()).get("replicas", 0)))
        await asyncio.sleep(0.25)
    await asyncio.gather(*callers)
    return found


_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 720, 120, 46, 56, 46
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#59636e}.t{font-weight:600;fill:#1f2328}"
    ".l{fill:#d1d9e0}.r{fill:none;stroke:#0969da;stroke-width:2}"
    ".p{fill:none;stroke:#bc4c00;stroke-width:2;stroke-dasharray:5 3}.g{stroke:#d1d9e0}"
    "@media(prefers-color-scheme:dark){text{fill:#9198a1}.t{fill:#f0f6fc}.l{fill:#3d444d}"
    ".r{stroke:#4493f8}.p{stroke:#f0883e}.g{stroke:#3d444d}}"
)


def picture(real: dict[str, list[tuple[float, int]]]) -> str:
    """The SVG: a panel for each load."""
    height = _TOP + len(LOADS) * (_HEIGHT + _GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH + 92} {height}" '
        'role="img" aria-label="Replicas over time under three loads">',
        f"<style>{_STYLE}</style>",
        '<rect class="l" x="46" y="12" width="18" height="12"/><text x="70" y="22">calls in flight'
        '</text><path class="r" d="M190 18h24"/><text x="220" y="22">replicas the rule wants</text>'
        '<path class="p" d="M390 18h24"/><text x="420" y="22">replicas of a gateway</text>',
    ]
    for place, (name, load) in enumerate(LOADS.items()):
        top = _TOP + place * (_HEIGHT + _GAP)
        bottom = top + _HEIGHT
        levels = [(float(second), load(second)) for second in range(SECONDS)]
        area = _steps(levels, bottom, _HEIGHT / MOST_CALLS)
        close = f"V{bottom}H{_LEFT}Z"
        parts.append(f'<text class="t" x="{_LEFT}" y="{top - 6}">{name}</text>')
        parts.append(f'<path class="l" d="{area}{close}"/>')
        for count in range(MOST_REPLICAS):
            y = bottom - count * _HEIGHT / MOST_REPLICAS
            parts.append(f'<text x="{_LEFT + _WIDTH + 8}" y="{y + 4:.0f}">{count}</text>')
        parts.append(f'<path class="g" d="M{_LEFT} {bottom}h{_WIDTH}"/>')
        for calls in (0, 20, 40):
            y = bottom - calls * _HEIGHT / MOST_CALLS
            parts.append(f'<text x="{_LEFT - 24}" y="{y + 4:.0f}">{calls}</text>')
        for second in range(0, SECONDS + 1, 30):
            x = _LEFT + second * _WIDTH / SECONDS
            parts.append(f'<text x="{x - 8:.0f}" y="{bottom + 16}">{second} s</text>')
        scale = _HEIGHT / MOST_REPLICAS
        parts.append(f'<path class="r" d="{_steps(by_rule(load), bottom, scale)}"/>')
        parts.append(f'<path class="p" d="{_steps(real[name], bottom, scale)}"/>')
    return "\n".join([*parts, "</svg>\n"])


def _steps(points: list[tuple[float, int]], bottom: int, scale: float) -> str:
    """A line that stays until it changes."""
    path, last = list[str](), -1
    for second, value in points:
        if value == last:
            continue
        x, y = _LEFT + second * _WIDTH / SECONDS, bottom - value * scale
        path.append(f"H{x:.1f}V{y:.1f}" if path else f"M{_LEFT} {y:.1f}")
        last = value
    return "".join(path) + f"H{_LEFT + _WIDTH}"


def main() -> None:
    """Replays, and writes the picture; tells how often each changed its mind."""
    with tempfile.TemporaryDirectory() as folder:
        real = asyncio.run(for_real(Path(folder)))
    for name, load in LOADS.items():
        numbers = {"rule": by_rule(load), "gateway": real[name]}
        for who, points in numbers.items():
            changes = [each for each, before in zip(points[1:], points, strict=False)
                       if each[1] != before[1]]  # fmt: skip
            told = ", ".join(f"{second:.0f} s: {count}" for second, count in changes)
            sys.stdout.write(f"{name}, {who}: {told}\n")
    (_ROOT / "docs" / "images" / "scaling.svg").write_text(picture(real), encoding="utf-8")


if __name__ == "__main__":
    main()
