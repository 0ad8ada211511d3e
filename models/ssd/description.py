"""What a manifest tells of a model besides how to run it: what was measured, and where it is from.

Nothing here changes an answer, so that all of it is optional and open: fields of a newer release
are kept. Records are written without the fields that they lack.
"""

from typing import Any

import msgspec

from .open_record import OpenRecord
from .spec import require


class Difference(OpenRecord, frozen=True, kw_only=True):
    """A difference of mAP in points (0..100), with its interval from a paired bootstrap.

    Attributes:
        points: The difference on all images.
        low: Lower end of the interval.
        high: Upper end.
        level: Share of the draws inside the interval, 0..1.
        samples: Number of draws.
    """

    points: float
    low: float
    high: float
    level: float
    samples: int


class TrainedFigures(OpenRecord, frozen=True, kw_only=True):
    """What the network measured before it was exported, on the same pictures.

    Attributes:
        framework: What ran it.
        mean_precision: ``mAP``, 0..1.
        precision_50: ``AP50``.
        precision_75: ``AP75``.
        latency_ms: Median time of one picture, the network alone.
    """

    framework: str
    mean_precision: float = msgspec.field(name="mAP")
    precision_50: float = msgspec.field(name="AP50")
    precision_75: float = msgspec.field(name="AP75")
    latency_ms: float


class Metrics(OpenRecord, frozen=True, kw_only=True):
    """Measured figures, with what they were measured on.

    Attributes:
        mean_precision: ``mAP``: mean average precision as COCO defines it, 0..1.
        precision_50: ``AP50``: at overlap 0.50.
        precision_75: ``AP75``: at overlap 0.75.
        images: Number of images.
        data_set: What they are, for people.
        minus_float32: ``mAP_minus_float32``: what quantizing cost.
        latency_ms: Median time of one picture, decoding included, where it was measured.
        inference_ms: Median time of the network alone.
        trained: The same of the network that was exported.
        profile: What those pictures and the detections in them looked like, in histograms, as
            ``models/ssd/profile.py`` reads it.
    """

    mean_precision: float | None = msgspec.field(default=None, name="mAP")
    precision_50: float | None = msgspec.field(default=None, name="AP50")
    precision_75: float | None = msgspec.field(default=None, name="AP75")
    images: int | None = None
    data_set: str | None = None
    minus_float32: Difference | None = msgspec.field(default=None, name="mAP_minus_float32")
    latency_ms: float | None = None
    inference_ms: float | None = None
    trained: TrainedFigures | None = None
    profile: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        shares = {"mAP": self.mean_precision, "AP50": self.precision_50, "AP75": self.precision_75}
        for name, share in shares.items():
            require(share is None or 0 <= share <= 1, f"metrics.{name} must be 0..1, got {share}")
        require(self.images is None or self.images >= 1, "metrics.images must be 1 or more")


class SourceFile(OpenRecord, frozen=True, kw_only=True):
    """A file that weights were read from.

    Attributes:
        file: Its name, without a folder.
        bytes: Its length.
        sha256: SHA-256 of its content, hexadecimal.
        git_blob_sha1: What git calls that content, hexadecimal.
    """

    file: str
    bytes: int
    sha256: str
    git_blob_sha1: str | None = None


class Source(OpenRecord, frozen=True, kw_only=True):
    """Where the weights came from.

    Attributes:
        registry: Registry of the package they are published in.
        package: Its name.
        version: Its version.
        sha256: SHA-256 of the package, hexadecimal.
        file: The file in it.
        format: Format of the file.
        checkpoint: What the checkpoint is called.
        origin: Whether the files are known ones.
        files: The files as they were given.
    """

    registry: str | None = None
    package: str | None = None
    version: str | None = None
    sha256: str | None = None
    file: str | None = None
    format: str | None = None
    checkpoint: str | None = None
    origin: str | None = None
    files: tuple[SourceFile, ...] = ()


class Float16Weights(OpenRecord, frozen=True, kw_only=True):
    """A copy of the weights as float16.

    Attributes:
        file: Its path beside the bundle.
        sha256: SHA-256 of its content, hexadecimal.
        logit_rms_error: Root mean square error of the logits of a graph made from it.
    """

    file: str
    sha256: str
    logit_rms_error: float


class PhotoSource(OpenRecord, frozen=True, kw_only=True):
    """Where some of the calibration photos came from.

    Attributes:
        package: Package of the npm registry.
        version: Its version.
        sha256: SHA-256 of its tarball, hexadecimal.
        license: SPDX identifier of its licence.
        photos: Number of photos taken from it.
        of: Whose they are, where they are from no package.
    """

    package: str | None = None
    version: str | None = None
    sha256: str | None = None
    license: str | None = None
    photos: int
    of: str | None = None


class Calibration(OpenRecord, frozen=True, kw_only=True):
    """What an int8 network was calibrated with.

    Attributes:
        images: Number of photos.
        held_out: Number of other photos, which judged the result.
        sha256: SHA-256 of the photos' pixels, hexadecimal.
        packages: Where they came from.
    """

    images: int
    held_out: int | None = None
    sha256: str | None = None
    packages: tuple[PhotoSource, ...] = ()


class HeldOut(OpenRecord, frozen=True, kw_only=True):
    """How an int8 network's detections agree with the float one's on photos it never saw.

    Attributes:
        photos: Number of photos.
        threshold: Least confidence of a detection that counts.
        iou: Least overlap of a pair.
        float32_detections: Detections of the float network.
        int8_detections: Detections of the int8 network.
        matched: Pairs of one of each.
        logit_rms_error: Root mean square error of the logits that are worth an answer.
    """

    photos: int
    threshold: float
    iou: float
    float32_detections: int
    int8_detections: int
    matched: int
    logit_rms_error: float


class Training(OpenRecord, frozen=True, kw_only=True):
    """How the weights were learnt.

    Attributes:
        start: What they were at the start, for people.
        data_sha256: Digest of pictures and annotations, hexadecimal.
        pictures: Number of pictures that were learnt from.
        recipe_sha256: SHA-256 of the hyper-parameters' file, hexadecimal.
        seed: What everything drawn was drawn from.
        commit: Commit of the code; empty where it was none.
        backend: What Keras ran on.
    """

    start: str
    data_sha256: str
    pictures: int
    recipe_sha256: str
    seed: int
    commit: str
    backend: str


class Provenance(OpenRecord, frozen=True, kw_only=True):
    """Where the weights came from, and how they were converted.

    Attributes:
        source: Where they came from.
        anchors: The anchor set that they were trained with, where the network has several.
        conversion: How they were converted, for people.
        float16_weights: A copy of them.
        logit_rms_error: As in ``held_out``, of bundles that have no ``held_out``.
        calibration: What int8 was calibrated with.
        held_out: How int8 agrees with float32.
        training: How the weights were learnt, where that was done here.
    """

    source: Source | None = None
    anchors: str | None = None
    conversion: str | None = None
    float16_weights: Float16Weights | None = None
    logit_rms_error: float | None = None
    calibration: Calibration | None = None
    held_out: HeldOut | None = None
    training: Training | None = None
