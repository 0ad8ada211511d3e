"""A folder of sources for Google Cloud Functions: main.py, requirements.txt and what they need.

The watcher travels along and does what it does in an image, so replies and errors are the same.
"""

import io
import json
import shlex
import tarfile
from pathlib import Path, PurePosixPath

from ..config import Config, FunctionConfig, load
from ..errors import Unsupported
from ..packing import archive_of
from . import cluster
from .cloud_function_texts import IGNORED, MAIN, README
from .exported import Exported
from .labels import scaling_of
from .python_imports import imported
from .python_locks import locked, names_of, without, without_hashes
from .serving import environment_of, serving_of

_LONGEST_NAME = 63
_LONGEST_CALL_S = 3600
_PROJECT = Path(__file__).parents[2]
# What functions find in the environment that serves them, and the lock that has it.
_LOCKS = {
    "watcher.txt": frozenset(("grpc", "mesh")),
    "serving.txt": frozenset(("ai_edge_litert", "cv2", "numpy", "PIL", "simplejpeg")),
}
_DETECTOR = frozenset(("dcf_detect", "handler", "models"))
_OWN = "function"
_PORTS = ("HOST", "PORT", "WATCHER_PORT", "MESH_PORT", "METRICS_PORT", "LOCK_FILE")
Files = dict[str, bytes]


def export(_config: Config, functions: tuple[FunctionConfig, ...]) -> Exported:
    """One folder a function."""
    files: Files = {}
    notes: list[str] = []
    for each in functions:
        name = cluster.checked_name(each, _LONGEST_NAME)
        folder, remarks = _folder(each)
        files |= {f"{name}/{path}": content for path, content in folder.items()}
        notes += [f"{name}: {remark}" for remark in remarks]
    return Exported(
        files,
        tuple(f"{_deploy(each)} --source {{out}}/{each.name}" for each in functions),
        tuple(notes),
        tuple(f"{each.name}/{part}" for each in functions for part in (_OWN, "watcher")),
    )


def _folder(function: FunctionConfig) -> tuple[Files, list[str]]:
    code = _packed(function)
    wanted = imported(code)
    if not _DETECTOR.isdisjoint(wanted - {path.partition("/")[0] for path in code}):
        code = _packed(_detector()) | _package("dcf_detect") | code
        wanted = imported(code)
    locks = [name for name, packages in _LOCKS.items() if packages & wanted]
    requirements, notes = _requirements(function, code, locked("functions.txt", *locks))
    deploy = f"{_deploy(function)} --source ."
    files = {
        "main.py": MAIN.encode(),
        "requirements.txt": requirements.encode(),
        "settings.json": (json.dumps(_settings(function), indent=2) + "\n").encode(),
        ".gcloudignore": IGNORED.encode(),
        "README.md": README.format(name=function.name, deploy=deploy).encode(),
    }
    files |= {f"{_OWN}/{path}": content for path, content in code.items()}
    return files | _package("watcher"), notes


def _packed(function: FunctionConfig) -> Files:
    """The files that an archive of the function would hold."""
    archive = archive_of(function)
    files: Files = {}
    with tarfile.open(fileobj=io.BytesIO(archive.data)) as tar:
        for name in archive.names:
            content = tar.extractfile(name)
            files[name] = content.read() if content else b""
    return files


def _detector() -> FunctionConfig:
    """The function whose packages handlers of the runtime python3-detection build on."""
    file = _PROJECT / "config.yaml"
    if not file.is_file():
        raise Unsupported(
            f"{file} is not there: run dcf from a checkout of the project, whose detector this "
            "function builds on"
        )
    return load(file).functions[0]


def _package(name: str) -> Files:
    root = _PROJECT / name
    return {
        f"{name}/{path.relative_to(root).as_posix()}": path.read_bytes()
        for path in sorted(root.rglob("*.py"))
    }


def _settings(function: FunctionConfig) -> dict[str, str]:
    entry = function.entry
    own = {
        "HANDLER_DIR": PurePosixPath(_OWN, entry.directory).as_posix(),
        "HANDLER_FILE": entry.file,
        "HANDLER_NAME": entry.name,
        "FUNCTION_NAME": function.name,
    }
    return environment_of(function, _PORTS, **own)


def _requirements(function: FunctionConfig, code: Files, lock: str) -> tuple[str, list[str]]:
    """requirements.txt: the lock, and the function's own file, which wins."""
    place = PurePosixPath(function.entry.directory, function.entry.file)
    own = (place.parent / "requirements.txt").as_posix()
    if own not in code:
        return lock, []
    text = code[own].decode("utf-8", "replace")
    lock = without(lock, names_of(text))
    notes = []
    if names_of(text) and "--hash=" not in text:
        # pip takes hashes for all packages or for none.
        lock = without_hashes(lock)
        notes.append(f"{own} has no hashes, so that the others' are left out, too")
    return f"{lock}-r {_OWN}/{own}\n", notes


def _deploy(function: FunctionConfig) -> str:
    serving, scaling = serving_of(function), scaling_of(function)
    seconds = min(cluster.call_seconds(serving, _LONGEST_CALL_S), _LONGEST_CALL_S)
    flags = {
        "runtime": "python311",
        "entry-point": "answer",
        "timeout": f"{seconds}s",
        # Without these there is a share of a core, which takes one call at a time.
        "memory": function.limits.get("memory") or "512Mi",
        "cpu": function.limits.get("cpu") or "1",
        "concurrency": str(cluster.calls_at_google(function, serving)),
        "min-instances": "" if scaling.least is None else str(scaling.least),
        "max-instances": "" if scaling.most is None else str(scaling.most),
    }
    words = [f"--{name}={shlex.quote(text)}" for name, text in flags.items() if text]
    words += [
        f"--set-secrets={cluster.SECRETS_PATH}/{name}={name}:latest"
        for name in cluster.one_secret(function, "Cloud Functions")
    ]
    return " ".join(["gcloud functions deploy", function.name, "--gen2 --trigger-http", *words])
