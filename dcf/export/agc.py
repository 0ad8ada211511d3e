"""The settings of a judge's run, as a file for `docker run --env-file`."""

from ..config import Config, FunctionConfig
from ..errors import ConfigError
from .exported import Exported

_JUDGES = ("BATCH", "DATA_PATH", "REST_URL", "API_HEADER")
_HEAD = """\
# Settings of {name} for a judge's run. The platform sets the last three; without REST_URL, the
# answer is only written. docker run takes what stands behind = as it is, without quotes.
"""
_TAIL = "BATCH=true\nDATA_PATH=/data\nREST_URL=\nAPI_HEADER=\n"
_RUN = (
    "docker run --rm --network none --read-only --tmpfs /tmp --cap-drop ALL --security-opt "
    'no-new-privileges -v "$PWD/samples:/data:ro" --env-file {{out}}/{name}.env {image}'
)


def export(_config: Config, functions: tuple[FunctionConfig, ...]) -> Exported:
    """One file a function."""
    files = {f"{each.name}.env": _variables(each).encode() for each in functions}
    commands = tuple(_RUN.format(name=each.name, image=each.image_name) for each in functions)
    return Exported(files, commands)


def _variables(function: FunctionConfig) -> str:
    lines = []
    for key, text in function.environment.items():
        if key.upper() in _JUDGES:
            continue
        if not text.isprintable():
            raise ConfigError(
                f"functions.{function.name}.environment.{key} has a line end or another character "
                "that --env-file cannot hold: put it into a file of the image"
            )
        lines.append(f"{key}={text}\n")
    return _HEAD.format(name=function.name) + "".join(lines) + _TAIL
