"""``gate.yaml``: how much worse a candidate may be, and how sure that has to be.

overall: {limit: 1.0, confidence: 0.975}
classes: {limit: 15, confidence: 0.95, objects: 20}
calibration: {limit: 0.05}
latency: {limit: 1.25}
memory: {limit: 1.25}
size: {limit: 2.0}
golden: {lost: 0, share: 0.2}
data: {unknown: false}
floors: {mAP: 0.4, AP50: 0.6}
"""

from pathlib import Path

import msgspec
import yaml

from ...ssd.spec import Record, require
from ..errors import RegistryError

_MOST_BYTES = 1 << 16


class Overall(Record, frozen=True, kw_only=True):
    """The whole: the candidate has to be shown not to be worse by more than ``limit``.

    Attributes:
        limit: Points of mAP (0..100).
        confidence: How sure it has to be that it is not, 0.5..1: one-sided.
    """

    limit: float = 1.0
    confidence: float = 0.975

    def __post_init__(self) -> None:
        require(0 <= self.limit <= 100, f"overall.limit must be 0..100 points, got {self.limit}")
        require(
            0.5 <= self.confidence < 1,
            f"overall.confidence must be from 0.5 to below 1, got {self.confidence}",
        )


class Classes(Record, frozen=True, kw_only=True):
    """Single classes: one may not have been shown to be worse by more than ``limit``.

    Attributes:
        limit: Points of average precision (0..100).
        confidence: How sure it has to be that it is, 0.5..1: one-sided.
        objects: Classes with fewer objects are not judged.
    """

    limit: float = 15.0
    confidence: float = 0.95
    objects: int = 20

    def __post_init__(self) -> None:
        require(0 <= self.limit <= 100, f"classes.limit must be 0..100 points, got {self.limit}")
        require(
            0.5 <= self.confidence < 1,
            f"classes.confidence must be from 0.5 to below 1, got {self.confidence}",
        )
        require(self.objects >= 1, f"classes.objects must be 1 or more, got {self.objects}")


class Difference(Record, frozen=True, kw_only=True):
    """By how much a figure may be greater.

    Attributes:
        limit: Candidate minus serving at most.
    """

    limit: float

    def __post_init__(self) -> None:
        require(0 <= self.limit <= 1, f"limit must be 0..1, got {self.limit}")


class Ratio(Record, frozen=True, kw_only=True):
    """By how many times a figure may be greater.

    Attributes:
        limit: Candidate over serving at most.
    """

    limit: float

    def __post_init__(self) -> None:
        require(0 < self.limit <= 1000, f"limit must be above 0, to 1000, got {self.limit}")


class Golden(Record, frozen=True, kw_only=True):
    """Pictures that the serving model answers exactly right.

    Attributes:
        lost: How many of those that a person chose the candidate may answer wrong.
        share: Where nobody chose any: which share of the data set's own it may. Two models that
            are equally good are not right about the same pictures.
    """

    lost: int = 0
    share: float = 0.2

    def __post_init__(self) -> None:
        require(self.lost >= 0, f"golden.lost must be 0 or more, got {self.lost}")
        require(0 <= self.share <= 1, f"golden.share must be 0..1, got {self.share}")


class Data(Record, frozen=True, kw_only=True):
    """What the candidate learnt from; never may it have been one of the pictures.

    Attributes:
        unknown: Whether it may pass where nobody wrote down what it learnt from.
    """

    unknown: bool = False


class Rules(Record, frozen=True, kw_only=True):
    """All rules; each has a default.

    Attributes:
        overall: Against the serving model.
        classes: Likewise, class by class.
        calibration: Expected calibration error.
        latency: Median time of a picture, measured in turn.
        memory: Greatest resident memory.
        size: Bytes of the bundle.
        golden: Pictures that may not be lost.
        data: Pictures that were learnt from.
        floors: Least figures of a first model, by name (mAP, AP50, AP75), 0..1.
    """

    overall: Overall = Overall()
    classes: Classes = Classes()
    calibration: Difference = Difference(limit=0.05)
    latency: Ratio = Ratio(limit=1.25)
    memory: Ratio = Ratio(limit=1.25)
    size: Ratio = Ratio(limit=2.0)
    golden: Golden = Golden()
    data: Data = Data()
    floors: dict[str, float] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, floor in self.floors.items():
            require(
                name in {"mAP", "AP50", "AP75"}, f"floors knows mAP, AP50 and AP75, got {name!r}"
            )
            require(0 <= floor <= 1, f"floors.{name} must be 0..1, got {floor}")


def read_rules(file: Path) -> Rules:
    """Reads a rules file.

    Raises:
        RegistryError: It is none; names the key.
    """
    with file.open("rb") as opened:
        content = opened.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise RegistryError(f"{file} is larger than {_MOST_BYTES} bytes: it is no rules file")
    try:
        document = yaml.safe_load(content)
        return msgspec.convert({} if document is None else document, Rules)
    except (msgspec.ValidationError, yaml.YAMLError, RecursionError, ValueError) as error:
        raise RegistryError(f"{file}: {' '.join(str(error).split())}") from error
