"""`python -m benchmarks.soak`: keeps a gateway busy, then says what was lost and what grew."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from benchmarks.harness.command import say
from benchmarks.harness.errors import BenchmarkError
from benchmarks.soak.report import Report, table
from benchmarks.soak.run import Soak, run

_SEED = 20_260_101


def main(argv: Sequence[str] | None = None) -> int:
    """Runs it.

    Args:
        argv: Flags; those of the command line when None.

    Returns:
        0; 1 when a call was lost or something grew beyond its bound.
    """
    flags = _parser().parse_args(argv)
    soak = Soak(sys.executable, flags.seconds, flags.seed, say)
    try:
        report = asyncio.run(_until_interrupted(soak))
    except BenchmarkError as error:
        say(error.message)
        return 1
    print(table(report), flush=True)
    return 0 if report.holds else 1


async def _until_interrupted(soak: Soak) -> Report:
    stop = asyncio.Event()

    def end() -> None:
        say("Ending; the table of what was so far follows ...")
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    return await run(soak, stop)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=1800, help="of load (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=_SEED, help="of every choice")
    return parser


if __name__ == "__main__":
    sys.exit(main())
