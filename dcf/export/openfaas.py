"""One stack.yaml for OpenFaaS' own command."""

from collections.abc import Mapping
from typing import Any

from ..config import Config, FunctionConfig
from .exported import Exported
from .labels import annotations_of
from .serving import drained, environment_of
from .yaml_text import filled, yaml_text

_FILE = "stack.yaml"
_GATEWAY = "http://127.0.0.1:8080"
_RESOURCES = ("memory", "cpu")  # of the three that config.yaml knows


def export(config: Config, functions: tuple[FunctionConfig, ...]) -> Exported:
    """All functions in one file."""
    # An address without http:// is a gRPC gateway's, which is none of OpenFaaS.
    gateway = config.gateway if "://" in config.gateway else _GATEWAY
    stack = {
        "version": "1.0",
        "provider": {"name": "openfaas", "gateway": gateway},
        "functions": {each.name: _function(each) for each in functions},
    }
    notes = tuple(note for each in functions for note in _notes(each))
    return Exported({_FILE: yaml_text(stack)}, (f"faas-cli deploy -f {{out}}/{_FILE}",), notes)


def _function(function: FunctionConfig) -> dict[str, Any]:
    return filled(
        {
            # An image that is built elsewhere needs no template; this language has none.
            "lang": "dockerfile",
            "handler": function.entry.directory,
            "image": function.image_name,
            "skip_build": True,
            "environment": drained(environment_of(function, ("PORT",))),
            "secrets": list(function.secrets),
            "constraints": list(function.constraints),
            "labels": dict(function.labels),
            "annotations": annotations_of(function),
            "limits": _quantities(function.limits),
            "requests": _quantities(function.requests),
            "readonly_root_filesystem": True,
        }
    )


def _quantities(texts: Mapping[str, str]) -> dict[str, str]:
    return {key: texts[key] for key in _RESOURCES if texts.get(key)}


def _notes(function: FunctionConfig) -> list[str]:
    notes = []
    if any(texts.get("gpu", "0") != "0" for texts in (function.limits, function.requests)):
        notes.append(f"{function.name}: gpu is left out, since stack.yaml has no place for it")
    if any(key.upper() == "PORT" for key in function.environment):
        notes.append(f"{function.name}: PORT is left out, since OpenFaaS calls port 8080")
    return notes
