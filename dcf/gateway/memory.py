"""Memory that large messages took, given back to the system, where the C library is glibc."""

import contextlib
import ctypes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # glibc's malloc.h
_KEPT_BYTES = 1 << 20
_POOLS = 4


def keep_little() -> None:
    """Keep glibc from hoarding.

    It raises by itself the size up to which freed memory is kept, to 32 MB, and each of gRPC's
    threads would have a pool of its own.
    """
    with contextlib.suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, _POOLS)
        mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)


def give_back() -> None:
    """Give back what is free; gRPC reads a message in small pieces, which leave holes."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
