"""The table of what one picture may take: counts of its parts, its memory, its processor time.

A few bytes of a picture can ask a decoder for minutes or gigabytes. Each row is looked at before
any decoder is, and a picture over it is refused with the row's name and number.
"""

from typing import NamedTuple


class Limit(NamedTuple):
    """A row of the table.

    Attributes:
        name: What is counted, as an error says it.
        most: The greatest number that is allowed.
        setting: Name of the setting that changes it; empty where none does.
        help: Why it is there, or how it is counted.
    """

    name: str
    most: int
    setting: str
    help: str


PIXELS = Limit("pixels", 50_000_000, "MAX_PIXELS", "Height times width, of any format.")
SIDE = Limit("pixels on a side", 100_000, "", "A JPEG can have 65,535.")
MEMORY = Limit(
    "bytes of memory for a picture",
    300_000_000,
    "MAX_PICTURE_MEMORY",
    "What its decoder takes; a third for a picture of up to 100 kB, from there on 1,000 a byte.",
)
MILLISECONDS = Limit(
    "milliseconds of work for a call",
    5_000,
    "MAX_CALL_MILLISECONDS",
    "Estimated; a fifth for a body of up to 100 kB, from there on 1 for 100 bytes.",
)
DRAWN_PNG = Limit("pixels drawn as PNG", 24_000_000, "", "Ask for `jpeg` where a picture has more.")
JPEG_SEGMENTS = Limit("segments of a JPEG", 4_000, "", "Markers and fill bytes, without restarts.")
JPEG_SCANS = Limit("scans of a JPEG", 250, "", "A progressive photo has about 10.")
JPEG_METADATA = Limit("metadata segments of a JPEG", 32, "", "EXIF's and Photoshop's, 64 kB each.")
PNG_CHUNKS = Limit("chunks of a PNG", 20_000, "", "A picture of 32 MB has about 4,000.")
WEBP_CHUNKS = Limit("chunks of a WebP", 10_000, "", "Each frame of an animation is one.")
GIF_BLOCKS = Limit("blocks of a GIF", 20_000, "", "Those before its first picture.")
TIFF_TAGS = Limit("tags of a TIFF", 1_000, "", "Those of its first directory.")
TIFF_VALUES = Limit("values of a TIFF's tags", 200_000, "", "Two for each strip or tile.")
TIFF_SCANS = Limit("scans of a strip of a TIFF", 4, "", "JPEG in a TIFF; one for each colour.")
TIFF_READ = Limit(
    "bytes of a TIFF's strips", 4, "", "Times the bytes of the file; strips may share them."
)
AVIF_ITEMS = Limit("items of an AVIF", 512, "", "Its tiles, alpha, thumbnails and metadata.")
AVIF_TABLES = Limit("bytes of an AVIF's tables", 1_000_000, "", "What stands before its pictures.")

LIMITS = (
    PIXELS,
    SIDE,
    MEMORY,
    MILLISECONDS,
    DRAWN_PNG,
    JPEG_SEGMENTS,
    JPEG_SCANS,
    JPEG_METADATA,
    PNG_CHUNKS,
    WEBP_CHUNKS,
    GIF_BLOCKS,
    TIFF_TAGS,
    TIFF_VALUES,
    TIFF_SCANS,
    TIFF_READ,
    AVIF_ITEMS,
    AVIF_TABLES,
)
