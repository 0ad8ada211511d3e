"""`python -m benchmarks.image`: sizes, build times, starts and memory of the images.

Builds this checkout's images under names of its own and removes them; needs a container engine.
"""

import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.bodies.large_photo import large_photo
from benchmarks.harness import command
from benchmarks.harness.bars import Finding
from benchmarks.harness.plan import SAMPLES, Plan, quick
from benchmarks.image import findings as found
from benchmarks.image.engine import ContainerEngine, Start, copy_of_context

_PHOTO = SAMPLES / "coffee.jpg"
_ECHO = "def handle(body):\n    return body\n"
_ECHO_FLAGS = ("--env", "HANDLER_NAME=handle", "--env", "HANDLER_DIR=/echo")
_LOCKED = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--cpus", "2")
_CALLS, _AT_ONCE = 48, 8


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the measurement: 0, also when a bar is missed; 1 when it could not be measured."""
    about = "Measures sizes, build times, starts and memory of the images."
    flags = command.parser("benchmarks.image", about).parse_args(argv)
    plan = quick(Plan().bundle) if flags.quick else Plan()
    return command.run(flags, plan, lambda: measure(plan), "image")


def measure(plan: Plan) -> Mapping[str, Finding]:
    """Everything, in the order of the table.

    Raises:
        BenchmarkError: The engine does not answer, or something of it failed.
    """
    engine = ContainerEngine()
    images = {name: f"benchmark/{name}" for name in ("ssd", "watcher", "gateway")}
    findings: dict[str, Finding] = {}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        try:
            context = copy_of_context(Path(folder) / "context")
            findings["build"] = _builds(engine, context, images)
            for name, image in images.items():
                findings[f"size-{name}"] = found.sizes(
                    name, engine.size(image), engine.layers(image), engine.packages(image)
                )
            echo = Path(folder) / "echo"
            echo.mkdir(mode=0o755)
            (echo / "handler.py").write_text(_ECHO, encoding="utf-8")
            Path(folder).chmod(0o755)
            mounted = (*_ECHO_FLAGS, "--volume", f"{echo}:/echo:ro")
            _serve(engine, plan, images, findings, mounted)
        finally:
            engine.run("image", "rm", "--force", *images.values(), check=False)
    return findings


def _builds(engine: ContainerEngine, context: Path, images: Mapping[str, str]) -> Finding:
    """Builds every image, the function's three times."""
    command.say("building without a cache ...")
    cold = engine.build(images["ssd"], context, "--no-cache")
    engine.build(images["ssd"], context)  # the layers of the cached build, for those below
    for name in ("watcher", "gateway"):
        engine.build(images[name], context, "--target", name)
    same = engine.build(images["ssd"], context)
    handler = context / "handler/handler.py"
    text = handler.read_text(encoding="utf-8")
    handler.write_text(f"{text}\n# edited {time.time_ns()}\n", encoding="utf-8")
    edited = engine.build(images["ssd"], context)
    return found.builds(cold, edited, same)


def _serve(
    engine: ContainerEngine, plan: Plan, images: Mapping[str, str],
    findings: dict[str, Finding], echo: Sequence[str],
) -> None:  # fmt: skip
    for name, flags in (("ssd", ()), ("watcher", echo)):
        command.say(f"starting {name} ...")
        image, locked = images[name], (*_LOCKED, *flags)
        body = _PHOTO.read_bytes() if name == "ssd" else b"hello"
        rounds = [_start(engine, image, locked, body) for _ in range(plan.starts)]
        shown = name if name == "ssd" else "watcher with an echo of 2 lines"
        findings[f"start-{name}"] = found.starts(shown, rounds)
        findings[f"memory-{name}"] = _memory(engine, shown, image, locked, body)


def _start(
    engine: ContainerEngine, image: str, flags: Sequence[str], body: bytes
) -> tuple[Start, float]:
    with engine.container(image, flags, body) as (_, _, start):
        pass
    began = time.monotonic()
    engine.run("run", "--rm", "--publish", "127.0.0.1::8080", *flags, image, "true")
    return start, time.monotonic() - began


def _memory(
    engine: ContainerEngine, shown: str, image: str, flags: Sequence[str], body: bytes
) -> Finding:
    with engine.container(image, flags, body) as (name, port, _):
        time.sleep(1)
        first, loaded = engine.memory(name), None
        if shown == "ssd":
            photo = large_photo(body)
            with ThreadPoolExecutor(_AT_ONCE) as callers:
                list(callers.map(lambda _: _call(port, photo), range(_CALLS)))
            loaded = engine.memory(name)
    return found.memory(shown, first, loaded)


def _call(port: int, body: bytes) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", body, timeout=60) as answer:
        answer.read()


if __name__ == "__main__":
    sys.exit(main())
