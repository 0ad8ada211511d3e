"""What a row of the table of routes says of itself."""

import pytest

from dcf.gateway.rest.route import JSON, TEXT, Answer, Route, json_of, nothing, text
from dcf.gateway.routes import ROUTES


async def handler(_door, _request):
    raise AssertionError


@pytest.mark.parametrize(
    ("path", "guarded", "is_call"),
    [
        ("/function/{name}", False, True),
        ("/function/{name:[^/]+}{path:.*}", False, True),
        ("/system/function/{name}", True, False),
        ("/healthz", False, False),
        ("/{digest}", False, False),
    ],
)
def test_a_call_names_a_function_and_needs_no_password(path, guarded, is_call):
    assert Route("GET", path, handler, "", {}, guarded=guarded).is_call is is_call


def test_the_table_has_calls_at_three_doors():
    """Connections above the limit get 503 there, and are answered everywhere else."""
    paths = {each.path.split("{")[0] for each in ROUTES if each.is_call}
    assert paths == {"/function/", "/async-function/", "/openfx/function/"}


def test_answers_say_their_media():
    assert json_of(int) == Answer("done", int, JSON)
    assert text("no such function") == Answer("no such function", None, TEXT)
    assert nothing("done") == Answer("done", None, "")
