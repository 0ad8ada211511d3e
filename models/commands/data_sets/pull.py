"""``ssd data pull``: a data set of a place as a folder again."""

from pathlib import Path

import click

from ..examples import examples
from ..printing import write_line, write_note
from ..progress import each_in_turn


@examples(
    "ssd data pull --from lake/digits --out digits",
    "ssd data pull --from bigquery://project/vision/digits --out digits",
)
@click.command()
@click.option(
    "--from",
    "place",
    required=True,
    help="A folder of Parquet files, s3://..., bigquery://PROJECT/DATASET/TABLE or @NAME/...",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder to write, in COCO's layout.",
)
@click.option(
    "--max-bad",
    help="Most rows that may be bad.  [default: none of what was pushed, 1% of other tables]",
)
def command(*, place: str, out: Path, max_bad: str | None) -> None:
    """Writes a data set that was pushed, or a table of the same columns, as a folder.

    Every picture is compared with its SHA-256 and the whole with its digest. Rows that cannot be
    used are named and left out. A pull that was ended goes on.
    """
    from ...datasets.exchange.opening import open_place
    from ...datasets.exchange.pulling import pull
    from ...datasets.tolerance import Tolerance

    tolerance = Tolerance.parse(max_bad) if max_bad is not None else None
    opened = open_place(place)
    with each_in_turn() as say:
        pulled = pull(opened, out, say, tolerance)
    for row in pulled.bad:
        write_note(f"set aside {row.where}: {row.reason}")
    write_line(f"{out}: {pulled.pictures:,} pictures, {len(pulled.bad):,} rows set aside")
    write_line(f"digest {pulled.digest}")
