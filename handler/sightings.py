"""What becomes of an answered picture besides its answer: it is counted, and perhaps kept."""

from collections.abc import Iterator, Mapping

from .counts import Counts, Series
from .errors import PayloadError
from .picture import Picture
from .rooms import Answer, Settings
from .sample_settings import read_sample_settings


class Sightings:
    """Takes every picture that was answered.

    Args:
        environ: Settings of the function.
        usual: What a call gets that asks for nothing else.
        model: What is served, as labels.
        title: The same in a few characters.

    Raises:
        SettingError: A setting is out of range, or samples cannot be kept where it says.
    """

    def __init__(
        self, environ: Mapping[str, str], usual: Settings, model: Mapping[str, str], title: str
    ) -> None:
        self._counts, self._samples = Counts(usual, model), None
        if kept := read_sample_settings(environ):
            from .samples import Samples  # hardly anybody keeps any, and starts are felt

            self._samples = Samples(kept, title)

    def add(self, picture: Picture | PayloadError, answer: Answer, settings: Settings) -> None:
        """Takes a picture.

        Args:
            picture: As it was sent.
            answer: What was found in it.
            settings: What the call asked for.
        """
        self._counts.add(answer, settings)
        if self._samples and isinstance(picture, Picture):
            self._samples.offer(picture.encoded, picture.format, answer.detections)

    def series(self) -> Iterator[Series]:
        """The counts as the watcher takes them from a handler."""
        return self._counts.series()
