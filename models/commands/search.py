"""``ssd search``: the hyper-parameters of a training are searched, each trial a run of its own."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .data_sets.choice import FOLDER, local
from .examples import examples
from .heavy import require_keras, require_optuna
from .numbers import Whole
from .printing import write_heading, write_json_line, write_line, write_note, write_row

if TYPE_CHECKING:
    from ..search.place import Place
    from ..search.study import Study
    from ..search.study_folder import StudyNote

_SIGNALLED = 128
_LOOKING = ("show", "report", "dashboard")


@examples(
    "ssd search --data DIR --study searches/digits --trials 20",
    "ssd search --data DIR --study searches/digits --space search.yaml --workers 2",
    "ssd search --study searches/digits --trials 40",
    "ssd search --show searches/digits",
    "ssd search --dashboard searches/digits --port 8090",
)
@click.command(name="search")
@click.option("--study", help="Where it is kept: DIR, sqlite:///FILE.db or journal:FILE.jsonl.")
@click.option("--data", type=FOLDER, help="The data set, as `ssd train` takes it.")
@click.option("--validation", type=FOLDER, help="Another data set, to measure on.")
@click.option(
    "--space",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="search.yaml: what to try, and what for.  [default: the usual fine-tuning]",
)
@click.option(
    "--trials",
    type=Whole(1, 100_000),
    help="Trials that the study is to have in all, failed ones among them.  [default: 20]",
)
@click.option("--workers", type=Whole(1, 64), default=1, show_default=True, help="At a time.")
@click.option(
    "--most-failures",
    type=Whole(1, 1000),
    default=5,
    show_default=True,
    help="Trials that may fail one after another.",
)
@click.option("--experiment", default="", help="First part of ids.  [default: the folder's name]")
@click.option("--max-bad", default="", help="Bad rows that the data set may have.  [default: 1%]")
@click.option("--show", metavar="STUDY", help="List the trials: JSON lines when piped.")
@click.option("--report", metavar="STUDY", help="Write STUDY's report.html anew.")
@click.option("--dashboard", metavar="STUDY", help="Open Optuna's dashboard on this machine.")
@click.option("--port", type=Whole(0, 65535), default=8090, show_default=True, help="Its port.")
def command(**given: Any) -> None:  # noqa: ANN401 - click has checked each of them
    """Searches for the hyper-parameters that train best.

    Each trial is a run of `ssd train`, a process of its own, in STUDY/trials/EXPERIMENT-TRIAL; one
    that fails is noted with its reason, and the search goes on. The same command again, in another
    terminal or after a kill, works on the same study: runs that were left are resumed.

    The best is in STUDY/best.json: `id`, `experiment`, `trial`, `run` (its folder, as `ssd export`
    and `ssd models add --run` take it), `parameters` and what was measured; STUDY/best is a link to
    that folder. With sqlite:///FILE.db and journal:FILE.jsonl the folder is FILE. When piped,
    best.json is printed in one line.

    Exit status: 0 when the study has its trials and a best one; 1 when not, such as after too many
    failures; 2 for a wrong command line; 130 after Ctrl-C and 143 after SIGTERM, when the same
    command goes on.
    """
    looking = [each for each in _LOOKING if given[each]]
    if len(looking) + bool(given["study"]) != 1:
        raise click.UsageError(
            "give --study for a search, or one of --show, --report and --dashboard"
        )
    require_optuna()
    from ..search.place import Place

    if looking:
        _look(looking[0], Place.parse(given[looking[0]]), given["port"])
    else:
        require_keras()
        _search(Place.parse(given["study"]), given)


def _search(place: "Place", given: dict[str, Any]) -> None:
    from ..datasets.tolerance import Tolerance
    from ..search.beginning import Wanted, begin
    from ..search.searching import Asked, Search
    from ..training.stopping import Stop

    if given["max_bad"]:
        Tolerance.parse(given["max_bad"])
    data, validation = (
        None if given[name] is None else local(given[name]) for name in ("data", "validation")
    )
    wanted = Wanted(
        given["space"], data, validation, given["experiment"], given["max_bad"], given["trials"]
    )
    note = begin(place, wanted)
    _look_at_data(place, note)
    stop = Stop()
    asked = Asked(place, note, given["workers"], given["most_failures"])
    with stop.listening():
        Search(asked, lambda: stop.asked, write_note).run()
    if stop.signal is not None:
        write_note(f"go on: ssd search --study {place.text}")
        sys.exit(_SIGNALLED + stop.signal)
    _tell(place, note)


def _look_at_data(place: "Place", note: "StudyNote") -> None:
    """Reads what is learnt from once, unless a trial has: a fault of it would fail each of them."""
    from ..search.checking import check_data
    from ..search.study import Study

    if not Study(place, note).has_learnt():
        write_note(f"looking at {note.data} before the first trial")
        write_note(check_data(note))


def _tell(place: "Place", note: "StudyNote") -> None:
    from ..search.study import Study

    study = Study(place, note)
    best, count = study.best(), len(study.trials())
    if best is None:
        raise click.ClickException(
            f"none of {count} trials is complete"
            + (", or fast enough" if note.plan.objective.latency_ms else "")
            + f": `ssd search --show {place.text}` says why"
        )
    write_note(f"{_write_report(study)}: open it in a browser")
    if not sys.stdout.isatty():
        write_json_line(best)
        return
    name = note.plan.objective.maximize
    write_line(f"best of {count} trials: {best['id']}, {name} {best[name]:.3f}")
    for key, value in best["parameters"].items():
        write_line(f"  {key}: {value}")
    write_line(f"export: ssd export {best['run']} --precision int8 --out BUNDLE")


def _look(what: str, place: "Place", port: int) -> None:
    from ..search.beginning import begun
    from ..search.study import Study

    study = Study(place, begun(place))
    if what == "show":
        _show(study)
    elif what == "report":
        write_line(str(_write_report(study)))
    else:
        _dashboard(place, port)


def _write_report(study: "Study") -> Path:
    from ..datasets.files import write_whole
    from ..search.report import Searched, render_search

    rows = [study.describe(each) for each in study.trials()]
    file = study.folder.report
    searched = Searched(study.note, rows, study.best(), study.importance())
    write_whole(file, render_search(searched).encode())
    return file


def _show(study: "Study") -> None:
    rows = [study.describe(each) for each in study.trials()]
    if not sys.stdout.isatty():
        for row in rows:
            write_json_line(row)
        return
    name = study.note.plan.objective.maximize
    write_heading(f"{'trial':<16} {'state':<9} {name:>7}  parameters, or why it failed")
    for row in rows:
        value = "-" if row[name] is None else f"{row[name]:.4f}"
        told = row.get("reason") or ", ".join(f"{k} {v}" for k, v in row["parameters"].items())
        write_row(f"{row['id']:<16} {row['state']:<9} {value:>7}  {told}")


def _dashboard(place: "Place", port: int) -> None:
    from ..search.dashboard import dashboard

    server, address = dashboard(place, port)
    write_line(f"{address} (Ctrl-C ends it)")
    server.run()
