"""How verbs take a size in bytes: ``20MB``, ``512KiB``, ``1000``."""

import re

import click

_UNITS = {
    "": 1, "b": 1,
    "kb": 10**3, "mb": 10**6, "gb": 10**9,
    "kib": 2**10, "mib": 2**20, "gib": 2**30,
}  # fmt: skip
_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([a-z]*)", re.IGNORECASE)


class ByteSizeType(click.ParamType[int]):
    """Turns what a person writes into bytes."""

    name = "size"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Reads a size; fails with what sizes look like."""
        found = _SIZE.fullmatch(str(value).strip())
        unit = _UNITS.get(found[2].lower()) if found else None
        if found is None or unit is None:
            self.fail(f"{value!r} is no size: write 20MB, 512KiB or a number of bytes", param, ctx)
        return int(float(found[1]) * unit)


BYTE_SIZE = ByteSizeType()
"""MB is 1,000,000 bytes, MiB 1,048,576."""
