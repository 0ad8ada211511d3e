"""``ssd data check``: what is wrong with data sets, and what is in them twice."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..examples import examples
from ..printing import write_json_line, write_line
from ..progress import each_in_turn
from .choice import FOLDER, Choice, data_set_choice, local

if TYPE_CHECKING:
    from ...datasets.duplicates import Pair
    from ...datasets.inspection import Inspected


@examples(
    "ssd data check coco",
    "ssd data check digits/train digits/test --max-bad 0",
)
@click.command()
@click.argument("folders", type=FOLDER, nargs=-1, required=True, metavar="FOLDER...")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
@data_set_choice
def command(*, choice: Choice, folders: tuple[Path | str, ...], as_json: bool) -> None:
    """Lists bad rows, broken pictures, duplicates and leaks between splits.

    Every picture is decoded. Several FOLDERs are compared as splits of one data set. Fails where
    more rows are bad than --max-bad allows, and where two splits share a file.
    """
    from ...datasets.inspection import inspect_data_set, pairs_among
    from ...datasets.tolerance import Tolerance

    tolerance = Tolerance.parse(choice.max_bad)
    with each_in_turn() as say:
        found = {
            str(folder): inspect_data_set(local(folder), choice.layout, choice.split, say)
            for folder in folders
        }
        pairs = pairs_among(found, say)
    documents = {name: _document(each) for name, each in found.items()}
    if as_json:
        twice = [_pair(pair) for pair in pairs]
        write_json_line({"data_sets": documents, "pairs": twice})
    else:
        _write(found, documents, pairs)
    for name, each in found.items():
        if not tolerance.allows(len(each.data.bad), each.rows):
            raise click.ClickException(
                f"{name}: {len(each.data.bad):,} of {each.rows:,} rows are bad, at most "
                f"{tolerance} may be"
            )
    leaks = sum(pair.leak and pair.same_file for pair in pairs)
    if leaks:
        raise click.ClickException(f"{leaks:,} pictures are in two splits: take them out of one")


def _document(inspected: "Inspected") -> dict[str, Any]:
    from ...datasets.digest import digest_of

    data = inspected.data
    return {
        "pictures": len(data.pictures),
        "objects": sum(len(picture.boxes) for picture in data.pictures),
        "classes": len(data.names),
        "rows": inspected.rows,
        "bad": [{"where": row.where, "reason": row.reason} for row in data.bad],
        "digest": digest_of(data),
    }


def _pair(pair: "Pair") -> dict[str, Any]:
    return {
        "first": str(pair.first.file),
        "second": str(pair.second.file),
        "same_file": pair.same_file,
        "bits": pair.bits,
        "leak": pair.leak,
    }


def _write(
    found: dict[str, "Inspected"], documents: dict[str, dict[str, Any]], pairs: list["Pair"]
) -> None:
    for each in found.values():
        for row in each.data.bad:
            write_line(f"bad: {row.where}: {row.reason}")
    for pair in pairs:
        kind = "leak" if pair.leak else "twice"
        write_line(f"{kind if pair.same_file else f'{kind}?'}: {pair}")
    for name, told in documents.items():
        write_line(
            f"{name}: {told['pictures']:,} pictures, {told['objects']:,} objects, "
            f"{told['classes']:,} classes; {len(told['bad']):,} of {told['rows']:,} rows are bad"
        )
        write_line(f"digest {told['digest']}")
    same = [pair for pair in pairs if pair.same_file]
    near = [pair for pair in pairs if not pair.same_file]
    write_line(
        f"the same file twice: {len(same):,}, across splits {sum(p.leak for p in same):,}; "
        f"nearly the same: {len(near):,}, across splits {sum(p.leak for p in near):,}"
    )
