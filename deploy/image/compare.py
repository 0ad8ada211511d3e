"""Says in what two images differ: `compare.py A B`, each an image or a file of `docker save`.

Two builds of one commit may differ in times and in nothing else (docs/deploy/container.md). Times
are counted, and listed with `--times`; any other difference is a line, and the exit code is 1.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from layers import Entry, Image, ImageError, read

# Of an image's configuration: when it was built, and digests of layers, which hold times.
_TIMES = ("created", "rootfs")


def main(argv: Sequence[str] | None = None) -> int:
    """Compares two images.

    Args:
        argv: Flags; those of the command line when None.

    Returns:
        0 when they differ in times alone, 1 when in more, 2 when one cannot be read.
    """
    parser = argparse.ArgumentParser(prog="compare.py", description=__doc__, allow_abbrev=False)
    parser.add_argument("images", nargs=2, metavar="IMAGE")
    parser.add_argument("--times", action="store_true", help="list the times that differ, too")
    flags = parser.parse_args(argv)
    try:
        first, second = (read(image) for image in flags.images)
    except ImageError as error:
        print(f"compare.py: {error}", file=sys.stderr)
        return 2
    found = [*differences(first, second)]
    later = [*times(first, second)]
    for line in [*found, *(later if flags.times else [])]:
        print(line)
    files = sum(len(layer) for layer in first.layers)
    print(f"{len(found)} differences, {len(later)} times, in {files} entries of "
          f"{len(first.layers)} layers", file=sys.stderr)  # fmt: skip
    return 1 if found else 0


def differences(first: Image, second: Image) -> Iterator[str]:
    """What differs besides times.

    Args:
        first: An image.
        second: Another.

    Yields:
        A line for each difference.
    """
    yield from _in_config("config", _timeless(first.config), _timeless(second.config))
    if len(first.layers) != len(second.layers):
        yield f"layers: {len(first.layers)} and {len(second.layers)}"
        return
    for number, (one, other) in enumerate(zip(first.layers, second.layers, strict=True)):
        for path in sorted({*one, *other}):
            if path not in one or path not in other:
                yield f"layer {number}: {path}: only in the {'first' if path in one else 'second'}"
            else:
                yield from _in_entry(f"layer {number}: {path}", one[path], other[path])


def times(first: Image, second: Image) -> Iterator[str]:
    """What has another time, though it is in both.

    Args:
        first: An image.
        second: Another.

    Yields:
        A line for each.
    """
    for number, (one, other) in enumerate(zip(first.layers, second.layers, strict=False)):
        for path in sorted({*one} & {*other}):
            if one[path].time != other[path].time:
                yield f"layer {number}: {path}: time"


def _in_entry(where: str, one: Entry, other: Entry) -> Iterator[str]:
    if replace(one, time=0) == replace(other, time=0):
        return
    for field in ("kind", "mode", "owner", "size", "target", "sha256"):
        here, there = getattr(one, field), getattr(other, field)
        if here != there:
            yield f"{where}: {field} {here} and {there}"


def _in_config(where: str, one: object, other: object) -> Iterator[str]:
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        one, other = dict(enumerate(one)), dict(enumerate(other))
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from _in_config(f"{where}.{key}", one.get(key), other.get(key))
    elif one != other:
        yield f"{where}: {one} and {other}"


def _timeless(config: dict[str, object]) -> dict[str, object]:
    kept = {key: value for key, value in config.items() if key not in _TIMES}
    history = config.get("history")
    if isinstance(history, list):
        kept["history"] = [
            {key: value for key, value in step.items() if key not in _TIMES} for step in history
        ]
    return kept


if __name__ == "__main__":
    sys.exit(main())
