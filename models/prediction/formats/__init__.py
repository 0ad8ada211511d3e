"""How answers are written, one module a format, and the table of them."""

from .catalogue import FORMATS

__all__ = ["FORMATS"]
