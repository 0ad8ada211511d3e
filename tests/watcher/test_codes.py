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
    def __init__(self, code, message):
        super().__init__("secret")
        self.code, self.message = code, message


@pytest.mark.parametrize(
    "error",
    [ValueError("secret"), Odd("nope", "m"), Odd("timeout", None), Odd(400, "m"), SystemExit(3)],
)
def test_anything_without_a_row_is_the_handlers_error_and_keeps_its_text(error):
    assert codes.code_of(error) == "handler_error"
    assert codes.message_of(error, "id-1") == "the handler failed, call id id-1"


def test_a_known_code_keeps_its_message_in_one_line():
    error = Odd("bad_option", "threshold is 2;\n it must be 0 to 1")
    assert codes.code_of(error) == "bad_option"
    assert codes.message_of(error, "x") == "threshold is 2; it must be 0 to 1"
