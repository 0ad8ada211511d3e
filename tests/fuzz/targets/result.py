"""A reply made a result, shown and drawn: whatever a server answers, a line at worst."""

import json

import numpy as np

from dcf_detect import Result

WORDS = (
    b'"class"', b'"class_id"', b'"confidence"', b'"xmin"', b'"ymin"', b'"xmax"', b'"ymax"',
    b'"detections"', b'"image"', b'"width"', b'"height"', b'"model"', b'"timings_ms"', b'"error"',
    b'"index"', b"NaN", b"Infinity", b"1e999", b"-1", b"2147483648", b"true", b"null", b"[[", b"{}",
    b'"\\ud800"', b'"\\u0000"',
)  # fmt: skip
_GREY = np.full((60, 80, 3), 128, np.uint8)


def one(data):
    try:
        result = Result.from_json(data, picture=_GREY)
    except ValueError:
        return
    assert str(result)
    assert repr(result)
    json.loads(result.to_json())
    if not result.error:
        assert Result.from_json(json.dumps(result.to_dict())) == result
        assert result.agreement(result).share == 1
    try:
        result.plot()
    except ValueError as error:
        assert "of 80 x 60 pixels" in str(error)
