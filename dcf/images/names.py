"""The parts of an image's name: `registry.example:5000/team/function:tag@sha256:...`."""

import re

from ..config import FunctionConfig
from ..errors import ConfigError

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def registry_of(image: str) -> str:
    """The host it is pushed to; empty where the name has none, and Docker Hub is meant."""
    first, slash, _ = image.partition("/")
    is_host = "." in first or ":" in first or first == "localhost"
    return first if slash and is_host else ""


def repository_of(image: str) -> str:
    """The name without tag and digest."""
    name = image.partition("@")[0]
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{last.partition(':')[0]}"


def digest_in(text: str) -> str:
    """The last digest that a text names, or nothing."""
    found: list[str] = _DIGEST.findall(text)
    return found[-1] if found else ""


def to_build(function: FunctionConfig) -> str:
    """The name to build under; raises `ConfigError` where nothing can be built under it."""
    if "@" in function.image:
        raise ConfigError(
            f"functions.{function.name}.image is {function.image}: nothing can be built under a "
            "digest; write a name and tag, or skip_build: true to take it as it is"
        )
    return function.image_name


def to_push(function: FunctionConfig) -> str:
    """The name to push; raises `ConfigError` where it leads to no registry."""
    image = to_build(function)
    if "/" not in image:
        raise ConfigError(
            f"image {image} names no registry: write functions.{function.name}.docker_registry "
            "(registry.example/team), or deploy with --no-push where the gateway uses this engine"
        )
    return image
