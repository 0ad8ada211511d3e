"""Rows and details of a contest: ours against the best of the peers."""

import statistics

from benchmarks.harness.accounting import MEGABYTE
from benchmarks.harness.bars import Finding, Row, at_least
from benchmarks.harness.rounds import Round, median_ratio, spread
from benchmarks.peers.contest import Score

INT8, FLOAT32 = "watcher, int8", "watcher, float32"
BARS = {INT8: at_least(1.5), FLOAT32: at_least(1.1)}


def finding(scores: dict[str, Score], concurrency: int) -> Finding:
    """Rows and details of scores by name: those of ``BARS`` are ours, the others the peers'."""
    theirs = [name for name in scores if name not in BARS]
    best = max(theirs, key=lambda name: statistics.median(scores[name].calls_per_second))
    rows = []
    for name, bar in BARS.items():
        if name not in scores:
            rows.append(Row(f"{name} / best peer", None, "", bar, "that bundle is not embedded"))
            continue
        ours = scores[name]
        rounds = _rounds(ours.calls_per_second, scores[best].calls_per_second)
        note = f"calls/s at {concurrency}, best: {best}; rounds {_spread(rounds)}"
        rows.append(Row(f"{name} / best peer", median_ratio(rounds), "", bar, note))
        large = _rounds(ours.large_calls_per_second, scores[best].large_calls_per_second)
        note = f"against the same peer; rounds {_spread(large)}"
        rows.append(Row("  with a 12-megapixel photo", median_ratio(large), "", None, note))
    rows += [_row(name, score) for name, score in scores.items()]
    return Finding(tuple(rows), {name: vars(score) for name, score in scores.items()})


def _row(name: str, score: Score) -> Row:
    note = (
        f"{statistics.median(score.large_calls_per_second):.1f} with a 12-megapixel photo, "
        f"p50 {statistics.median(score.p50_ms):.1f} ms, {score.pss_bytes / MEGABYTE:.0f} MB, "
        f"CPU {statistics.median(score.cpu_ms_per_call):.1f} ms a call, "
        f"cold start {statistics.median(score.cold_start_seconds):.2f} s"
    )
    return Row(f"  {name}", statistics.median(score.calls_per_second), "calls/s", None, note)


def _rounds(ours: list[float], theirs: list[float]) -> list[Round]:
    return [Round(*pair) for pair in zip(ours, theirs, strict=True)]


def _spread(rounds: list[Round]) -> str:
    return spread([each.ratio for each in rounds])
