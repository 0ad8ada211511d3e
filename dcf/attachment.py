"""Attachments: folders that a function's environment names, kept beside its code by digest.

A value `attachment:sha256:<64 hex digits>` stands for the folder that a tar of that digest holds.
"""

from collections.abc import Callable, Mapping

from .archive import is_digest
from .errors import ArchiveError

ATTACHMENT_PREFIX = "attachment:sha256:"


def attachments_of(env: Mapping[str, str]) -> dict[str, str]:
    """The variables that name attachments, with the digests they name; raises `ArchiveError`."""
    return {
        name: digest_of_attachment(name, value)
        for name, value in env.items()
        if value.startswith("attachment:")
    }


def contents_of(image: str, env: Mapping[str, str]) -> frozenset[str]:
    """Everything stored by digest that an image with an environment needs."""
    return frozenset(
        (image, *(each for each in env.values() if each.startswith(ATTACHMENT_PREFIX)))
    )


def digest_of_attachment(name: str, value: str) -> str:
    """The digest that a variable's value names; raises `ArchiveError`."""
    digest = value.removeprefix(ATTACHMENT_PREFIX)
    if not value.startswith(ATTACHMENT_PREFIX) or not is_digest(digest):
        raise ArchiveError(
            f"variable {name[:40]!r} names no attachment: {ATTACHMENT_PREFIX}<64 hex digits> is "
            f"allowed, got {value[:100]!r}"
        )
    return digest


def check_attachments(env: Mapping[str, str], has: Callable[[str], bool]) -> None:
    """Raise `ArchiveError` unless everything that an environment names is here.

    Args:
        env: Of a function.
        has: Tells whether a digest is here.
    """
    for name, digest in attachments_of(env).items():
        if not has(digest):
            raise ArchiveError(
                f"variable {name[:40]!r} names attachment {digest}, which is not here: PUT it to "
                f"/system/attachments/{digest} first"
            )
