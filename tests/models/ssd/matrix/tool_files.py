"""Files that other programs write: libtiff's tools, ImageMagick, cwebp, avifenc, cjpeg, Pillow."""

import io
import itertools
import shutil
import subprocess

from PIL import Image

from tests.models.ssd.matrix.judges import MAGICK
from tests.models.ssd.matrix.scene import bytes_of, colours, grey, opacity
from tests.models.ssd.matrix.tiff_files import BLACK_IS_ZERO, PALETTE, RGB, Layout, tiff_file

TOOLS = {
    "tiffcp": "libtiff-tools", "cwebp": "webp", "gif2webp": "webp", "avifenc": "libavif-bin",
    "avifdec": "libavif-bin", "cjpeg": "libjpeg-turbo-progs",
}  # fmt: skip


def missing_tools():
    """Names of programs that are not here, with the packages that have them."""
    lacking = [f"{tool} ({package})" for tool, package in TOOLS.items() if not shutil.which(tool)]
    return lacking + ["convert (imagemagick)"] * (MAGICK is None)


def pictures():
    """The scene in Pillow's modes."""
    rgb = Image.fromarray(bytes_of(colours()))
    alpha = Image.fromarray(bytes_of(opacity()))
    layered = rgb.copy()
    layered.putalpha(alpha)
    plain = Image.fromarray(bytes_of(grey()))
    return {"RGB": rgb, "RGBA": layered, "L": plain, "P": rgb.quantize(64), "1": plain.convert("1"),
            "LA": Image.merge("LA", (plain, alpha)), "CMYK": rgb.convert("CMYK")}  # fmt: skip


def saved(image, kind, **options):
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def exif(turn):
    tags = Image.Exif()
    tags[0x0112] = turn
    return tags.tobytes()


class Workshop:
    """Runs programs on small files in a folder of its own; what a program cannot make is left out.

    Attributes:
        found: The files made, by name.
    """

    def __init__(self, folder):
        self._folder = folder
        self._numbers = itertools.count()
        self.found = {}

    def put(self, content, suffix):
        path = self._folder / f"{next(self._numbers)}.{suffix}"
        path.write_bytes(content)
        return path

    def make(self, name, *command):
        """Runs a program whose last argument is the file to make."""
        target = self._folder / f"{next(self._numbers)}.{name.split('.')[-1]}"
        done = subprocess.run([*map(str, command), str(target)], capture_output=True, timeout=30,
                              check=False)  # fmt: skip
        if not done.returncode and target.exists() and target.stat().st_size:
            self.found[name] = target.read_bytes()


def jpeg_files(shop):
    forms = pictures()
    source, one = (
        shop.put(saved(forms["RGB"], "PPM"), "ppm"),
        shop.put(saved(forms["L"], "PPM"), "pgm"),
    )
    samplings = ("1x1", "2x1", "1x2", "2x2", "4x1", "1x4", "4x2", "2x4", "4x4", "3x1", "1x3", "3x3")
    ways = {"baseline": (), "progressive": ("-progressive",), "arithmetic": ("-arithmetic",),
            "arithmetic-progressive": ("-arithmetic", "-progressive"), "restart": ("-restart", "1"),
            "restart-blocks": ("-restart", "2B"), "optimized": ("-optimize",),
            "float": ("-dct", "float")}  # fmt: skip
    for way, words in ways.items():
        for sampling in samplings:
            _cjpeg(shop, f"{way},{sampling}.jpg", source, *words, "-sample", sampling)
        _cjpeg(shop, f"{way},grey.jpg", one, *words)
        _cjpeg(shop, f"{way},rgb.jpg", source, *words, "-rgb")
    for quality in (30, 60, 100):
        _cjpeg(shop, f"quality={quality}.jpg", source, "-quality", str(quality))
    for turn in range(1, 9):
        shop.found[f"orientation={turn}.jpg"] = saved(
            forms["RGB"], "JPEG", quality=95, exif=exif(turn)
        )
    for progressive in (False, True):
        ink = saved(forms["CMYK"], "JPEG", quality=95, progressive=progressive)
        shop.found[f"cmyk,progressive={progressive}.jpg"] = ink
        shop.found[f"cmyk without Adobe,progressive={progressive}.jpg"] = without_adobe(ink)
    tiff = shop.put(saved(forms["CMYK"], "TIFF"), "tif")
    shop.make("ycck.jpg", MAGICK, tiff, "-quality", "95")
    if "ycck.jpg" in shop.found:
        shop.found["ycck without Adobe.jpg"] = without_adobe(shop.found["ycck.jpg"])


def _cjpeg(shop, name, source, *words):
    quality = () if "-quality" in words else ("-quality", "95")
    done = subprocess.run(["cjpeg", *quality, *words, str(source)], capture_output=True, timeout=30,
                          check=False)  # fmt: skip
    if not done.returncode:
        shop.found[name] = done.stdout


def without_adobe(jpeg):
    """A JPEG without the marker that tells how its colours are meant."""
    start = jpeg.find(b"\xff\xee")
    length = int.from_bytes(jpeg[start + 2 : start + 4])
    return jpeg[:start] + jpeg[start + 2 + length :] if start > 0 else jpeg


