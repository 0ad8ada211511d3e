"""Who else could read or change the state: tightened where that is ours, else refused."""

import os
import stat

import pytest

from dcf.errors import CannotStart
from dcf.providers.process.privacy import check_parents, tighten

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files away")
NOBODY = 65534


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("before", "after"), [(0o777, 0o700), (0o640, 0o600), (0o604, 0o600)])
def test_what_is_open_is_closed_and_that_is_said(tmp_path, before, after, caplog):
    path = tmp_path / "a"
    path.mkdir()
    path.chmod(before)
    tighten(path)
    assert mode(path) == after
    assert caplog.messages == [f"{path} was open to others ({before:04o}): now {after:04o}"]


def test_what_is_private_is_left_as_it_is(tmp_path, caplog):
    (tmp_path / "a").touch(0o400)
    tighten(tmp_path / "a")
    assert (mode(tmp_path / "a"), caplog.messages) == (0o400, [])


@needs_root
def test_what_is_somebody_elses_is_refused_and_untouched(tmp_path):
    (tmp_path / "a").touch(0o644)
    os.chown(tmp_path / "a", NOBODY, NOBODY)
    with pytest.raises(CannotStart, match="belongs to user 65534, and this gateway runs as 0"):
        tighten(tmp_path / "a")
    assert mode(tmp_path / "a") == 0o644


@pytest.mark.parametrize(("bits", "fine"), [(0o755, True), (0o750, True), (0o775, False)])
def test_of_roots_it_is_enough_that_others_cannot_change_it(tmp_path, bits, fine, monkeypatch):
    """A mounted volume is root's: it may be looked into."""

    def refuse(*_arguments, **_more):
        raise PermissionError

    (tmp_path / "a").mkdir()
    (tmp_path / "a").chmod(bits)
    monkeypatch.setattr(type(tmp_path), "chmod", refuse)
    if fine:
        tighten(tmp_path / "a")
    else:
        with pytest.raises(CannotStart, match=rf"others can change .* \({bits:04o}\)"):
            tighten(tmp_path / "a")


@pytest.mark.parametrize(
    ("bits", "fine"),
    [(0o755, True), (0o775, True), (0o757, False), (0o1777, True), (0o1757, True)],
)
def test_nobody_else_may_be_able_to_put_another_in_its_place(tmp_path, bits, fine):
    above = tmp_path / "above"
    (above / "below").mkdir(parents=True)
    above.chmod(bits)
    if fine:
        check_parents(above / "below" / "home")
    else:
        with pytest.raises(CannotStart, match=f"chmod go-w {above}, or set DCF_HOME"):
            check_parents(above / "below" / "home")


@needs_root
def test_a_group_that_is_not_ours_counts_as_others(tmp_path):
    above = tmp_path / "above"
    above.mkdir()
    above.chmod(0o775)
    check_parents(above / "home")
    os.chown(above, 0, NOBODY)
    with pytest.raises(CannotStart):
        check_parents(above / "home")
