"""How many connections there may be: from the limit of files, with room kept for the rest."""

import pytest

from dcf.commands.gateway_start import start
from dcf.errors import CannotStart
from dcf.gateway.bounds import TABLE, Bounds


@pytest.mark.parametrize(
    ("files", "rest", "per_address", "grpc"),
    [(128, 21, 10, 10), (256, 64, 32, 32), (1024, 256, 128, 128), (1 << 20, 4096, 2048, 1024)],
)
def test_the_limits_follow_from_the_files(files, rest, per_address, grpc):
    found = Bounds().within(files)
    assert (found.connections, found.per_address, found.grpc_connections) == (
        rest,
        per_address,
        grpc,
    )


@pytest.mark.parametrize("files", [70, 100, 256, 1000, 1024, 4096, 65_536])
def test_every_connection_may_have_one_to_a_replica_and_a_part_is_kept(files):
    found = Bounds().within(files)
    kept = files - 2 * (found.connections + found.grpc_connections)
    assert kept >= max(64, min(files // 4, 1024))


@pytest.mark.parametrize(
    ("asked", "files"),
    [
        (Bounds(connections=500), 1024),
        (Bounds(grpc_connections=500), 1024),
        (Bounds(), 64),
        (Bounds(), 10),
        (Bounds(), 0),
    ],
)
def test_what_the_files_do_not_allow_is_refused(asked, files):
    with pytest.raises(CannotStart, match=f"the limit is {files}: raise it"):
        asked.within(files)


def test_one_address_never_has_more_than_all():
    assert Bounds(connections=10, per_address=50).within(1024).per_address == 10


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.flag)
def test_each_has_a_flag_and_a_variable(row):
    (option,) = [each for each in start.params if each.name == row.field]
    assert (option.opts, option.envvar) == ([row.flag], row.variable)
    assert row.low <= option.default <= row.high
