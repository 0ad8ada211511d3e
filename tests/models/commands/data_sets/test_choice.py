"""Options that verbs share become one choice, which reads as it says."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from models.commands.data_sets.choice import FOLDER, Choice, data_set_choice, local
from models.datasets.digest import digest_of
from models.datasets.errors import DataSetError
from models.datasets.exchange.opening import open_place
from models.datasets.exchange.pushing import push
from tests.contract.layouts import WRITERS, empty


@pytest.fixture
def folder(tmp_path):
    WRITERS["voc"][0](empty(tmp_path / "set"))
    return tmp_path / "set"


@click.command()
@click.argument("folder", type=FOLDER)
@data_set_choice
def verb(*, choice, folder):
    click.echo(repr(choice))


@pytest.mark.parametrize(
    ("words", "choice"),
    [
        ([], Choice()),
        (["--split", "val", "--format", "voc", "--max-bad", "3"], Choice("val", "voc", "3")),
    ],
)
def test_options_become_a_choice(words, choice):
    done = CliRunner().invoke(verb, ["x", *words])
    assert done.output == f"{choice!r}\n"


def test_what_is_read_is_what_was_chosen(folder):
    assert {each.split for each in Choice("val").read(folder).pictures} == {"val"}
    with pytest.raises(DataSetError, match="what its classes are called"):
        Choice(layout="yolo").read(folder)
    with pytest.raises(DataSetError, match="--max-bad is 'x'"):
        Choice(max_bad="x").read(folder)


def test_pictures_elsewhere(tmp_path, capsys):
    WRITERS["coco"][0](empty(tmp_path / "set"))
    images = (tmp_path / "set/images").rename(tmp_path / "elsewhere")
    annotations = tmp_path / "set/annotations/instances_val.json"
    assert len(Choice().read(annotations, images).pictures) == 2
    (images / "d.png").unlink()
    assert len(Choice(max_bad="1").read(annotations, images).pictures) == 1
    assert "set aside 1 rows, first" in capsys.readouterr().err


@pytest.mark.lifecycle
def test_a_place_is_read_through_the_cache(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("SSD_DATA_CACHE", str(tmp_path / "cache"))
    place, data = f"file://{tmp_path}/place", Choice().read(folder)
    push(data, open_place(place), lambda what: lambda done, whole: None)
    assert digest_of(Choice().read(place)) == digest_of(data)
    assert local(place) == local(place)
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_an_address_stays_as_it_is_written():
    assert FOLDER.convert("s3://bucket//x", None, None) == "s3://bucket//x"
    assert FOLDER.convert("@prod/x", None, None) == "@prod/x"
    assert FOLDER.convert("a//b", None, None) == Path("a/b")
