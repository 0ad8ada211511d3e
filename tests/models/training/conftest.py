"""A network that learns in seconds, and pictures of coloured squares for it to find."""

import cv2
import numpy as np
import pytest

from models.datasets.record import Annotated
from models.ssd.nets.layers import INPUT, Layer, Network
from models.ssd.spec import AnchorLayer, BoxCoderSpec, InputSpec

COLORS = ((250, 40, 40), (40, 250, 40))


def small_network(activation="sigmoid", columns=2):
    """64 x 64 in, 8 x 8 cells of two anchors out."""
    softmax = activation == "softmax"
    width = columns + softmax
    return Network(
        name="small",
        input=InputSpec(height=64, width=64, mean=(127.5,) * 3, scale=(1 / 127.5,) * 3),
        layers=(
            Layer("stem", "conv", (INPUT,), (4, 4, 3, 16), 4, activation="relu"),
            Layer("body", "conv", ("stem",), (3, 3, 16, 32), 2, activation="relu"),
            Layer("scores/depthwise", "depthwise", ("body",), (3, 3, 32, 1), activation="relu6"),
            Layer("scores", "conv", ("scores/depthwise",), (1, 1, 32, 2 * width)),
            Layer("offsets", "conv", ("body",), (3, 3, 32, 8)),
        ),
        scores=("scores",),
        offsets=("offsets",),
        activation=activation,
        background=0 if softmax else None,
        anchors=(AnchorLayer(grid=(8, 8), step=(1 / 8,) * 2, sizes=((0.3, 0.3), (0.5, 0.5))),),
        box_coder=BoxCoderSpec(order="xywh" if softmax else "yxhw", variances=(0.1, 0.1, 0.2, 0.2)),
    )


@pytest.fixture(params=["sigmoid", "softmax"])
def network(request):
    return small_network(request.param)


@pytest.fixture
def sigmoid_network():
    return small_network()


def draw_squares(folder, count, seed=0, empty=()):
    """Pictures of 96 x 80 pixels with one to three squares, red (0) or green (1)."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    pictures = []
    for index in range(count):
        pixels = random.integers(90, 160, (96, 80, 3), np.uint8)
        boxes, columns = [], []
        for _ in range(0 if index in empty else random.integers(1, 4)):
            side = int(random.integers(20, 40))
            top, left = (int(random.integers(0, most - side)) for most in pixels.shape[:2])
            column = int(random.integers(2))
            pixels[top : top + side, left : left + side] = COLORS[column]
            boxes.append((top, left, top + side, left + side))
            columns.append(column)
        file = folder / f"{index:03}.png"
        cv2.imwrite(str(file), pixels[:, :, ::-1])
        pictures.append(
            Annotated(
                index + 1, file.name, file, (96, 80),
                np.array(boxes, np.float32).reshape(-1, 4), np.array(columns, np.intp),
                np.zeros(len(boxes), bool), np.zeros(len(boxes), bool),
            )
        )  # fmt: skip
    return tuple(pictures)


@pytest.fixture
def squares(tmp_path):
    return draw_squares(tmp_path / "squares", 12, empty={5})
