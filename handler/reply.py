"""Detections to bytes: JSON, the original DCF strings, or a drawn picture."""

import json
from collections.abc import Mapping
from typing import cast, get_args

import msgspec

from .errors import PayloadError
from .options import Options
from .rooms import Answer, Detections, Detector, DetectorError, Inspected, PictureFormat

PICTURE_FORMATS = get_args(PictureFormat)
JSON_TYPE = "application/json"
# The name that JPEG doesn't have comes last: only who writes it gets it.
_OFFERS = {JSON_TYPE: "json", "image/jpeg": "jpeg", "image/png": "png", "image/jpg": "jpeg"}
Failure = DetectorError | PayloadError


class Reply(msgspec.Struct, frozen=True):
    """What the function answers; the watcher reads these attributes by name.

    Attributes:
        body: The bytes of the answer.
        content_type: Its media type.
        timings_ms: Milliseconds a stage took.
        headers: Further HTTP headers.
        status: HTTP status.
    """

    body: bytes
    content_type: str = JSON_TYPE
    timings_ms: Mapping[str, float] = msgspec.field(default_factory=dict)
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    status: int = 200


def choose_format(options: Options, accept: str) -> str:
    """Decides what a call is answered with.

    Args:
        options: Its options; ``format`` wins.
        accept: Its Accept header, perhaps empty.

    Returns:
        One of the formats of ``options.FORMATS``. A picture only where it is asked for by name, or
        preferred over JSON.
    """
    if options.format is not None:
        return options.format
    accept = accept.lower()
    if "image/" not in accept:
        return "json"
    # Imported when a picture may be meant: most calls want JSON. The package first, as a whole: two
    # threads that import parts of it at once, of which one is the watcher's, see it half made.
    import werkzeug  # noqa: F401 # pylint: disable=unused-import # as said
    from werkzeug.datastructures import MIMEAccept
    from werkzeug.http import parse_accept_header

    accepted = parse_accept_header(accept, MIMEAccept)
    # A picture has no parameters, and what has some would match nothing.
    types = MIMEAccept([(item.partition(";")[0].strip(), quality) for item, quality in accepted])
    best = types.best_match(_OFFERS, JSON_TYPE)
    return _OFFERS[best]


def describe_model(detector: Detector, model_id: str) -> dict[str, str]:
    """What replies say of the model.

    Args:
        detector: It.
        model_id: What it is called where it is kept; may be empty.

    Returns:
        Its id, where it has one, and its bundle's name, version and digest.
    """
    manifest = detector.bundle.manifest
    named = {"id": model_id} if model_id else {}
    return {
        **named,
        "name": manifest.name,
        "version": manifest.version,
        "digest": detector.bundle.digest,
    }


def title_of(model: Mapping[str, str]) -> str:
    """A model in a few characters that a header can hold: which it is, and its digest's beginning.

    Args:
        model: What ``describe_model`` returned.
    """
    name = model.get("id") or f"{model['name']}@{model['version']}"
    plain = "".join(each if " " <= each <= "~" else "?" for each in name)
    return f"{plain} ({model['digest'][:12]})"


def describe(answer: Answer, model: Mapping[str, str], wanted: str) -> object:
    """Puts one picture's detections in the words of a JSON format.

    Args:
        answer: What was found.
        model: What found it, as ``describe_model`` returned it.
        wanted: ``json``, ``dcf`` or ``full``.

    Returns:
        Lists, dictionaries, numbers and strings, ready for JSON.
    """
    detections = answer.detections
    if wanted == "dcf":
        return _dcf_objects(detections)
    if wanted == "json":
        return detections.objects()
    used = {} if answer.tiles is None else {"tiles": answer.tiles}
    return {
        "image": {"width": detections.width, "height": detections.height},
        "model": model,
        **used,
        "detections": detections.objects(),
        "timings_ms": {stage: round(spent, 3) for stage, spent in answer.timings_ms.items()},
    }


def describe_failure(error: Failure, index: int) -> dict[str, object]:
    """What stands in a batch for the picture that failed."""
    return {"error": {"code": error.code, "message": error.message, "index": index}}


def json_reply(document: object, timings_ms: Mapping[str, float]) -> Reply:
    """Makes a reply of what ``describe`` returned."""
    return Reply(json.dumps(document, ensure_ascii=False).encode(), JSON_TYPE, timings_ms)


def picture_reply(picture: Inspected, answer: Answer, detector: Detector, wanted: str) -> Reply:
    """Makes a reply that is the picture with its detections drawn.

    Args:
        picture: The picture as it was inspected.
        answer: What was found in it.
        detector: What found it.
        wanted: One of ``PICTURE_FORMATS``.

    Returns:
        The drawn picture, at full size.
    """
    drawn = detector.draw(picture, answer.detections, cast("PictureFormat", wanted))
    return Reply(drawn, f"image/{wanted}", answer.timings_ms)


def _dcf_objects(detections: Detections) -> list[dict[str, str]]:
    """The reply of the original DCF example: every value a string, pixels cut to integers."""
    edges = detections.boxes.astype(int).tolist()
    return [
        {
            "class": str(class_id),
            "confidence": str(score),
            "xmin": str(xmin),
            "ymin": str(ymin),
            "xmax": str(xmax),
            "ymax": str(ymax),
        }
        for class_id, score, (ymin, xmin, ymax, xmax) in zip(
            detections.class_ids, detections.scores, edges, strict=True
        )
    ]
