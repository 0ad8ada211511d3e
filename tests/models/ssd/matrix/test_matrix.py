"""What a decoder here knows, held against two others: format x depth x colour x layout x packing.

Files are small and made by the test. A picture is as ImageMagick and OpenCV see it (no profile,
naive CMYK, alpha over white), or it is refused with its name.
"""

import re

import numpy as np
import pytest

from models.ssd.errors import UnsupportedImage
from models.ssd.image import ImageDecoder
from tests.models.ssd.matrix import scene, tool_files
from tests.models.ssd.matrix.bmp_files import bmp_files
from tests.models.ssd.matrix.judges import avifdec_answers, differ, magick_answers, opencv_answer
from tests.models.ssd.matrix.png_files import png_files
from tests.models.ssd.matrix.tiff_files import tiff_files

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(tool_files.missing_tools()),
        reason=f"not installed: {', '.join(tool_files.missing_tools())}",
    ),
]
DECODER = ImageDecoder(None)
MAGICK, OPENCV, BOTH = {"magick"}, {"opencv"}, {"magick", "opencv"}


def coloured():
    return scene.bytes_of(scene.colours())


def plain():
    return np.repeat(scene.bytes_of(scene.grey())[..., None], 3, 2)


def rounded(values, bits):
    """A scene of which each sample has so many bits, and tells how much light is missing."""
    steps = 2**bits - 1
    inverse = np.round((1 - values) * steps) / steps
    picture = scene.bytes_of(1 - inverse)
    return lambda: picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, 2)


