"""The function: a picture in, classes, boxes and confidences out.

``Handler()`` loads the model once; every call after that only answers.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from .call import Body, read_body, read_query
from .errors import BadBase64, BadOption, Deferred, PayloadError, TooCostly
from .options import (
    DAMAGED,
    FORMATS,
    OPTION_RANGES,
    SETTINGS,
    Options,
    parse_options,
    read_settings,
)
from .payload import Payload, read_payload
from .picture import Picture
from .reply import (
    PICTURE_FORMATS,
    Failure,
    Reply,
    choose_format,
    describe,
    describe_failure,
    json_reply,
    picture_reply,
)
from .rooms import (
    Allowance,
    Answer,
    Detector,
    DetectorError,
    Inspected,
    Settings,
    TruncatedImage,
    drawing_ms,
)

_QUESTIONS = {"GET", "HEAD", "OPTIONS"}
# Milliseconds that a picture takes after it is decoded, by the embedded model and rather too much.
_PICTURE_MS = 12.0
# A call of more is long. Sixteen callers of the longest short ones keep the next waiting for a
# second and a half on two processors.
_LONG_MS = 200.0


class Handler:
    """Detects objects in the pictures of a call.

    Args:
        environ: Settings of the function; the process's environment when None.

    Raises:
        SettingError: A setting is out of range.
        BundleError: The model cannot be trusted or used.

    Attributes:
        info: What is served, for whoever asks the process.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        environ = os.environ if environ is None else environ
        settings = read_settings(environ)
        self._options = settings.options
        self._max_body = settings.max_body
        self._allowance = Allowance(settings.max_memory, settings.max_milliseconds)
        self._detector = Detector(settings.bundle, settings.max_pixels, allowance=self._allowance)
        self._default_settings = self._merge(self._options)
        # One real inference, so that the first call is as fast as the next.
        self._detector.warm()
        manifest = self._detector.bundle.manifest
        self.info: dict[str, object] = {
            "model": {
                "name": manifest.name,
                "version": manifest.version,
                "precision": manifest.precision,
                "digest": self._detector.bundle.digest,
            },
            "settings": {row.name: environ.get(row.name, row.default) for row in SETTINGS},
        }

    def __call__(self, request: object) -> Reply:
        """Answers one call.

        Args:
            request: Anything with ``input`` (bytes); ``query``, ``accept``, ``headers`` and
                ``method`` are used where it has them.

        Returns:
            The reply.

        Raises:
            PayloadError: Nothing usable was sent, or an option is wrong.
            DetectorError: The picture is not usable.
        """
        body = read_body(request, self._max_body)
        if not body.content and getattr(request, "method", "POST") in _QUESTIONS:
            return json_reply(self._usage(), {})
        payload = read_payload(body.content)
        options = parse_options(payload.fields, self._options)
        options = parse_options(read_query(request), options)
        wanted = choose_format(options, getattr(request, "accept", "") or "")
        settings = self._settings(options)
        if payload.batch and wanted in PICTURE_FORMATS:
            raise BadOption("a batch cannot be answered with a picture: send one image at a time")
        if payload.batch:
            pictures = [self._try_inspect(each, options) for each in payload.pictures]
            self._check_work(request, body, pictures, wanted)
            return self._answer_batch(request, payload, pictures, (settings, wanted))
        (picture,) = payload.pictures
        inspected = self._inspect(picture, options)
        if wanted in PICTURE_FORMATS:
            self._detector.check_drawable(inspected)
        self._check_work(request, body, [inspected], wanted)
        answer = self._detect(inspected, picture, settings)
        if wanted in PICTURE_FORMATS:
            return picture_reply(inspected, answer, self._detector, wanted)
        return json_reply(describe(answer, self._detector, wanted), answer.timings_ms)

    def _inspect(self, picture: Picture | PayloadError, how: Options) -> Inspected:
        if isinstance(picture, PayloadError):
            raise picture
        try:
            return self._detector.inspect(picture.encoded, picture.format, damaged=how.damaged)
        except TruncatedImage as error:
            raise _explained(error, picture) from error

    def _try_inspect(self, picture: Picture | PayloadError, how: Options) -> Inspected | Failure:
        try:
            return self._inspect(picture, how)
        except (DetectorError, PayloadError) as error:
            return error.with_traceback(None)  # its frames hold the picture

    def _check_work(
        self, request: object, body: Body, pictures: Sequence[Inspected | Failure], wanted: str
    ) -> None:
        """Refuses a call that would take too long, and sets one apart that will take long.

        Raises:
            TooCostly: Its pictures together are too much work.
            Deferred: It is long, and whoever runs calls can run it apart.
        """
        good = [picture for picture in pictures if isinstance(picture, Inspected)]
        work = sum(picture.cost.milliseconds + _PICTURE_MS for picture in good)
        if wanted in PICTURE_FORMATS:
            work += sum(drawing_ms(each.header, wanted) for each in good)
        most = self._allowance.milliseconds_of(body.size)
        # Zeros pack a thousandfold: what came packed may take no more than what comes as it is.
        packed = body.size < len(body.content)
        memory = len(body.content) + max((each.cost.memory for each in good), default=0)
        if packed and memory > (allowed := self._allowance.memory_of(body.size)):
            raise TooCostly(
                f"the call takes {memory:,.0f} bytes of memory unpacked, at most {allowed:,.0f} "
                "are allowed for a body of this size: send it without Content-Encoding"
            )
        if work > most and (packed or len(pictures) > 1 or wanted in PICTURE_FORMATS):
            raise TooCostly(
                f"the call is about {work:,.0f} milliseconds of work, at most {most:,.0f} are "
                "allowed for a body of this size: send fewer or smaller images in one "
                "call, or raise MAX_CALL_MILLISECONDS"
            )
        long = work > _LONG_MS or any(picture.alone for picture in good)
        if long and getattr(getattr(request, "turn", None), "may_defer", False):
            raise Deferred("too many calls with much work are waiting; try again in a second")

    def _answer_batch(
        self,
        request: object,
        payload: Payload,
        pictures: list[Inspected | Failure],
        how: tuple[Settings, str],
    ) -> Reply:
        settings, wanted = how
        turn = getattr(request, "turn", None)
        whole = [picture for picture in pictures if isinstance(picture, Inspected)]
        answers = iter(
            self._detector.detect_batch(
                whole, settings, lambda: not getattr(turn, "expired", False)
            )
        )
        entries, spent = [], dict[str, float]()
        for index, picture in enumerate(pictures):
            outcome = next(answers) if isinstance(picture, Inspected) else picture
            if isinstance(outcome, Answer):
                entries.append(describe(outcome, self._detector, wanted))
                for stage, cost in outcome.timings_ms.items():
                    spent[stage] = spent.get(stage, 0.0) + cost
            else:
                failure = _explained(outcome, payload.pictures[index])
                entries.append(describe_failure(failure, index))
        return json_reply(entries, spent)

    def _detect(
        self, inspected: Inspected, picture: Picture | PayloadError, settings: Settings
    ) -> Answer:
        try:
            return self._detector.detect(inspected, settings)
        except TruncatedImage as error:
            raise _explained(error, picture) from error

    def _settings(self, options: Options) -> Settings:
        """Lays a call's options over the model's own defaults."""
        if options is self._options:
            return self._default_settings
        return self._merge(options)

    def _merge(self, options: Options) -> Settings:
        defaults = self._detector.defaults
        chosen = {
            name: value for name in OPTION_RANGES if (value := getattr(options, name)) is not None
        }
        # An unknown class is one mistake of the call, not one of each picture; and however many
        # words a call names its classes by, each picture looks up every class at most once.
        labels = self._detector.bundle.labels
        classes = (str(labels.class_ids[column]) for column in labels.columns(options.classes))
        return replace(defaults, **chosen, classes=tuple(classes))

    def _usage(self) -> dict[str, object]:
        """What a person sees who opens the function's address."""
        manifest = self._detector.bundle.manifest
        return {
            "usage": "POST an image: raw, base64, a data URI, a form field `image`, or JSON "
            '{"image": base64}. The answer is a list of class, class_id, confidence, xmin, ymin, '
            "xmax, ymax.",
            "example": "curl --data-binary @img.jpg URL",
            "options": {
                "format": ", ".join(FORMATS),
                **OPTION_RANGES,
                "classes": "names separated by commas",
                "damaged": " or ".join(DAMAGED),
            },
            "model": {"name": manifest.name, "version": manifest.version},
            "classes": list(self._detector.bundle.labels.names),
        }


def _explained(error: Failure, picture: Picture | PayloadError) -> Failure:
    """Says that base64 was cut where that is why a picture ends early."""
    cut = isinstance(picture, Picture) and picture.maybe_cut
    if cut and isinstance(error, TruncatedImage):
        return BadBase64("the base64 is cut: send it whole, as `base64 FILE` writes it")
    return error


__all__ = ["DetectorError", "Handler", "PayloadError"]
