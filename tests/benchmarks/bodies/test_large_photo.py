"""A large photo is as a phone sends it."""

import io

from PIL import Image

from benchmarks.bodies.large_photo import large_photo
from benchmarks.harness.plan import photos


def test_a_large_photo_has_twelve_megapixels_and_is_the_same_each_time():
    photo = photos()[1].read_bytes()
    encoded = large_photo(photo)
    assert 2_000_000 < len(encoded) < 8_000_000
    with Image.open(io.BytesIO(encoded)) as image:
        assert (image.format, image.size) == ("JPEG", (4032, 3024))
    assert large_photo(photo) == encoded
