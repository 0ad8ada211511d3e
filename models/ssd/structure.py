"""What a picture asks of its decoder beyond what its header says, whatever its format."""

import msgspec


class PartDamaged(Exception):
    """A part that the picture needs is not what its checksum says."""


class Structure(msgspec.Struct, frozen=True):
    """What a picture asks of a decoder; nothing of all this where its format has no such thing.

    Attributes:
        unread: What it is where no decoder here reads it; else empty.
        size: Height and width in pixels, turned upright, where no reader has to be asked.
        coefficients: Bytes of a JPEG's coefficients that are kept until the last scan; 0 where
            each row of blocks can be forgotten.
        nanoseconds: Of all scans of a JPEG over all blocks.
        lossless: Whether it can only be decoded at full size.
        stored: Bytes of a pixel that its reader keeps; None where its mode tells.
        stretched: Samples of a pixel that are stretched from the least to the greatest.
        piece: Bytes of its largest strip or tile, unpacked.
        pieces: How many strips or tiles it names.
        coded: Pixels of all frames that its first picture is made of, alpha and tiles included.
    """

    unread: str = ""
    size: tuple[int, int] | None = None
    coefficients: int = 0
    nanoseconds: float = 0.0
    lossless: bool = False
    stored: float | None = None
    stretched: int = 0
    piece: int = 0
    pieces: int = 0
    coded: int = 0

    def picture_of(self, encoded: bytes, *, damaged: bool) -> bytes:
        """The file without what is no part of its picture.

        Args:
            encoded: The file this was read from.
            damaged: Whether parts with a wrong checksum will do.

        Raises:
            PartDamaged: A part that the picture needs is damaged.
        """
        del damaged  # checksums are PNG's alone
        return encoded
