"""Makes an AGC submission: builds the image, checks it once against a judge here, saves it.

What is handed in is `<ID>_answer.tar`, an image named `<ID>:<version>` (docs/deploy/agc.md).
"""

import argparse
import json
import os
import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from engine import ROOT, Engine, SubmissionError
from judge import LocalJudge

_ID = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")
_VERSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_LONGEST_ID = 64
_SHOWN = 200


def main(argv: Sequence[str] | None = None) -> int:
    """Makes one.

    Args:
        argv: Flags; those of the command line when None.

    Returns:
        0; 1 when it cannot be made, 2 when a flag is wrong, 130 when interrupted.
    """
    flags = _flags(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _check(flags)
        return _make(flags, Engine(flags.engine))
    except SubmissionError as error:
        print(f"submission: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("submission: interrupted; nothing is left half-written", file=sys.stderr)
        return 130


def _flags(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="submit.py", description=__doc__, allow_abbrev=False)
    parser.add_argument("--id", default="", help="the participant's ID")
    parser.add_argument("--version", default="1", help="the image's version")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--image", help="an image that is built already")
    what.add_argument("--folder", type=Path, default=ROOT,
                      help="a function's folder, with a config.yaml or a Dockerfile")  # fmt: skip
    parser.add_argument("--data", type=Path, default=None, help="the folder for the check")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where the file goes")
    parser.add_argument("--seconds", type=float, default=600, help="longest time for the check")
    parser.add_argument("--engine", default=os.environ.get("DOCKER") or "docker")
    return parser.parse_args(argv)


def _check(flags: argparse.Namespace) -> None:
    if not flags.id:
        raise SubmissionError("no participant's ID: make submission ID=team")
    if not _ID.fullmatch(flags.id) or len(flags.id) > _LONGEST_ID:
        raise SubmissionError(
            f"ID {flags.id!r}: letters and digits, single . _ - between them, "
            f"{_LONGEST_ID} characters at most"
        )
    if not _VERSION.fullmatch(flags.version):
        raise SubmissionError(f"VERSION {flags.version!r}: letters, digits, . _ - alone")
    if flags.data is None:
        own = flags.folder / "samples"
        flags.data = own if own.is_dir() else ROOT / "samples"
    if not flags.data.is_dir():
        raise SubmissionError(f"{flags.data} is no folder: DATA= names one with files to answer")


def _make(flags: argparse.Namespace, engine: Engine) -> int:
    image = f"{flags.id.lower()}:{flags.version}"
    if flags.image:
        engine.tag(flags.image, image)
    else:
        engine.build(flags.folder, image)
    size = engine.size(image)
    print(f"image: {image}, {size / 1e6:.0f} MB", flush=True)
    for line in check(engine, image, flags.data.resolve(), flags.seconds):
        print(f"answer: {line}", flush=True)
    target = flags.out / f"{flags.id}_answer.tar"
    digest = engine.save(image, target, size)
    target.with_name(f"{target.name}.sha256").write_text(f"{digest}  {target.name}\n")
    print(f"file: {target}, {target.stat().st_size / 1e6:.0f} MB, sha256 {digest}")
    return 0


def check(engine: Engine, image: str, data: Path, seconds: float) -> list[str]:
    """Runs an image once as the platform does: three variables, a folder, a judge that waits.

    Args:
        engine: Runs it.
        image: What is checked.
        data: The folder that becomes DATA_PATH.
        seconds: Longest time.

    Returns:
        Lines that say what was answered.

    Raises:
        SubmissionError: It failed, or the judge got nothing it can use.
    """
    with LocalJudge() as judge:
        engine.run(image, [
            "--network", "host", "--volume", f"{data}:/data:ro", "--env", "DATA_PATH=/data",
            "--env", f"REST_URL=http://127.0.0.1:{judge.port}{judge.path}",
            "--env", f"API_HEADER={judge.header}",
        ], seconds)  # fmt: skip
    if judge.complaints:
        raise SubmissionError(f"the judge refused: {judge.complaints[-1]}")
    if not judge.bodies:
        raise SubmissionError("the container ended well, but nothing was posted to REST_URL")
    return summary(judge.bodies[-1])


def summary(body: bytes) -> list[str]:
    """What an answer holds, in lines.

    Args:
        body: As it was posted.

    Raises:
        SubmissionError: It is not `{"answer": ...}`, or every entry of it is an error.
    """
    try:
        answer = json.loads(body)["answer"]
    except (ValueError, KeyError, TypeError) as error:
        raise SubmissionError(
            f'what was posted is not {{"answer": ...}}: {body[:_SHOWN]!r}'
        ) from error
    if not isinstance(answer, list):
        return [f"{len(body)} bytes: {json.dumps(answer)[:_SHOWN]}"]
    failed = [entry for entry in answer if isinstance(entry, dict) and entry.get("error")]
    if failed and len(failed) == len(answer):
        raise SubmissionError(f"no file was answered: {json.dumps(failed[0])[:_SHOWN]}")
    lines = [f"{len(answer)} entries in {len(body)} bytes, {len(failed)} of them errors"]
    return lines + [json.dumps(entry)[:_SHOWN] for entry in [*answer[:1], *failed[:1]]]


if __name__ == "__main__":
    sys.exit(main())
