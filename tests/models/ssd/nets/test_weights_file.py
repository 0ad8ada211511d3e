import io
import zipfile

import numpy as np
import pytest

from models.ssd.nets.weights_file import format_weights, parse_weights


def test_there_and_back_is_off_by_a_float16(network, weights):
    parsed = parse_weights(format_weights(weights), network)
    assert parsed.keys() == weights.keys()
    for name, arrays in weights.items():
        for ours, theirs in zip(parsed[name], arrays, strict=True):
            assert ours.dtype == np.float32
            assert ours == pytest.approx(theirs, rel=1 / 1024, abs=1e-6)


def test_the_same_weights_are_the_same_bytes_at_any_time(weights):
    content = format_weights(weights)
    assert content == format_weights(dict(weights))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("harm", ["empty", "text", "cut", "a layer lost"])
def test_a_damaged_file_is_told(network, weights, harm):
    content = format_weights(weights)
    if harm == "a layer lost":
        content = format_weights({name: weights[name] for name in list(weights)[1:]})
    damaged = {"empty": b"", "text": b"weights", "cut": content[:-40]}.get(harm, content)
    with pytest.raises(ValueError, match=r"file of weights of small|[Cc]annot|pickle"):
        parse_weights(damaged, network)


def test_weights_of_another_network_are_refused(network, weights):
    kernel, bias = weights["stem"]
    weights["stem"] = type(weights["stem"])(kernel[..., :4], bias)
    with pytest.raises(ValueError, match="layer stem wants kernel"):
        parse_weights(format_weights(weights), network)


def test_nothing_is_ever_unpickled(network, tmp_path):
    content = io.BytesIO()
    np.savez(content, **{"stem/kernel": np.array([print], object), "stem/bias": np.zeros(1)})
    with pytest.raises(ValueError, match="allow_pickle"):
        parse_weights(content.getvalue(), network)
