"""What a function may be called, for the command as for the gateway."""

import pytest

from dcf.errors import InvalidRequest
from dcf.function_name import MAX_NAME, is_function_name
from dcf.gateway.names import plain_name

NAMES = {
    "a": True, "a-b": True, "0": True, "a" * MAX_NAME: True, "a" * (MAX_NAME + 1): False,
    "": False, "-a": False, "a-": False, "A": False, "a_b": False, "a.b": False, "\u00e9": False,
    "a\n": False,
}  # fmt: skip


@pytest.mark.parametrize(("name", "is_one"), NAMES.items())
def test_names(name, is_one):
    assert is_function_name(name) == is_one


@pytest.mark.parametrize("name", [name for name, is_one in NAMES.items() if name and not is_one])
def test_init_refuses_what_deploy_refuses(dcf, tmp_path, name):
    with pytest.raises(InvalidRequest):
        plain_name(name)
    done = dcf("function", "init", "-r", "python3", "--", name, cwd=tmp_path)
    assert done.returncode == 1
    assert b"at most 63 characters" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_whole_is_taken_away_again(dcf, tmp_path):
    done = dcf("function", "init", "-r", "python3", "-f", "no/such/config.yaml", "f", cwd=tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
