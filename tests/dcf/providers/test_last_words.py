"""The reason of an end is one line a person can read."""

import pytest

from dcf.providers.last_words import last_words


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        (["2026-11-21T10:00:00Z ERROR no handler"], 1, "no handler"),
        (["2026-11-21T10:00:00Z ERROR no handler\\nTraceback ...\\n"], 1, "no handler"),
        (["2026-11-21T10:00:00Z ERROR no handler", "Traceback", "KeyError: 1"], 1, "no handler"),
        (["2026-11-21T10:00:00Z INFO up", "Segmentation fault"], -11, "Segmentation fault"),
        (['{"level": "error", "message": "no handler\\nTraceback"}'], 1, "no handler"),
        (["{not json"], 1, "{not json"),
        ([], -9, "killed by SIGKILL"),
        ([], 3, "exit status 3"),
    ],
    ids=["text", "escaped", "traceback", "no-error", "json", "broken-json", "signal", "silent"],
)
def test_reason(lines, code, words):
    assert last_words(lines, code) == words
