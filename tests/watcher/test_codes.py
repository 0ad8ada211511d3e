import grpc
import pytest

from watcher import codes, errors

# design: what came -> HTTP, gRPC
ROWS = {
    "empty_input": (400, "INVALID_ARGUMENT"),
    "not_an_image": (400, "INVALID_ARGUMENT"),
    "bad_base64": (400, "INVALID_ARGUMENT"),
    "truncated_image": (400, "INVALID_ARGUMENT"),
    "unsupported_format": (415, "INVALID_ARGUMENT"),
    "too_many_pixels": (413, "INVALID_ARGUMENT"),
    "too_costly": (413, "INVALID_ARGUMENT"),
    "body_too_large": (413, "RESOURCE_EXHAUSTED"),
    "bad_option": (400, "INVALID_ARGUMENT"),
    "overloaded": (429, "RESOURCE_EXHAUSTED"),
    "not_ready": (503, "UNAVAILABLE"),
    "timeout": (504, "DEADLINE_EXCEEDED"),
    "handler_error": (500, "INTERNAL"),
}


def test_the_table_has_every_row_of_the_design():
    assert {code: tuple(codes.STATUSES[code]) for code in ROWS} == ROWS


@pytest.mark.parametrize("code", codes.STATUSES)
def test_every_status_exists(code):
    assert grpc.StatusCode[codes.STATUSES[code].grpc]
    assert 400 <= codes.STATUSES[code].http <= 599


def test_every_call_error_of_this_room_has_a_row():
    def leaves(kind):
        for sub in kind.__subclasses__():
            yield sub
            yield from leaves(sub)

    assert {kind.code for kind in leaves(errors.CallError)} <= set(codes.STATUSES)


class Odd(Exception):
    def __init__(self, code, message, status=None):
        super().__init__("secret")
        self.code, self.message, self.status = code, message, status


@pytest.mark.parametrize(
    "error",
    [
        ValueError("secret"), Odd("nope", "m"), Odd("timeout", None), Odd(400, "m"), SystemExit(3),
        Odd("nope", "m", 200), Odd("nope", "m", 600), Odd("nope", "m", "404"), Odd("", "m", 404),
        Odd("No such", "m", 404), Odd("a" * 65, "m", 404), Odd(404, "m", 404), Odd("a", None, 404),
    ],
)  # fmt: skip
def test_anything_without_a_row_or_a_status_is_the_handlers_error(error):
    assert codes.code_of(error) == "handler_error"


def test_a_known_code_keeps_its_message_in_one_line():
    error = Odd("bad_option", "threshold is 2;\n it must be 0 to 1")
    assert codes.code_of(error) == "bad_option"
    assert codes.message_of(error) == "threshold is 2; it must be 0 to 1"


@pytest.mark.parametrize(
    ("status", "grpc_status"),
    [
        (400, "INVALID_ARGUMENT"), (401, "UNAUTHENTICATED"), (403, "PERMISSION_DENIED"),
        (404, "NOT_FOUND"), (409, "ABORTED"), (412, "FAILED_PRECONDITION"),
        (422, "INVALID_ARGUMENT"), (429, "RESOURCE_EXHAUSTED"), (500, "INTERNAL"),
        (501, "UNIMPLEMENTED"), (503, "UNAVAILABLE"), (504, "DEADLINE_EXCEEDED"), (599, "INTERNAL"),
    ],
)  # fmt: skip
def test_a_code_of_the_handlers_own_travels_by_its_status(status, grpc_status):
    error = Odd("no_such_cat", "there is no cat of that name", status)
    assert codes.code_of(error) == "no_such_cat"
    own = codes.own_status_of(error)
    assert tuple(codes.status_of("no_such_cat", own)) == (status, grpc_status)
    assert grpc.StatusCode[grpc_status]


def test_a_row_of_the_table_is_stronger_than_a_status():
    error = Odd("bad_option", "m", 418)
    assert codes.status_of(codes.code_of(error), codes.own_status_of(error)).http == 400
