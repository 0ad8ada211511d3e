"""What the dearest options cost: one call at a time, options x sizes, processor time and memory."""

import itertools
import math
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.harness.accounting import (
    MEGABYTE,
    cpu_seconds,
    family,
    memory,
    peak_rss,
    reset_peak,
)
from benchmarks.harness.bars import Row, at_most
from benchmarks.harness.load import drive
from benchmarks.harness.plan import Plan
from benchmarks.harness.watcher_program import WatcherProgram
from models.ssd.boxes import BoxReader
from models.ssd.bundle import open_bundle
from models.ssd.convert import Identity
from models.ssd.convert.bundle import describe
from models.ssd.labels import Labels
from models.ssd.nets.vgg16 import ssd300_vgg16
from models.ssd.ranges import RANGES, TILES
from models.ssd.settings import Settings
from models.ssd.spec import DefaultsSpec

MOST_BYTES = 100_000
_SIZES = ((1, 1), (64, 96), (400, 600), (1200, 1600), (3000, 4000))
_FORMATS = ("json", "dcf", "full", "jpeg", "png")
_IOUS = (0.0, 1e-9, 0.5, 1.0)
_MOST = {name: allowed.high for name, allowed in RANGES.items() if allowed.whole}
_DEAREST = f"?threshold=0&tiles={TILES.high}&" + "&".join(
    f"{name}={most}" for name, most in _MOST.items()
)
_COLUMNS = 21


@dataclass(frozen=True)
class Cost:
    """What one call took.

    Attributes:
        what: Size and options, for people.
        seconds: Processor seconds.
        bytes: Memory at the worst moment above that before the call.
    """

    what: str
    seconds: float
    bytes: int


def measure(watcher: WatcherProgram, plan: Plan) -> list[Cost]:
    """Sends every combination to a watcher that has no other calls, one at a time."""
    costs = []
    last_class = str(open_bundle(plan.bundle).labels.class_ids[-1])
    for what, body, query in calls(plan.photos[0].read_bytes(), last_class):
        request = watcher.address.request(body, query=query)
        reset_peak(watcher.pid)
        members = family(watcher.pid)
        spent, held = cpu_seconds(members), memory(members).rss
        drive(watcher.address.port, iter([request]), 1, math.inf).demand(200, 413)
        costs.append(Cost(what, cpu_seconds(members) - spent, max(0, peak_rss(watcher.pid) - held)))
    return costs


def calls(photo: bytes, class_word: str) -> Iterator[tuple[str, bytes, str]]:
    """Name, body and query of every combination: each overlap, and one with a single class."""
    choices = [f"iou={iou:g}" for iou in _IOUS] + [f"iou=0.2&classes={class_word}"]
    for (height, width), body in zip(_SIZES, _pictures(photo), strict=True):
        for reply, choice in itertools.product(_FORMATS, choices):
            options = f"format={reply}&{choice}"
            yield f"{width} x {height}, {options}", body, f"{_DEAREST}&{options}"


def _pictures(photo: bytes) -> Iterator[bytes]:
    """The photo in every size, with as much detail as fits into so many bytes."""
    whole = np.asarray(cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR))
    for height, width in _SIZES:
        for detail in (4000, 600, 200, 50, 10, 1):
            small = cv2.resize(whole, (min(detail, width), min(detail, height)))
            pixels = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
            encoded = cv2.imencode(".png", pixels, (cv2.IMWRITE_PNG_COMPRESSION, 6))[1].tobytes()
            if len(encoded) <= MOST_BYTES:
                break
        yield encoded


def measure_large_network() -> list[Cost]:
    """Boxes out of as many scores as SSD-300 on VGG16 has, random ones, by every overlap."""
    names = tuple(f"class {column}" for column in range(_COLUMNS))
    identity = Identity(
        name="random", version="1", class_ids=tuple(range(_COLUMNS)), labels=names,
        defaults=DefaultsSpec(), license="CC0-1.0",
    )  # fmt: skip
    manifest = describe(ssd300_vgg16(), identity, "float32")
    reader = BoxReader(manifest, Labels(names, identity.class_ids))
    chance = np.random.default_rng(0)
    costs = []
    for spread, iou, classes in itertools.product((0, 2), _IOUS, ((), names[1:2])):
        scores = chance.normal(0, spread, (manifest.anchor_count, _COLUMNS)).astype(np.float32)
        offsets = chance.normal(0, spread / 2, (manifest.anchor_count, 4)).astype(np.float32)
        settings = Settings(0, iou, **_MOST, classes=classes)
        began = time.process_time()
        reader.read(scores, offsets, (300, 300), settings)
        spent = time.process_time() - began
        tracemalloc.start()
        reader.read(scores, offsets, (300, 300), settings)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        what = f"{manifest.anchor_count:,} x {_COLUMNS} scores, iou={iou:g}"
        costs.append(Cost(f"{what}, {len(classes) or 'all'} classes", spent, peak))
    return costs


def rows(served: Iterable[Cost], large: Iterable[Cost]) -> tuple[Row, ...]:
    """The dearest whole call, and the dearest boxes out of the large network's scores."""
    found: list[Row] = []
    for kind, costs in (("any options, call of ≤ 100 kB", list(served)),
                        ("any options, boxes of SSD-300 VGG16", list(large))):  # fmt: skip
        slow = max(costs, key=lambda cost: cost.seconds)
        big = max(costs, key=lambda cost: cost.bytes)
        found += [
            Row(f"{kind}: processor time", slow.seconds, "s", at_most(1),
                f"the worst of {len(costs)}: {slow.what}"),
            Row(f"{kind}: memory", big.bytes / MEGABYTE, "MB", at_most(100), big.what),
        ]  # fmt: skip
    return tuple(found)
