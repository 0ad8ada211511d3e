"""Feeds one target with inputs: kept ones and changed ones, or ones that a fuzzer makes.

    python tests/fuzz/fuzz.py payload --runs 2000     the corpus and changed inputs, always the same
    python tests/fuzz/fuzz.py payload --seconds 60     atheris, which follows the code: `make fuzz`
    python tests/fuzz/fuzz.py payload --file FILE      one input, such as a finding

A finding is an exception that is none of the room's own, more than MAX_SECONDS of processor time,
or more than MAX_BYTES of memory. It is kept in .cache/fuzz/TARGET/, and the program ends with 1.
"""

import argparse
import faulthandler
import hashlib
import importlib
import random
import re
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
FOUND = HERE.parents[1] / ".cache" / "fuzz"
MAX_SECONDS, MAX_BYTES, MAX_INPUT = 2.0, 256 << 20, 1 << 16
_HANGS = 60.0
# What is followed: the project, and the libraries that its rooms give foreign bytes to.
_FOLLOWED = [
    "handler",
    "models",
    "watcher",
    "dcf",
    "dcf_detect",
    "targets",
    "tarfile",
    "yaml",
    "PIL",
    "werkzeug",
]
NUMBERS = (0, 1, 2, 127, 128, 255, 256, 32767, 65535, 65536, (1 << 31) - 1, (1 << 32) - 1)


class Finding(Exception):
    """An input that does what none may."""


def targets():
    """Their names."""
    return sorted(each.stem for each in (HERE / "targets").glob("*.py") if each.stem != "__init__")


def kept(target):
    """The inputs of its corpus."""
    return [each.read_bytes() for each in sorted((HERE / "corpus" / target).iterdir())]


def changed(chance, inputs, words):
    """An input made of others, by a few steps."""
    data = bytearray(chance.choice(inputs))
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((1, 2, 4, 16, 200, 3000)))
        step = chance.randrange(8)
        if step == 0 and data:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        elif step == 1 and data:
            data[at % len(data)] = chance.randrange(256)
        elif step == 2:
            data[at:at] = chance.choice(words)
        elif step == 3:
            del data[at:end]
        elif step == 4:
            data[at:at] = data[at:end] * chance.choice((1, 2, 30))
        elif step == 5:
            other = chance.choice(inputs)
            data[at:] = other[chance.randrange(len(other) + 1) :]
        elif step == 6:
            order, size = chance.choice(("big", "little")), chance.choice((1, 2, 4))
            number = chance.choice(NUMBERS) % (1 << 8 * size)
            data[at : at + size] = number.to_bytes(size, order)
        else:
            data[at:end] = str(chance.choice(NUMBERS)).encode()
    return bytes(data[:MAX_INPUT])


def most_resident():
    """The most bytes that were resident at once: `ru_maxrss` begins with that of who started us."""
    (line,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(line) << 10


def held(one, data):
    """Runs one input within the bounds; raises what it found."""
    before = most_resident()
    began = time.process_time()
    faulthandler.dump_traceback_later(_HANGS, exit=True)
    try:
        one(data)
    finally:
        faulthandler.cancel_dump_traceback_later()
    seconds = time.process_time() - began
    grown = most_resident() - before
    if seconds > MAX_SECONDS or grown > MAX_BYTES:
        raise Finding(f"{len(data)} bytes took {seconds:.1f} s and {grown >> 20} MiB")


def by_chance(target, one, words, runs):
    """The corpus, then changed inputs, the same ones every time."""
    inputs = kept(target)
    chance = random.Random(f"{target} {runs}")
    for number in range(len(inputs) + runs):
        data = inputs[number] if number < len(inputs) else changed(chance, inputs, words)
        try:
            held(one, data)
        except BaseException as fault:
            file = FOUND / target / f"crash-{hashlib.sha256(data).hexdigest()[:16]}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            print(f"{target}: input {number} is a finding, kept in {file}: {fault!r}", flush=True)
            raise
    print(f"{target}: {len(inputs)} kept inputs and {runs} changed ones")


def by_coverage(target, seconds):
    """Atheris; it ends this process."""
    import atheris

    with atheris.instrument_imports(include=_FOLLOWED):
        module = importlib.import_module(f"targets.{target}")
    folder = FOUND / target
    (folder / "grown").mkdir(parents=True, exist_ok=True)
    words = folder / "words"
    lines = ("".join(f"\\x{byte:02x}" for byte in word) for word in module.WORDS)
    words.write_text("".join(f'"{line}"\n' for line in lines))
    flags = [
        f"-max_total_time={seconds:g}", f"-timeout={_HANGS:g}", "-rss_limit_mb=2048",
        f"-max_len={MAX_INPUT}", f"-dict={words}", f"-artifact_prefix={folder}/",
        "-print_final_stats=1", str(folder / "grown"), str(HERE / "corpus" / target),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *flags], lambda data: held(module.one, data))
    atheris.Fuzz()


def main():
    """Runs what the flags say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=targets())
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--runs", type=int)
    how.add_argument("--seconds", type=float)
    how.add_argument("--file", type=Path)
    flags = parser.parse_args()
    sys.path.insert(0, str(HERE))
    if flags.seconds:
        by_coverage(flags.target, flags.seconds)
        return
    module = importlib.import_module(f"targets.{flags.target}")
    if flags.file:
        held(module.one, flags.file.read_bytes())
        return
    by_chance(flags.target, module.one, module.WORDS, flags.runs)


if __name__ == "__main__":
    main()
