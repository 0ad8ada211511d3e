"""The program that reads requirements: an empty answer, or a fault, whatever the file is."""

import pytest

from dcf.providers.process import requirement_check
from tests.dcf.providers.process.programs import answer_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("click\n--hash=sha256:0\n", ""), ("", ""), ("-r more.txt\n", ""),
        ("-r /etc/shadow\n", "requirements.txt"), ("-e ../../outside\n", "requirements.txt"),
    ],
    ids=["fine", "empty", "inside", "absolute", "outside"],
)  # fmt: skip
def test_what_leads_out_is_a_fault(tmp_path, text, words):
    (tmp_path / "requirements.txt").write_text(text)
    (tmp_path / "more.txt").write_text("click\n")
    file = tmp_path / "requirements.txt"
    answer = answer_of("-m", requirement_check.__name__, tmp_path, file)
    assert set(answer) == ({"fault"} if words else set())
    assert words in answer.get("fault", "")


COSTLY = """
import pathlib
from dcf.providers.process import requirement_check
requirement_check.refuse_outside = lambda folder, requirements: bytearray(1 << 31)
requirement_check.main(pathlib.Path("code"), pathlib.Path("code/requirements.txt"))
"""


def test_a_file_that_costs_too_much_is_a_fault():
    assert answer_of("-c", COSTLY) == {
        "fault": "requirements.txt is not installed: reading it took over 512 MiB of memory"
    }