def shared(across, down):
    """The scene where so many pixels share their colours, but not their light."""
    weights = np.array([0.299, 0.587, 0.114])
    light = scene.colours() @ weights
    tint = scene.colours() - light[..., None]
    height, width = light.shape
    blocks = tint.reshape(height // down, down, width // across, across, 3).mean((1, 3))
    return lambda: scene.bytes_of(
        np.clip(light[..., None] + blocks.repeat(down, 0).repeat(across, 1), 0, 1)
    )


def layered():
    alpha = scene.opacity()[..., None]
    return scene.bytes_of(scene.colours() * alpha + 1 - alpha)


def inked():
    return scene.bytes_of(scene.colours() * 0.8)


def indexed():
    steps = scene.grey()
    return scene.bytes_of(np.stack([steps, 1 - steps, np.abs(steps - 0.5) * 2], 2))


def turned(picture, turn, mirror):
    """As irot turns it, anti-clockwise, and then imir 1 mirrors it left to right."""
    return lambda: np.rot90(picture(), turn)[:, :: -1 if mirror else 1]


def mirrored(picture, axis):
    return lambda: np.flip(picture(), axis)


# Which judge errs about what, and why; where both do, the scene itself is the measure.
ERRING = {
    "tiff": (
        # TIFF 6.0: extra samples of unspecified meaning are no alpha. ImageMagick takes them so.
        (r"photometric=1,.*extra=0", MAGICK, plain),
        (r"photometric=2,.*extra=0", BOTH, coloured),
        (r"photometric=3,.*extra=0", MAGICK, indexed),
        (r"photometric=5,.*extra=0", MAGICK, inked),
        # ImageMagick 6 does not turn WhiteIsZero of few bits round, nor know signed numbers.
        (r"photometric=0,bits=2,", MAGICK, rounded(scene.grey(), 2)),
        (r"photometric=0,bits=4,", MAGICK, rounded(scene.grey(), 4)),
        (r"photometric=1,.*sample_format=2", BOTH, plain),
        (r"photometric=2,.*sample_format=2", BOTH, coloured),
        # ImageMagick does not know colours that pixels share outside a JPEG.
        *(
            (rf"ycbcr,{across}x{down}", MAGICK, shared(across, down))
            for across, down in ((1, 1), (2, 1), (1, 2), (2, 2), (4, 1), (4, 2))
        ),
        # OpenCV gives 8-bit RGBA multiplied by its alpha, and 16-bit one not.
        (r"photometric=2,bits=8,.*extra=2", OPENCV, layered),
        (r"photometric=2,.*extra=1", OPENCV, layered),
        # It knows no alpha of grey or palettes, and breaks tiles at the edges of 16-bit pictures.
        (r"photometric=[13],.*extra=[12]", OPENCV, None),
        (r"bits=16,.*tiles", OPENCV, None),
        # It takes numbers of other than 8 or 16 bits for what it shows, not for what they mean.
        (r"bits=(10|12|14|32|64),", OPENCV, None),
    ),
    "packed-tiff": (
        (r"RGBA,jpeg:r", BOTH, layered),
        (r"RGBA,", OPENCV, layered),
        (r"16,.*tiles", OPENCV, None),
        # ImageMagick turns a JPEG in a TIFF twice, and swaps the inks of tiles.
        (r"orientation=.,jpeg", MAGICK, None),
        (r"CMYK,jpeg.*tiles", MAGICK, coloured),
        (r"F,", OPENCV, plain),
    ),
    "png": (
        # OpenCV leaves out the clear colour of grey; ImageMagick applies a gamma.
        (r"colour=0,.*tRNS", OPENCV, None),
        (r"gAMA", MAGICK, None),
    ),
    "bmp": (
        # ImageMagick 6 does not know masks in a header of 52 bytes, nor palettes of OS/2 2.
        (r"header=52,masks=5", BOTH, rounded(scene.colours(), 5)),
        (r"header=52,masks", BOTH, coloured),
        # Both show nothing where alpha is 0 everywhere, which writers mean as none.
        (r"alpha 0", BOTH, coloured),
        (r"header=64,depth=[148]", MAGICK, None),
        # OpenCV spreads five bits over the upper ones of eight, and takes a fourth byte for alpha.
        (r"depth=16|masks=5", OPENCV, None),
        (r"masks=bgrx", OPENCV, coloured),
    ),
    "jpeg": (),
    "webp": ((r"orientation=", MAGICK, None),),  # ImageMagick 6 reads no EXIF of a WebP
    "gif": ((r"^part", MAGICK, None),),  # it leaves out the screen around the frame
    # Neither OpenCV nor avifdec turns what irot and imir turn, nor spreads grey of a limited range.
    "avif": (
        *(
            (rf"^{mode},irot {turn}{mirror}\.", BOTH, turned(picture, turn, bool(mirror)))
            for mode, picture in (("RGB", coloured), ("L", plain))
            for turn in (1, 2, 3)
            for mirror in ("", " imir")
        ),
        *(
            (rf"^{mode},imir {axis}", BOTH, mirrored(picture, axis))
            for mode, picture in (("RGB", coloured), ("L", plain))
            for axis in (0, 1)
        ),
        (r"^L,limited", BOTH, plain),
        (r"^RGBA,depth=(10|12)", OPENCV, None),  # it does not scale their alpha
    ),
}


def shop_files(make, folder):
    folder.mkdir()
    shop = tool_files.Workshop(folder)
    make(shop)
    return shop.found


MAKERS = {
    "tiff": lambda _: {f"{name}.tif": body for name, body in tiff_files().items()},
    "png": lambda _: {f"{name}.png": body for name, body in png_files().items()},
    "bmp": lambda _: {f"{name}.bmp": body for name, body in bmp_files().items()},
    "packed-tiff": lambda folder: shop_files(tool_files.packed_tiff_files, folder),
    "jpeg": lambda folder: shop_files(tool_files.jpeg_files, folder),
    "webp": lambda folder: shop_files(tool_files.webp_files, folder),
    "gif": lambda folder: shop_files(tool_files.gif_files, folder),
    "avif": lambda folder: shop_files(tool_files.avif_files, folder),
}
# How many files there are at least, and how many of them are read; a judge that falls silent, or a
# kind that is suddenly refused, is noticed.
LEAST = {
    "tiff": (700, 280), "png": (90, 88), "bmp": (130, 115), "packed-tiff": (300, 200),
    "jpeg": (110, 110), "webp": (50, 50), "gif": (18, 18), "avif": (55, 55),
}  # fmt: skip


def first_answers(kind, folder):
    """What ImageMagick makes of files; of AVIF, whose colours it mistakes, what avifdec does."""
    if kind == "avif":
        return avifdec_answers(folder)
    return magick_answers(folder)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
@pytest.mark.timeout(300)
def test_pictures_are_as_others_see_them(kind, tmp_path):
    files = MAKERS[kind](tmp_path / "made")
    folder = tmp_path / "files"
    folder.mkdir()
    stored = {}
    for number, (name, body) in enumerate(files.items()):
        stored[name] = f"{number:04}.{name.rpartition('.')[2]}"
        (folder / stored[name]).write_bytes(body)
    answers = first_answers(kind, folder)
    read, wrong = 0, {}
    for name, body in files.items():
        try:
            ours = DECODER.decode(body).pixels
        except UnsupportedImage:
            continue
        read += 1
        erring, scene_of = next(
            ((who, truth) for words, who, truth in ERRING[kind] if re.search(words, name)),
            (set(), None),
        )
        judges = {"magick": answers[stored[name]], "opencv": opencv_answer(body)}
        found = {
            judge: differ(ours, answer)
            for judge, answer in judges.items()
            if answer is not None and judge not in erring
        }
        if scene_of:
            found["scene"] = differ(ours, scene_of())
        if not found:
            found = {"nobody": "reads it, and no scene is told"}
        wrong |= {f"{name}, {judge}": why for judge, why in found.items() if why}
    assert not wrong, "\n".join(f"{name}: {why}" for name, why in wrong.items())
    least_files, least_read = LEAST[kind]
    assert (len(files) >= least_files, read >= least_read) == (True, True), (len(files), read)
