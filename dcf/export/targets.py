"""The table of platforms. A target's module is imported only when it is asked for."""

import importlib
import re
from collections.abc import Callable
from typing import NamedTuple

from ..archive import IMAGE_PREFIX
from ..config import Config, FunctionConfig
from .exported import Exported

# A host, or an account of the registry that engines take when none is named.
_REGISTRY = re.compile(r"[^/]+/")
Export = Callable[[Config, tuple[FunctionConfig, ...]], Exported]


class Target(NamedTuple):
    """A row of the table.

    Attributes:
        module: Its `export` makes the export.
        text: A line of help.
        pulls: Whether the platform pulls the function's image from a registry.
    """

    module: str
    text: str
    pulls: bool = True


TARGETS = {
    "knative": Target(".knative", "a Knative Service a function"),
    "cloud-run": Target(".cloud_run", "a Cloud Run service a function"),
    "openfaas": Target(".openfaas", "a stack.yaml for faas-cli"),
    "dcf": Target(".dcf_platform", "a config.yaml for DCF's and OpenFx' own command"),
    "cloud-functions": Target(".cloud_functions", "a folder of sources a function", pulls=False),
    "agc": Target(".agc", "an environment file a function, for a judge's run", pulls=False),
}


def export_for(target: str) -> Export:
    """What makes the export of a row of the table."""
    found: Export = importlib.import_module(TARGETS[target].module, __package__).export
    return found


def registry_notes(functions: tuple[FunctionConfig, ...]) -> list[str]:
    """A line for each image whose name says no registry: no other machine can pull that."""
    kept = [each for each in functions if each.image.startswith(IMAGE_PREFIX)]
    return [
        f"{each.name}: the image {each.image} is code that a gateway of dcf keeps, and no image: "
        "only a gateway that has it runs it; elsewhere build one with `dcf function build`"
        for each in kept
    ] + [
        f"{each.name}: the image {each.image_name} is in no registry that its name tells: set "
        "docker_registry or image, push it with `dcf function push`, or give --image"
        for each in functions
        if each not in kept and not _REGISTRY.match(each.image_name)
    ]
