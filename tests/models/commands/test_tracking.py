"""What a person hears of a tracking server: nothing where none is named, else one line."""

import pytest

from models.commands.tracking import tell_of_run, tell_what_was_made


@pytest.mark.parametrize("uri", ["", "http://127.0.0.1:9"])
def test_a_line_where_a_server_is_named(tmp_path, capsys, uri):
    tell_of_run(tmp_path, uri)
    tell_what_was_made(tmp_path, uri, {"model": "digits-1"}, {})
    said = capsys.readouterr().err.splitlines()
    assert len(said) == (2 if uri else 0)
    assert all(line.startswith("not tracked: ") for line in said)
