"""One object that was found: what it is, how sure that is, and where it is."""

from collections.abc import Mapping
from dataclasses import dataclass

_EDGES = ("xmin", "ymin", "xmax", "ymax")
_WHOLE = range(2**31)
_KEYS = ("class", "class_id", "confidence", *_EDGES)


@dataclass(frozen=True, slots=True)
class Box:
    """An object in a picture.

    Attributes:
        name: Its class.
        class_id: The data set's id of the class.
        confidence: How sure the model is, 0 to 1.
        xmin: Left edge, in whole pixels of the picture as a person sees it (turned as EXIF says).
        ymin: Upper edge.
        xmax: Right edge: the first column that is no longer inside.
        ymax: Lower edge, likewise.
    """

    name: str
    class_id: int
    confidence: float
    xmin: int
    ymin: int
    xmax: int
    ymax: int

    @property
    def xyxy(self) -> tuple[int, int, int, int]:
        """Left, upper, right and lower edge, as Pillow's ``crop`` takes them."""
        return self.xmin, self.ymin, self.xmax, self.ymax

    @property
    def xywh(self) -> tuple[int, int, int, int]:
        """Left and upper edge, width and height, as COCO writes them."""
        return self.xmin, self.ymin, self.width, self.height

    @property
    def width(self) -> int:
        """In pixels."""
        return self.xmax - self.xmin

    @property
    def height(self) -> int:
        """In pixels."""
        return self.ymax - self.ymin

    @property
    def area(self) -> int:
        """In pixels."""
        return self.width * self.height

    @property
    def center(self) -> tuple[float, float]:
        """The middle: x, y."""
        return (self.xmin + self.xmax) / 2, (self.ymin + self.ymax) / 2

    def iou(self, other: "Box") -> float:
        """How much two boxes overlap: the area they share over the area they cover, 0 to 1."""
        width = min(self.xmax, other.xmax) - max(self.xmin, other.xmin)
        height = min(self.ymax, other.ymax) - max(self.ymin, other.ymin)
        shared = max(0, width) * max(0, height)
        covered = self.area + other.area - shared
        return shared / covered if covered else 0.0

    def to_dict(self) -> dict[str, object]:
        """The box in the words of the function's JSON reply."""
        edges = dict(zip(_EDGES, self.xyxy, strict=True))
        return {
            "class": self.name,
            "class_id": self.class_id,
            "confidence": self.confidence,
            **edges,
        }

    @classmethod
    def from_dict(cls, entry: Mapping[str, object]) -> "Box":
        """Reads a box as the function's JSON reply has it.

        Raises:
            ValueError: A key is missing, or a value is not of its kind.
        """
        for key in _KEYS:
            if key not in entry:
                raise ValueError(f"a detection has no {key!r}; it has {', '.join(map(str, entry))}")
        name, confidence = entry["class"], _share(entry["confidence"])
        whole = [_whole(entry[key]) for key in ("class_id", *_EDGES)]
        class_id, xmin, ymin, xmax, ymax = whole
        readable = isinstance(name, str) and confidence is not None and min(whole) >= 0
        if not (readable and xmin < xmax and ymin < ymax):
            raise ValueError(
                f"a detection cannot be read: {str(dict(entry))[:120]}; class must be a text, "
                "class_id and the edges whole numbers with xmin < xmax and ymin < ymax, "
                "confidence a number from 0 to 1 (ask for format=json or format=full)"
            )
        return cls(str(name), class_id, confidence or 0.0, xmin, ymin, xmax, ymax)


def _whole(value: object) -> int:
    """A whole number as an id or an edge can be; -1 for anything else."""
    number = isinstance(value, int) and not isinstance(value, bool)
    return value if number and value in _WHOLE else -1  # type: ignore[return-value] # as said


def _share(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value <= 1 else None  # not a number compares false
