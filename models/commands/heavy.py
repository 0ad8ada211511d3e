"""Tells in time that a verb needs the environment that has TensorFlow."""

from importlib.util import find_spec

import click


def require_tensorflow() -> None:
    """Refuses to go on without TensorFlow.

    Raises:
        ClickException: It is not installed; says where it is.
    """
    if find_spec("tensorflow") is None:
        raise click.ClickException(
            "this needs TensorFlow, which is not installed here: run `make train-env`, "
            "then .venv-train/bin/ssd with the same arguments"
        )
