"""Images: what a container runs, as programs of this machine."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[4]
_NAME = re.compile(r"[a-z0-9]+([._:/-]+[A-Za-z0-9]+)*(@sha256:[0-9a-f]{64})?")


@dataclass(frozen=True)
class Image:
    """One image.

    Attributes:
        command: Run where a container says nothing else; without one the container runs nothing
            and is at once well, for clusters with more pods than this machine has room for.
        env: Set where a container does not set it.
        paths: Folders of the image, by the name that they have in it.
    """

    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, Path] = field(default_factory=dict)


WATCHER = Image(
    ("python", "-m", "watcher"),
    # As the Dockerfile has it. A pod has no network of its own here: 0.0.0.0 becomes its address.
    {
        "HOST": "0.0.0.0", "PORT": "8080", "WATCHER_PORT": "50051", "MESH_PORT": "50052",
        "METRICS_PORT": "8081", "HANDLER_DIR": "/dcf/handler", "LOCK_FILE": "/tmp/.lock",
        "LOG_STREAM": "stdout", "PYTHONPATH": "/opt/dcf", "PYTHONSAFEPATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1",
    },
    {"/opt/dcf": ROOT},
)  # fmt: skip


def program(*command, **env):
    """An image of a Python program, such as one in the test itself."""
    return Image(("python", *command), {"PYTHONUNBUFFERED": "1"} | env)


def python_or(word):
    """The interpreter of this test for `python` of an image."""
    name = word.rpartition("/")[2]
    return sys.executable if re.fullmatch(r"python(3(\.\d+)?)?", name) else word


def trouble_of(name, images):
    """Why a container of that image cannot start: reasons and a message, or None."""
    if not _NAME.fullmatch(name):
        words = (
            f'Failed to apply default image tag "{name}": couldn\'t parse image reference "{name}"'
        )
        return ("InvalidImageName", "InvalidImageName", f"{words}: invalid reference format")
    if find(name, images) is None:
        words = (
            f'rpc error: code = NotFound desc = failed to pull and unpack image "{name}": failed '
            f'to resolve reference "{name}": {name}: not found'
        )
        return ("ErrImagePull", "ImagePullBackOff", words)
    return None


def find(name, images):
    """The image of a name, whatever its tag; None if there is none."""
    plain = name.partition("@")[0]
    folder, _, last = plain.rpartition("/")
    short = "/".join(filter(None, (folder, last.partition(":")[0])))
    return images.get(name) or images.get(plain) or images.get(short)
