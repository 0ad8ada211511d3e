"""Where a model came from, as whoever adds it knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Origin:
    """What a bundle does not say of itself.

    Attributes:
        data_digest: Digest of the data set that it learnt from.
        pictures: Marks of the pictures that it learnt from; None where they are not known.
        parameters: Hyper-parameters of its run.
        metrics: Figures of its run; those of its manifest come with it anyway.
        parent: Id of the model that it began from.
        note: Anything else.
        by: Who adds it.
    """

    data_digest: str = ""
    pictures: bytes | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""
    note: str = ""
    by: str = ""