def webp_files(shop):
    for mode in ("RGB", "RGBA", "L", "LA"):
        source = shop.put(saved(pictures()[mode], "PNG"), "png")
        for name, words in {
            "lossy": ("-q", "95"), "lossless": ("-lossless",), "sharp": ("-q", "95", "-sharp_yuv"),
            "alpha lossy": ("-q", "95", "-alpha_q", "90"), "near": ("-near_lossless", "60"),
            "exact": ("-lossless", "-exact"), "segments": ("-q", "95", "-segments", "4"),
            "method": ("-m", "0", "-q", "95"), "alpha plain": ("-q", "95", "-alpha_method", "0"),
        }.items():  # fmt: skip
            shop.make(f"{name},{mode}.webp", "cwebp", "-quiet", *words, source, "-o")
    for turn in range(1, 9):
        shop.found[f"orientation={turn}.webp"] = saved(
            pictures()["RGB"], "WEBP", lossless=True, exif=exif(turn)
        )
    for words in ((), ("-lossy", "-q", "95"), ("-mixed",)):
        for name, body in animated_gifs().items():
            source = shop.put(body, "gif")
            shop.make(f"{name} {' '.join(words)}.webp", "gif2webp", "-quiet", *words, source, "-o")


def animated_gifs():
    forms = pictures()
    second = forms["P"].transpose(Image.Transpose.ROTATE_180)
    found = {}
    for disposal in (0, 1, 2, 3):
        found[f"animated,disposal={disposal}"] = saved(
            forms["P"], "GIF", save_all=True, append_images=[second], disposal=disposal
        )
    return found


def gif_files(shop):
    forms = pictures()
    shop.found |= {f"{name}.gif": body for name, body in animated_gifs().items()}
    for mode in ("P", "L", "1"):
        for interlace in (0, 1):
            shop.found[f"{mode},interlace={interlace}.gif"] = saved(
                forms[mode], "GIF", interlace=interlace
            )
    clear = forms["P"].copy()
    for interlace in (0, 1):
        shop.found[f"transparent,interlace={interlace}.gif"] = saved(
            clear, "GIF", transparency=5, interlace=interlace
        )
    source = shop.put(saved(forms["RGBA"], "PNG"), "png")
    for name, words in {
        "colours=2": ("-colors", "2"), "colours=5": ("-colors", "5"),
        "colours=256": ("-colors", "256"), "part": ("-repage", "60x40+10+8"),
        "part, opaque": ("-alpha", "off", "-repage", "60x40+10+8"), "gif87": (),
    }.items():  # fmt: skip
        target = ("-set", "option:x", "y") if name == "gif87" else ()
        shop.make(f"{name}.gif", MAGICK, source, *words, *target)


def avif_files(shop):
    for mode in ("RGB", "RGBA", "L"):
        source = shop.put(saved(pictures()[mode], "PNG"), "png")
        for depth, layout in itertools.product(("8", "10", "12"), ("420", "422", "444", "400")):
            shop.make(f"{mode},depth={depth},yuv={layout}.avif", "avifenc", "-s", "8", "-d", depth,
                      "-y", layout, "--min", "0", "--max", "10", source)  # fmt: skip
        ways = {"lossless": ("-l",), "limited": ("-r", "limited"), "premultiplied": ("-p",),
                "grid": ("--grid", "1x1")}  # fmt: skip
        # ImageMagick judges turns, and leaves out alpha.
        for number in (1, 2, 3) if mode != "RGBA" else ():
            ways[f"irot {number}"] = ("--irot", str(number))
            ways[f"imir {number - 1}"] = ("--imir", str(number - 1))
            ways[f"irot {number} imir"] = ("--irot", str(number), "--imir", "1")
        for name, words in ways.items():
            shop.make(f"{mode},{name}.avif", "avifenc", "-s", "8", "--min", "0", "--max", "10",
                      *words, source)  # fmt: skip


def packed_tiff_files(shop):
    """TIFFs as libtiff's tools pack them."""
    forms = pictures()
    sources = {mode: saved(forms[mode], "TIFF") for mode in ("RGB", "RGBA", "L", "P", "1", "CMYK")}
    sources["RGB16"], sources["L16"] = (
        tiff_file(Layout(RGB, 16)),
        tiff_file(Layout(BLACK_IS_ZERO, 16)),
    )
    sources["P4"], sources["F"] = (
        tiff_file(Layout(PALETTE, 4)),
        tiff_file(Layout(BLACK_IS_ZERO, 32, 3)),
    )
    packings = ("none", "packbits", "lzw", "lzw:2", "zip", "zip:2", "zip:3", "jpeg", "jpeg:r",
                "g3", "g3:2d", "g3:fill", "g4", "lzma", "zstd", "webp", "lerc")  # fmt: skip
    ways = {"": (), ",tiles": ("-t", "-w", "16", "-l", "16"), ",planes": ("-p", "separate"),
            ",big-endian": ("-B",), ",bigtiff": ("-8",), ",rows=3": ("-r", "3"),
            ",msb2lsb": ("-f", "msb2lsb"), ",lsb2msb": ("-f", "lsb2msb"),
            ",planar tiles": ("-p", "separate", "-t", "-w", "16", "-l", "16")}  # fmt: skip
    for (mode, body), packing in itertools.product(sources.items(), packings):
        source = shop.put(body, "tif")
        for way, words in ways.items():
            # All ways of the usual packings, the first two of the others.
            if packing in {"none", "lzw:2", "zip", "jpeg", "g4", "zip:3"} or way in {"", ",tiles"}:
                shop.make(f"{mode},{packing}{way}.tif", "tiffcp", "-c", packing, *words, source)
    for turn in range(1, 9):
        for packing in ("tiff_lzw", "jpeg", "raw"):
            shop.found[f"orientation={turn},{packing}.tif"] = saved(
                forms["RGB"], "TIFF", compression=packing, exif=exif(turn)
            )
