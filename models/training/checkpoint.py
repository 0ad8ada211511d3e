"""The state of a run in one file: an ``.npz``, which holds no code and is never unpickled.

Everything that is drawn is drawn from seed, epoch and place, so that counters are all there is to
know of random numbers.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..ssd.nets.layers import LayerWeights, Network, Weights, check_weights
from .errors import BadRun

_STATE = "state"
Array = npt.NDArray[np.generic]


@dataclass(slots=True)
class State:
    """How far a run has come.

    Attributes:
        epoch: Number of the epoch that is under way, from 0.
        step: Batches of it that are done.
        done: Batches of all epochs that are done.
        best: Best AP (mean over overlaps, 0..1) that was measured; -1 before the first.
        best_epoch: Epochs that were done then.
        waited: Measurements since.
        seconds: Time spent, in seconds, earlier parts of the run among it.
    """

    epoch: int = 0
    step: int = 0
    done: int = 0
    best: float = -1.0
    best_epoch: int = 0
    waited: int = 0
    seconds: float = 0.0


def save_checkpoint(file: Path, weights: Weights, optimizer: list[Array], state: State) -> None:
    """Writes a checkpoint, whole or not at all.

    Args:
        file: Where; what is there is replaced.
        weights: The network's, by layer.
        optimizer: The optimizer's variables, in its order.
        state: How far the run has come.
    """
    arrays: dict[str, Array] = {f"weights/{name}": value for name, value in _flat(weights).items()}
    arrays |= {f"optimizer/{index}": value for index, value in enumerate(optimizer)}
    arrays[_STATE] = np.frombuffer(json.dumps(asdict(state)).encode(), np.uint8)
    _write(file, arrays)


def load_checkpoint(
    file: Path, network: Network
) -> tuple[dict[str, LayerWeights], list[Array], State]:
    """Reads what ``save_checkpoint`` wrote.

    Raises:
        BadRun: It is missing or damaged, or is another network's.
    """
    arrays = _read(file)
    try:
        weights = {
            name.removeprefix("weights/"): value
            for name, value in arrays.items()
            if name.startswith("weights/")
        }
        count = sum(name.startswith("optimizer/") for name in arrays)
        optimizer = [arrays[f"optimizer/{index}"] for index in range(count)]
        known = json.loads(arrays[_STATE].tobytes())
        state = State(**{each.name: known[each.name] for each in fields(State)})
        return _deep(weights, network), optimizer, state
    except (KeyError, TypeError, ValueError) as error:
        raise BadRun(f"{file} is no checkpoint of {network.name}: {error}") from error


def save_weights(file: Path, weights: Weights) -> None:
    """Writes float32 weights by layer, whole or not at all."""
    _write(file, _flat(weights))


def load_weights(file: Path, network: Network) -> dict[str, LayerWeights]:
    """Reads what ``save_weights`` wrote.

    Raises:
        BadRun: It is missing or damaged, or is another network's.
    """
    arrays = _read(file)
    try:
        return _deep(arrays, network)
    except (KeyError, ValueError) as error:
        raise BadRun(f"{file} has no weights of {network.name}: {error}") from error


def _flat(weights: Weights) -> dict[str, Array]:
    flat: dict[str, Array] = {}
    for name, (kernel, bias) in weights.items():
        flat[f"{name}/kernel"], flat[f"{name}/bias"] = kernel, bias
    return flat


def _deep(arrays: Mapping[str, Array], network: Network) -> dict[str, LayerWeights]:
    weights = {
        layer.name: LayerWeights(
            np.asarray(arrays[f"{layer.name}/kernel"], np.float32),
            np.asarray(arrays[f"{layer.name}/bias"], np.float32),
        )
        for layer in network.layers
        if layer.weighted
    }
    check_weights(network, weights)
    return weights


def _write(file: Path, arrays: Mapping[str, Array]) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.save(member, array, allow_pickle=False)
            # The same state gives the same bytes: of its own accord it would note the time of day.
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, member.getvalue())
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.part")
    fresh.write_bytes(content.getbuffer())
    fresh.replace(file)


def _read(file: Path) -> dict[str, Array]:
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except FileNotFoundError as error:
        raise BadRun(f"{file} does not exist: there is nothing to go on from yet") from error
    except (ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise BadRun(f"{file} is damaged: {error}") from error
