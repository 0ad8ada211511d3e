"""What other programs make of the files: ImageMagick all of them, OpenCV those that it reads."""

import shutil
import subprocess

import cv2
import numpy as np

# Debian's own name first: a `convert` elsewhere on the path may be another program.
MAGICK = next(
    (found for each in ("convert-im6.q16", "magick", "convert") if (found := shutil.which(each))),
    None,
)
_ENDS_AFTER = 240


def magick_answers(folder):
    """RGB of the first picture of every file of a folder, by name; None where it reads none.

    No profile, alpha over white, EXIF turns. A process each: one that fails ends only itself.
    """
    names = sorted(each.name for each in folder.iterdir())
    answers = folder.with_name(folder.name + "-answers")
    answers.mkdir()
    one = (
        f'"{MAGICK}" "$1[0]" -auto-orient -background white -alpha remove -alpha off '
        '+profile "*" -colorspace sRGB -depth 8 "PPM:$2/$1.ppm"'
    )
    subprocess.run(
        ["xargs", "-0", "-P", "2", "-I", "{}", "sh", "-c", one, "sh", "{}", str(answers)],
        input="\0".join(names), text=True, cwd=folder, capture_output=True, timeout=_ENDS_AFTER,
        check=False,
    )  # fmt: skip
    found = {}
    for name in names:
        answer = answers / f"{name}.ppm"
        read = cv2.imread(str(answer), cv2.IMREAD_COLOR_RGB) if answer.exists() else None
        found[name] = read
    return found


def avifdec_answers(folder):
    """RGB of every AVIF of a folder as libavif's own program writes it, alpha over white."""
    found = {}
    for path in sorted(folder.iterdir()):
        target = folder.with_name(f"{folder.name}-{path.stem}.png")
        command = ["avifdec", "-d", "8", str(path), str(target)]
        subprocess.run(command, capture_output=True, timeout=30, check=False)
        found[path.name] = opencv_answer(target.read_bytes()) if target.exists() else None
    return found


def opencv_answer(encoded):
    """RGB as OpenCV reads it, alpha over white; None where it does not."""
    try:
        decoded = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_UNCHANGED)
        turned = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR_RGB)
    except cv2.error:
        return None
    if decoded is None or turned is None:
        return None
    if decoded.ndim == 3 and decoded.shape[2] == 4 and decoded.shape == (*turned.shape[:2], 4):
        full = np.iinfo(decoded.dtype).max if decoded.dtype.kind == "u" else 1
        alpha = decoded[..., 3:] / full
        return np.round(decoded[..., 2::-1] / full * 255 * alpha + 255 * (1 - alpha))
    return turned


def differ(first, second):
    """Why two pictures are not the same, or nothing."""
    if first.shape != second.shape:
        return f"{first.shape} and {second.shape}"
    apart = np.abs(first.astype(int) - second.astype(int))
    if apart.mean() <= 2 and apart.max() <= 16:
        return ""
    return f"mean {apart.mean():.1f}, most {apart.max()}"
