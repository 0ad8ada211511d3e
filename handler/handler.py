"""The function: a picture in, classes, boxes and confidences out.

``Handler()`` loads the model once; every call after that only answers.
"""

import os
from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from .call import read_body, read_query
from .errors import BadBase64, BadOption, PayloadError
from .options import (
    DAMAGED,
    FORMATS,
    OPTION_RANGES,
    TILES_ALLOWED,
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
    describe_model,
    json_reply,
    picture_reply,
    title_of,
)
from .rooms import (
    Allowance,
    Answer,
    Detector,
    DetectorError,
    Inspected,
    Settings,
    TruncatedImage,
)
from .sample_settings import told_settings
from .sightings import Sightings
from .work import check_looks, check_work

_QUESTIONS = {"GET", "HEAD", "OPTIONS"}


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
        self._model = describe_model(self._detector, settings.model_id)
        serves = title_of(self._model)
        self._headers = {"X-Model": serves}
        told = {**self._model, "precision": self._detector.bundle.manifest.precision}
        self._seen = Sightings(environ, self._default_settings, told, serves)
        self.info: dict[str, object] = {
            "serves": serves,
            "model": told,
            "settings": told_settings(environ),
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
        try:
            return replace(self._answer(request), headers=self._headers)
        except (DetectorError, PayloadError) as error:
            vars(error)["headers"] = self._headers  # a refusal names the model, too
            raise

    def _answer(self, request: object) -> Reply:
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
            pictures = [
                self._try_inspect(each, settings, damaged=options.damaged)
                for each in payload.pictures
            ]
            check_looks(pictures, settings.tiles)
            check_work(request, body, pictures, wanted, self._allowance)
            return self._answer_batch(request, payload, pictures, (settings, wanted))
        (picture,) = payload.pictures
        inspected = self._inspect(picture, settings, damaged=options.damaged)
        if wanted in PICTURE_FORMATS:
            self._detector.check_drawable(inspected)
        check_work(request, body, [inspected], wanted, self._allowance)
        answer = self._detect(inspected, picture, settings, _waited_for(request))
        if wanted in PICTURE_FORMATS:
            return picture_reply(inspected, answer, self._detector, wanted)
        return json_reply(describe(answer, self._model, wanted), answer.timings_ms)

    def metrics(self) -> Iterable[tuple[object, ...]]:
        """What was seen so far, for the watcher's page of metrics."""
        return self._seen.series()

    def _inspect(
        self, picture: Picture | PayloadError, settings: Settings, *, damaged: bool
    ) -> Inspected:
        if isinstance(picture, PayloadError):
            raise picture
        try:
            whole = self._detector.inspect(picture.encoded, picture.format, damaged=damaged)
            return self._detector.plan(whole, settings)
        except TruncatedImage as error:
            raise _explained(error, picture) from error

    def _try_inspect(
        self, picture: Picture | PayloadError, settings: Settings, *, damaged: bool
    ) -> Inspected | Failure:
        try:
            return self._inspect(picture, settings, damaged=damaged)
        except (DetectorError, PayloadError) as error:
            return error.with_traceback(None)  # its frames hold the picture

    def _answer_batch(
        self,
        request: object,
        payload: Payload,
        pictures: list[Inspected | Failure],
        how: tuple[Settings, str],
    ) -> Reply:
        settings, wanted = how
        whole = [picture for picture in pictures if isinstance(picture, Inspected)]
        answers = iter(self._detector.detect_batch(whole, settings, _waited_for(request)))
        entries, spent = [], dict[str, float]()
        for index, picture in enumerate(pictures):
            outcome = next(answers) if isinstance(picture, Inspected) else picture
            if isinstance(outcome, Answer):
                self._seen.add(payload.pictures[index], outcome, settings)
                entries.append(describe(outcome, self._model, wanted))
                for stage, cost in outcome.timings_ms.items():
                    spent[stage] = spent.get(stage, 0.0) + cost
            else:
                failure = _explained(outcome, payload.pictures[index])
                entries.append(describe_failure(failure, index))
        return json_reply(entries, spent)

    def _detect(
        self,
        inspected: Inspected,
        picture: Picture | PayloadError,
        settings: Settings,
        wanted: Callable[[], bool],
    ) -> Answer:
        try:
            answer = self._detector.detect(inspected, settings, wanted)
        except TruncatedImage as error:
            raise _explained(error, picture) from error
        self._seen.add(picture, answer, settings)
        return answer

    def _settings(self, options: Options) -> Settings:
        """Lays a call's options over the model's own defaults."""
        if options is self._options:
            return self._default_settings
        return self._merge(options)

    def _merge(self, options: Options) -> Settings:
        defaults = self._detector.defaults
        chosen = {
            name: value
            for name in (*OPTION_RANGES, "tiles")
            if (value := getattr(options, name)) is not None
        }
        # An unknown class is one mistake of the call, not one of each picture; and however many
        # words a call names its classes by, each picture looks up every class at most once.
        labels = self._detector.bundle.labels
        classes = (str(labels.class_ids[column]) for column in labels.columns(options.classes))
        return replace(defaults, **chosen, classes=tuple(classes))

    def _usage(self) -> dict[str, object]:
        """What a person sees who opens the function's address."""
        return {
            "usage": "POST an image: raw, base64, a data URI, a form field `image`, or JSON "
            '{"image": base64}. The answer is a list of class, class_id, confidence, xmin, ymin, '
            "xmax, ymax.",
            "example": "curl --data-binary @img.jpg URL",
            "options": {
                "format": ", ".join(FORMATS),
                **OPTION_RANGES,
                "classes": "names separated by commas",
                "tiles": TILES_ALLOWED,
                "damaged": " or ".join(DAMAGED),
            },
            "model": self._model,
            "classes": list(self._detector.bundle.labels.names),
        }


def _waited_for(request: object) -> Callable[[], bool]:
    """What tells, while a call is answered, whether anybody still waits for it."""
    turn = getattr(request, "turn", None)
    return lambda: not getattr(turn, "expired", False)


def _explained(error: Failure, picture: Picture | PayloadError) -> Failure:
    """Says that base64 was cut where that is why a picture ends early."""
    cut = isinstance(picture, Picture) and picture.maybe_cut
    if cut and isinstance(error, TruncatedImage):
        return BadBase64("the base64 is cut: send it whole, as `base64 FILE` writes it")
    return error


__all__ = ["DetectorError", "Handler", "PayloadError"]
