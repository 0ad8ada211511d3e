"""What a person hears of pictures that were answered, and of those that could not be."""

from pathlib import Path

import click
import pytest

from models.commands.predicted import PredictedPictures
from models.prediction.pictures import Wanted
from models.prediction.record import Predicted
from models.prediction.writing import Written


def pictures(count):
    return [Wanted(number, f"{number}.jpg", Path(f"{number}.jpg")) for number in range(count)]


def answer(at, error=""):
    return Predicted(at=at, state=(1, 1), error=error)


def test_what_could_not_be_read_is_named_and_counted(capsys):
    run = PredictedPictures(pictures(3))
    run.known(answer(0))
    run.answered(answer(1, "is no picture"))
    run.answered(answer(2))
    run.ended(Path("out.json"), Written(objects=4, left_out=2, least=0.25))
    assert capsys.readouterr().err.splitlines() == [
        "1.jpg: is no picture",
        "The limit of --max-bytes leaves out 2 objects with a confidence of 0.2500 or less.",
        "out.json: 4 objects in 2 pictures, 0 s.",
        "1 pictures could not be read, see above.",
    ]


def test_not_one_picture_is_a_failure(capsys):
    run = PredictedPictures(pictures(1))
    run.answered(answer(0, "is no picture"))
    with pytest.raises(click.ClickException, match="not one picture could be read"):
        run.ended(Path("out.json"), Written(objects=0, left_out=0, least=0))


def test_where_it_was_stopped_is_told(capsys):
    run = PredictedPictures(pictures(5))
    run.known(answer(0))
    run.answered(answer(1))
    run.stopped()
    assert capsys.readouterr().err.startswith("Stopped after 2 of 5 pictures; the same line")
