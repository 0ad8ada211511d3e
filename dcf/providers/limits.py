"""A function's `limits` and `requests`: what the quantities mean, in Kubernetes' spelling."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import InvalidRequest
from .placement import FunctionSpec

GPUS = ("gpu", "nvidia.com/gpu", "amd.com/gpu", "intel.com/gpu")
_GPU_NAME = "nvidia.com/gpu"
Resources = dict[str, dict[str, str]]
_UNITS = {
    "": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12,
    "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40,
}  # fmt: skip
_MEMORY = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)(|k|M|G|T|Ki|Mi|Gi|Ti)", re.ASCII)
_CPU = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(m?)", re.ASCII)
_GPU = re.compile(r"\d{1,4}", re.ASCII)
_LEAST_MEMORY = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one replica may use.

    Attributes:
        cores: Processor cores, as a number that may be a fraction; None without a limit.
        memory: Bytes; None without a limit.
        gpus: How many; None when nothing was said.
    """

    cores: float | None = None
    memory: int | None = None
    gpus: int | None = None

    @property
    def whole_cores(self) -> int | None:
        """The cores rounded up: a process can be kept to whole ones."""
        return None if self.cores is None else max(1, math.ceil(self.cores))


def check_quantities(spec: FunctionSpec) -> None:
    """Raise `InvalidRequest` unless limits and requests can be read and fit each other."""
    limits, requests = limits_of(spec.limits, "limits"), limits_of(spec.requests, "requests")
    for name in ("cores", "memory", "gpus"):
        limit, request = getattr(limits, name), getattr(requests, name)
        if limit is not None and request is not None and request > limit:
            raise InvalidRequest(
                f"requests of {name} are over the limits: ask for less, or raise the limit"
            )


def limits_of(texts: Mapping[str, str], where: str = "limits") -> Limits:
    """Read quantities; an empty text is none at all.

    Args:
        texts: Under `memory`, `cpu` and `gpu` (or `nvidia.com/gpu` and the like).
        where: `limits` or `requests`, for messages.

    Raises:
        InvalidRequest: One cannot be read, or cannot be meant.
    """
    gpus = [_gpus(f"{where}.{key}", texts[key]) for key in GPUS if texts.get(key)]
    return Limits(
        cores=_cores(f"{where}.cpu", texts["cpu"]) if texts.get("cpu") else None,
        memory=_memory(f"{where}.memory", texts["memory"]) if texts.get("memory") else None,
        gpus=sum(gpus) if gpus else None,
    )


def resources_of(limits: Mapping[str, str], requests: Mapping[str, str]) -> Resources:
    """A container's resources, as Kubernetes has them; raises `InvalidRequest`.

    Devices that are only requested are a limit as well: Kubernetes has no other request of them.
    """
    for where, texts in (("limits", limits), ("requests", requests)):
        limits_of(texts, where)
    wanted = _quantities(requests)
    most = {key: text for key, text in wanted.items() if key in GPUS} | _quantities(limits)
    return {where: part for where, part in (("limits", most), ("requests", wanted)) if part}


def _quantities(texts: Mapping[str, str]) -> dict[str, str]:
    return {
        (_GPU_NAME if key == "gpu" else key): text
        for key, text in texts.items()
        if text and text != "0"
    }


def _cores(key: str, text: str) -> float:
    found = _CPU.fullmatch(text)
    cores = float(found[1]) / (1000 if found[2] else 1) if found else 0.0
    if not cores:
        raise InvalidRequest(f"{key} is {text!r}: give cores as 2 or 0.5, or thousandths as 500m")
    return cores


def _memory(key: str, text: str) -> int:
    found = _MEMORY.fullmatch(text)
    size = int(float(found[1]) * _UNITS[found[2]]) if found else 0
    if size < _LEAST_MEMORY:
        raise InvalidRequest(f"{key} is {text!r}: give bytes as 512Mi, 2Gi or 500M (at least 1Mi)")
    return size


def _gpus(key: str, text: str) -> int:
    if _GPU.fullmatch(text) is None:
        raise InvalidRequest(f"{key} is {text!r}: give a whole number, as 1")
    return int(text)
