"""One stack.yaml for OpenFaaS' own command."""

from typing import Any

from ..config import Config, FunctionConfig
from ..providers.placement import FunctionSpec
from . import specs
from .exported import Exported
from .yaml_text import filled, yaml_text

_FILE = "stack.yaml"
_GATEWAY = "http://127.0.0.1:8080"


def export(config: Config, functions: tuple[FunctionConfig, ...]) -> Exported:
    """All functions in one file."""
    # An address without http:// is a gRPC gateway's, which is none of OpenFaaS.
    gateway = config.gateway if "://" in config.gateway else _GATEWAY
    asked = [specs.openfaas(each, each.image_name) for each in functions]
    stack = {
        "version": "1.0",
        "provider": {"name": "openfaas", "gateway": gateway},
        "functions": {
            each.name: _function(each, one.spec) for each, one in zip(functions, asked, strict=True)
        },
    }
    notes = tuple(note for one in asked for note in one.notes)
    return Exported({_FILE: yaml_text(stack)}, (f"faas-cli deploy -f {{out}}/{_FILE}",), notes)


def _function(function: FunctionConfig, spec: FunctionSpec) -> dict[str, Any]:
    return filled(
        {
            # An image that is built elsewhere needs no template; this language has none.
            "lang": "dockerfile",
            "handler": function.entry.directory,
            "image": spec.image,
            "skip_build": True,
            "environment": dict(spec.env),
            "secrets": list(spec.secrets),
            "constraints": list(spec.constraints),
            "labels": dict(spec.labels),
            "annotations": dict(spec.annotations),
            "limits": dict(spec.limits),
            "requests": dict(spec.requests),
            "readonly_root_filesystem": spec.read_only,
        }
    )
