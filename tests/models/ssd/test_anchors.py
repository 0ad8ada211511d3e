import numpy as np

from models.ssd.anchors import build_anchors
from models.ssd.spec import AnchorLayer


def test_one_layer_by_hand():
    layer = AnchorLayer(grid=(2, 1), step=(0.5, 1.0), sizes=((0.2, 0.4), (0.6, 0.8)))
    assert (
        build_anchors([layer]).tolist()
        == np.float32(
            [
                [0.25, 0.5, 0.2, 0.4],
                [0.25, 0.5, 0.6, 0.8],
                [0.75, 0.5, 0.2, 0.4],
                [0.75, 0.5, 0.6, 0.8],
            ]
        ).tolist()
    )


def test_layers_follow_one_another_and_columns_run_fastest():
    first = AnchorLayer(grid=(1, 2), step=(1.0, 0.5), sizes=((0.1, 0.1),))
    second = AnchorLayer(grid=(1, 1), step=(1.0, 1.0), offset=0.25, sizes=((0.3, 0.3),))
    anchors = build_anchors([first, second])
    assert anchors.dtype == np.float32
    assert anchors[:, 1].tolist() == [0.25, 0.75, 0.25]
    assert anchors[:, 0].tolist() == [0.5, 0.5, 0.25]
    assert len(anchors) == first.count + second.count
