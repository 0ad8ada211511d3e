"""What of an environment names attachments."""

import pytest

from dcf.attachment import attachments_of, check_attachments
from dcf.errors import ArchiveError
from dcf.providers.placement import FunctionSpec

DIGEST = "0123456789abcdef" * 4
VALUE = f"attachment:sha256:{DIGEST}"


def test_any_variable_may_name_one_and_other_values_are_left_alone():
    env = {"MODEL_BUNDLE": VALUE, "A": "b", "URL": "http://attachment:sha256/", "EMPTY": ""}
    assert attachments_of(env) == {"MODEL_BUNDLE": DIGEST}


@pytest.mark.parametrize(
    "value",
    ["attachment:", "attachment:sha256:", f"attachment:md5:{DIGEST}", f"{VALUE}0", VALUE.upper()
     .replace("ATTACHMENT:SHA256", "attachment:sha256"), f"{VALUE}\n"],
)  # fmt: skip
def test_one_that_is_cut_or_misspelt_is_refused_by_its_variable(value):
    with pytest.raises(ArchiveError, match="variable 'M' names no attachment"):
        attachments_of({"M": value})


def test_a_missing_one_is_named_with_where_it_goes():
    with pytest.raises(ArchiveError, match=f"'M' names .* PUT it to /system/attachments/{DIGEST}"):
        check_attachments({"M": VALUE}, lambda digest: False)
    check_attachments({"M": VALUE}, lambda digest: digest == DIGEST)


def test_what_a_revision_needs_are_its_code_and_its_attachments():
    spec = FunctionSpec("f", "archive:sha256:0", env={"M": VALUE, "N": VALUE, "A": "b"})
    assert spec.contents == {"archive:sha256:0", VALUE}
