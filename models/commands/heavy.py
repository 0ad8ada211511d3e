"""Tells in time that a verb needs the environment that has TensorFlow."""

import os
from importlib.util import find_spec
from pathlib import Path

import click

_ROOT = Path(__file__).parents[2]


def require_tensorflow() -> None:
    """Refuses to go on without TensorFlow.

    Raises:
        ClickException: It is not installed; says how to get it.
    """
    if find_spec("tensorflow") is None:
        raise click.ClickException(
            f"this needs TensorFlow, which is not installed here: {remedy(_ROOT)}"
        )


def require_keras() -> None:
    """Refuses to go on without Keras and what it is to run on.

    Raises:
        ClickException: One of them is not installed; says how to get it.
    """
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    for module in ("keras", backend, "tensorboard"):
        if find_spec(module) is None:
            raise click.ClickException(
                f"this needs {module} (KERAS_BACKEND is {backend}), which is not installed here: "
                f"{remedy(_ROOT)}"
            )


def require_optuna() -> None:
    """Refuses to go on without Optuna.

    Raises:
        ClickException: It is not installed; says how to get it.
    """
    if find_spec("optuna") is None:
        raise click.ClickException(
            f"this needs Optuna, which is not installed here: {remedy(_ROOT, 'train,lifecycle')}"
        )


def remedy(root: Path, extras: str = "train") -> str:
    """How to get it: in a checkout of this project by its Makefile, else by pip.

    Args:
        root: The folder that the packages lie in.
        extras: What pip is to install besides.
    """
    if (root / "Makefile").is_file():
        return "run `make train-env`, then .venv-train/bin/ssd with the same arguments"
    return f"run `pip install 'dcf-detect[{extras}]'`"
