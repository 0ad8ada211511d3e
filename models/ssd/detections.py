"""What a detector answers: classes, confidences and boxes of one image."""

import msgspec
import numpy as np
import numpy.typing as npt


class Detections(msgspec.Struct, frozen=True):
    """The objects found in one image, best first.

    Attributes:
        names: Class name of each of the K objects.
        class_ids: int64 ``[K]``.
        scores: float32 ``[K]``: confidences, 0..1, descending.
        boxes: float32 ``[K, 4]``: ymin, xmin, ymax, xmax in pixels of the image as sent and turned
            by its EXIF orientation, inside ``[0, height] x [0, width]``, of positive size.
        height: Height of that image in pixels.
        width: Width of that image in pixels.
    """

    names: tuple[str, ...]
    class_ids: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]
    boxes: npt.NDArray[np.float32]
    height: int
    width: int

    def __len__(self) -> int:
        return len(self.names)

    def pixels(self) -> npt.NDArray[np.int64]:
        """The boxes in whole pixels: the smallest that cover each box.

        Returns:
            int64 ``[K, 4]``: ymin, xmin, ymax, xmax, half-open, with ymin < ymax and xmin < xmax.
        """
        ends = np.array([self.height, self.width])
        low = np.clip(np.floor(self.boxes[:, :2]), 0, ends - 1)
        high = np.clip(np.ceil(self.boxes[:, 2:]), low + 1, ends)
        return np.concatenate([low, high], axis=1).astype(np.int64)

    def objects(self) -> list[dict[str, object]]:
        """The detections as plain values, ready for JSON.

        Returns:
            One dictionary an object, best first: ``class`` (name), ``class_id``, ``confidence``
            (0..1), ``xmin``, ``ymin``, ``xmax``, ``ymax`` (whole pixels, see ``pixels``).
        """
        return [
            {
                "class": name,
                "class_id": int(class_id),
                # The shortest decimal that is this float32, not its long double expansion.
                "confidence": float(str(score)),
                "xmin": xmin,
                "ymin": ymin,
                "xmax": xmax,
                "ymax": ymax,
            }
            for name, class_id, score, (ymin, xmin, ymax, xmax) in zip(
                self.names, self.class_ids, self.scores, self.pixels().tolist(), strict=True
            )
        ]
