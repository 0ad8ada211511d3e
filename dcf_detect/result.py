"""What was found in one picture, in plain Python: by a detector, or as a remote one told it."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, overload

from .agreement import Agreement, compare
from .box import Box
from .failure import Failure
from .reply import read_reply
from .wanted import Classes, words_of

if TYPE_CHECKING:
    from pandas import DataFrame
    from PIL.Image import Image
    from supervision import Detections

    from .picture import Picture, Source


@dataclass(frozen=True, eq=False)
class Result(Sequence[Box]):
    """The objects of one picture, best first: a sequence of boxes.

    Two results are equal when they found the same: same names, confidences and boxes.

    Attributes:
        boxes: What was found.
        width: Of the picture as a person sees it; None where a reply did not tell.
        height: Likewise.
        name: Where the picture came from; empty where it has no name.
        frame: Number of a video's frame, from 0; None for what is no frame.
        seconds: When in the video, or after a camera was opened, the frame was.
        model: Name, version and digest of the model.
        timings_ms: Milliseconds that each stage took.
        error: Why there are no boxes, where failures are kept.
        picture: What it was found in, for ``plot`` and ``save``.
    """

    boxes: tuple[Box, ...] = ()
    width: int | None = None
    height: int | None = None
    name: str = ""
    frame: int | None = None
    seconds: float | None = None
    model: Mapping[str, str] = field(default_factory=dict, repr=False)
    timings_ms: Mapping[str, float] = field(default_factory=dict, repr=False)
    error: Failure | None = None
    picture: "Picture | None" = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.boxes)

    def __iter__(self) -> Iterator[Box]:
        return iter(self.boxes)

    @overload
    def __getitem__(self, index: int) -> Box: ...
    @overload
    def __getitem__(self, index: slice) -> "Result": ...
    def __getitem__(self, index: int | slice) -> "Box | Result":
        if isinstance(index, slice):
            return replace(self, boxes=self.boxes[index])
        return self.boxes[index]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result):
            return NotImplemented
        return (self.boxes, self.error) == (other.boxes, other.error)

    def __hash__(self) -> int:
        return hash((self.boxes, self.error))

    def __repr__(self) -> str:
        return f"<Result {self._heading()}>"

    def __str__(self) -> str:
        rows = (
            f"{box.name:<16} {box.confidence:>6.3f} {box.xmin:>6} {box.ymin:>6}"
            f" {box.xmax:>6} {box.ymax:>6}"
            for box in self.boxes
        )
        return "\n".join((self._heading(), *rows))

    def _heading(self) -> str:
        size = f"{self.width} x {self.height}" if self.width else ""
        frame = "" if self.frame is None else f"frame {self.frame}"
        what = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        found = f"failed, {self.error.message}" if self.error else what or "nothing found"
        place = ", ".join(part for part in (self.name, frame, size) if part)
        return f"{place}: {found}" if place else found

    @property
    def counts(self) -> dict[str, int]:
        """How many objects there are of each class, the best class first."""
        return dict(Counter(box.name for box in self.boxes))

    def filter(
        self, *, classes: Classes | None = None, threshold: float = 0.0, min_area: int = 0
    ) -> "Result":
        """Keeps some of the boxes.

        Args:
            classes: Names, in any case, or ids of the classes to keep; all when None.
            threshold: Least confidence.
            min_area: Least area in pixels.
        """
        wanted = None if classes is None else {word.lower() for word in words_of(classes)}
        kept = (
            box
            for box in self.boxes
            if (wanted is None or not wanted.isdisjoint((box.name.lower(), str(box.class_id))))
            and box.confidence >= threshold
            and box.area >= min_area
        )
        return replace(self, boxes=tuple(kept))

    def agreement(self, other: Sequence[Box], iou: float = 0.5) -> Agreement:
        """Compares with another result of the same picture: a box is found again by class and IoU.

        Args:
            other: The other result.
            iou: Least overlap of two boxes that are one object.
        """
        return compare(self.boxes, tuple(other), iou)

    def without_picture(self) -> "Result":
        """The same without its picture: what to keep of many frames, or to send elsewhere."""
        return replace(self, picture=None)

    def plot(self, picture: "Source | None" = None) -> "Image":
        """Draws the boxes on the picture, at its full size.

        Args:
            picture: What to draw on, where the result has no picture of its own.

        Returns:
            A Pillow image.

        Raises:
            ValueError: There is no picture, or it is not the one of this result.
        """
        from .drawing import plotted

        return plotted(self.boxes, (self.width, self.height), self._source(picture))

    def save(self, path: str | PathLike[str], picture: "Source | None" = None) -> Path:
        """Writes the picture with its boxes, as JPEG or PNG by the name's ending.

        Args:
            path: Where to: ``.jpg``, ``.jpeg`` or ``.png``.
            picture: As for ``plot``.

        Returns:
            The path.

        Raises:
            ValueError: As from ``plot``, or another ending.
            OSError: The file cannot be written.
        """
        from .drawing import saved

        return saved(self.boxes, (self.width, self.height), self._source(picture), Path(path))

    def _source(self, picture: "Source | None") -> "Picture | None":
        if picture is None:
            return self.picture
        from .picture import picture_of

        return picture_of(picture)

    def to_dict(self) -> dict[str, object]:
        """What the function answers with ``format=full``; number and time of a frame, too."""
        if self.error:
            return {"error": {"code": self.error.code, "message": self.error.message}}
        told: dict[str, object] = {}
        if self.width and self.height:
            told["image"] = {"width": self.width, "height": self.height}
        if self.model:
            told["model"] = dict(self.model)
        told["detections"] = [box.to_dict() for box in self.boxes]
        if self.timings_ms:
            told["timings_ms"] = {key: round(spent, 3) for key, spent in self.timings_ms.items()}
        if self.frame is not None:
            told |= {"frame": self.frame, "seconds": self.seconds}
        return told

    def to_json(self) -> str:
        """What the function answers: an array of objects, or the error."""
        found = [box.to_dict() for box in self.boxes]
        return json.dumps(self.to_dict() if self.error else found, ensure_ascii=False)

    @classmethod
    def from_json(cls, reply: object, picture: "Source | None" = None) -> "Result":
        """Makes a result of the function's reply, of ``format=json`` or ``format=full``.

        Args:
            reply: Its text or bytes, or what a JSON reader made of them; of a batch, one entry.
            picture: The picture that was sent, for ``plot`` and ``save``.

        Raises:
            ValueError: It is no such reply, or tells of an error.
        """
        read = read_reply(reply)
        width, height = read.size or (None, None)
        made = cls(
            read.boxes, width, height, model=read.model, timings_ms=read.timings_ms,
            error=read.error,
        )  # fmt: skip
        source = made._source(picture)
        return replace(made, picture=source, name=source.name if source else "")

    def to_coco(self, image_id: int) -> list[dict[str, object]]:
        """The boxes as COCO's result format has them.

        Args:
            image_id: The picture's id in the data set.
        """
        from .conversions import to_coco

        return to_coco(self.boxes, image_id)

    def to_pandas(self) -> "DataFrame":
        """A table of the boxes, a row each; needs the extra ``pandas``.

        Raises:
            ImportError: pandas is not installed; the message says how.
        """
        from .conversions import to_pandas

        return to_pandas(self.boxes)

    def to_supervision(self) -> "Detections":
        """The boxes as the library supervision takes them; needs the extra ``supervision``.

        Raises:
            ImportError: It is not installed; the message says how.
        """
        from .conversions import to_supervision

        return to_supervision(self.boxes)
