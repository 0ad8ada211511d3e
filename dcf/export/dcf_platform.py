"""A config.yaml with the original's keys alone, for the command of a DCF or OpenFx platform."""

from typing import Any
from urllib.parse import urlsplit

from ..archive import IMAGE_PREFIX
from ..config import Config, FunctionConfig
from . import specs
from .exported import Exported
from .yaml_text import filled, yaml_text

_FILE = "config.yaml"
_PORT = 32222  # where DCF's gateway is, outside of its cluster
_RESOURCES = ("memory", "cpu", "gpu")


def export(config: Config, functions: tuple[FunctionConfig, ...]) -> Exported:
    """All functions in one file."""
    gateway, note = _gateway(config)
    document = {
        "functions": {each.name: _function(each) for each in functions},
        "dcf": {"gateway": gateway},
    }
    notes = [note] if note else []
    notes += [
        f"{each.name}: annotations are left out, since config.yaml has no key for them there"
        for each in functions
        if each.annotations
    ]
    # What has a digest is in its registry already, and cannot be pushed under it.
    pushed = [each.image_name for each in functions if is_pushed(each.image_name)]
    commands = tuple(f"docker push {image}" for image in pushed)
    commands += (f"dcf-cli function deploy -f {{out}}/{_FILE}",)
    return Exported({_FILE: yaml_text(document)}, commands, tuple(notes))


def is_pushed(image: str) -> bool:
    """Whether `docker push` takes a name: neither with a digest, nor of code without an image."""
    return "@" not in image and not image.startswith(IMAGE_PREFIX)


def _gateway(config: Config) -> tuple[str, str]:
    """Where gRPC is: as the file says, else DCF's usual port of the host that it names."""
    if config.gateway and "://" not in config.gateway:
        return config.gateway, ""
    host = urlsplit(config.gateway).hostname or "127.0.0.1"
    address = f"{host}:{_PORT}"
    return address, f"dcf.gateway is {address}, DCF's usual port: mend it where yours is another"


def _function(function: FunctionConfig) -> dict[str, Any]:
    entry, spec = function.entry, specs.dcf(function, function.image_name).spec
    registry = function.image_name.partition("@")[0].rpartition("/")[0]
    optional = filled(
        {
            "secrets": list(spec.secrets),
            "constraints": list(spec.constraints),
            "labels": dict(spec.labels),
            "requests": dict(spec.requests),
            "build_options": list(function.build_options),
            "build_args": [f"{key}={text}" for key, text in function.build_args.items()],
        }
    )
    return {
        "runtime": function.runtime,
        "desc": function.desc,
        "maintainer": function.maintainer,
        "handler": {"dir": entry.directory, "file": entry.file, "name": entry.name},
        "docker_registry": function.registry or registry,
        "image": spec.image,
        # Its gateway calls 50051 and looks for the lock file, wherever the function is used to.
        "environment": dict(spec.env),
        **optional,
        "limits": {key: spec.limits.get(key, "") for key in _RESOURCES},
    }
