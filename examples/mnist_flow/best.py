"""The best of all trials, whatever the framework; one chosen before stays unless it is beaten."""

from mnist.progress import say

from .record import FlowError, read_record, read_records, write_record

BEST = "best_model.json"


def find_best(out):
    """Chooses the best of all trials that are done, and writes `best_model.json`.

    Args:
        out: Folder of the flow.

    Returns:
        Its record.

    Raises:
        FlowError: No trial is done.
    """
    records = read_records(out)
    if not records:
        raise FlowError(f"{out} has no trial that is done: run `--mode train` first")
    before = read_record(out / BEST) if (out / BEST).is_file() else None
    for each in records:
        if each.digits != records[-1].digits:
            say(f"{each.name} is of other digits than the last trial, and is not compared")
    rivals = [each for each in records if each.digits == records[-1].digits]
    # Among equals the one that is there already, then the first.
    best = max(rivals, key=lambda each: (each.accuracy, each == before))
    for each in sorted(rivals, key=lambda each: -each.accuracy):
        say(f"{each.name}  {each.accuracy:.4f}  {each.params}")
    write_record(best, out / BEST)
    say(_verdict(best, before))
    return best


def _verdict(best, before):
    told = (
        f"{best.name}: {best.accuracy:.4f} of {best.compared} digits, test {best.test_accuracy:.4f}"
    )
    if before is None or before == best:
        return f"best is {told}" if before is None else f"best stays {told}"
    if before.digits != best.digits:
        return f"best is {told}; {before.name} was of other digits"
    return f"best is {told}, before {before.name}: {before.accuracy:.4f}"
