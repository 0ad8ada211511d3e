"""Places for the names of boxes: inside the picture, near their boxes, never on one another."""

from collections.abc import Iterator

# How many lines a name may be moved away from its box, up or down: farther off nobody would know
# which box it is of.
_FARTHEST = 24
Edges = tuple[int, int, int, int]


class CaptionPlaces:
    """The places that captions of one height have taken in a picture.

    Args:
        height: Of the picture, in pixels.
        width: Likewise.
        line: Height of every caption.
    """

    def __init__(self, height: int, width: int, line: int) -> None:
        self._height = height
        self._width = width
        self._line = line
        # Left, top and right of each caption, by which line of the picture its top lies in: only
        # those of three lines can touch another.
        self._taken: dict[int, list[tuple[int, int, int]]] = {}

    def take(self, box: Edges, width: int) -> tuple[int, int] | None:
        """Takes the free place that is nearest to a box.

        Args:
            box: ymin, xmin, ymax, xmax of the box in pixels.
            width: Of the caption.

        Returns:
            Left and top of the caption; None where no place near the box is free.
        """
        if width > self._width or self._line > self._height:
            return None
        for left, top in self._candidates(box, width):
            if self._free(left, top, width):
                place = (left, top, left + width)
                self._taken.setdefault(top // self._line, []).append(place)
                return left, top
        return None

    def _candidates(self, box: Edges, width: int) -> Iterator[tuple[int, int]]:
        """On the box, in its upper edge, under it, in its lower edge; then line by line further."""
        ymin, xmin, ymax, xmax = box
        line, lowest, rightmost = self._line, self._height - self._line, self._width - width
        left, right = min(xmin, rightmost), max(0, min(xmax - width, rightmost))
        for top in (ymin - line, ymin, ymax, ymax - line):
            if 0 <= top <= lowest:
                yield left, top
                yield right, top
        inside = min(max(ymin, 0), lowest)
        for step in range(_FARTHEST):
            for top in (inside + step * line, inside - step * line):
                if 0 <= top <= lowest:
                    yield left, top

    def _free(self, left: int, top: int, width: int) -> bool:
        row = top // self._line
        for near in (row - 1, row, row + 1):
            for its_left, its_top, its_right in self._taken.get(near, ()):
                apart = left >= its_right or left + width <= its_left
                if not apart and abs(top - its_top) < self._line:
                    return False
        return True
