"""What can keep a benchmark from being measured."""


class BenchmarkError(Exception):
    """A benchmark could not be measured.

    Attributes:
        code: Always ``benchmark_failed``.
        message: One line: what happened and what to do.
    """

    code = "benchmark_failed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class CannotMeasure(BenchmarkError):
    """Something a benchmark needs is not installed here; the others go on."""

    code = "cannot_measure"
