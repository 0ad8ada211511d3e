"""What a function's pods find as folders: secrets, and what was unpacked of archives."""

from collections.abc import Mapping

from ..placement import REGISTRY_SECRET, FunctionSpec
from .api import Json
from .revisions import Asked

SECRETS_PATH = "/var/openfaas/secrets"
UNPACKED_PATH = "/dcf/unpacked"
PACKED_PATH = "/dcf/packed"
_SECRETS, _UNPACKED, _PACKED, _TMP = "secrets", "unpacked", "packed-", "tmp"
_PART_DIGITS = 4
_TMP_PATH = "/tmp"  # noqa: S108 # the container's own


def volumes_of(asked: Asked) -> list[Json]:
    """All of a pod."""
    volumes: list[Json] = []
    if names := mounted_secrets(asked):
        # One folder with all of them, which follows their values; each has its name as its key.
        sources = [{"secret": {"name": name}} for name in names]
        volumes += [{"name": _SECRETS, "projected": {"sources": sources}}]
    if asked.stored:
        volumes += [{"name": _UNPACKED, "emptyDir": {}}]
        volumes += [_packed(digest, each.parts) for digest, each in asked.stored.items()]
    if asked.spec.read_only:
        volumes += [{"name": _TMP, "emptyDir": {}}]
    return volumes


def _packed(digest: str, parts: tuple[str, ...]) -> Json:
    """The parts of a tar as files in one folder, in order."""
    sources = [
        {
            "configMap": {
                "name": name,
                "items": [{"key": PART_KEY, "path": f"{number:0{_PART_DIGITS}}"}],
            }
        }
        for number, name in enumerate(parts)
    ]
    return {"name": _PACKED + digest[:32], "projected": {"sources": sources}}


PART_KEY = "part"


def function_mounts(asked: Asked) -> list[Json]:
    """What the function's container sees of them."""
    mounts: list[Json] = []
    if mounted_secrets(asked):
        mounts += [{"name": _SECRETS, "mountPath": SECRETS_PATH, "readOnly": True}]
    if asked.stored:
        mounts += [{"name": _UNPACKED, "mountPath": UNPACKED_PATH, "readOnly": True}]
    if asked.spec.read_only:
        mounts += [{"name": _TMP, "mountPath": _TMP_PATH}]
    return mounts


def unpacking_mounts(asked: Asked) -> list[Json]:
    """What the container that unpacks sees."""
    packed = [
        {
            "name": _PACKED + digest[:32],
            "mountPath": f"{PACKED_PATH}/{digest}",
            "readOnly": True,
        }
        for digest in asked.stored
    ]
    return [{"name": _UNPACKED, "mountPath": UNPACKED_PATH}, *packed]


def mounted_secrets(asked: Asked) -> list[str]:
    """The secrets that the function reads; keys to a registry are the platform's own."""
    return [name for name in dict.fromkeys(asked.spec.secrets) if name not in asked.pull_secrets]


def unpacked(digest: str) -> str:
    """The folder of an archive or attachment."""
    return f"{UNPACKED_PATH}/{digest}"


def with_folders(spec: FunctionSpec, digests: Mapping[str, str]) -> dict[str, str]:
    """A function's environment, with folders where it names attachments.

    Args:
        spec: The function.
        digests: Of attachments, by the variables that name them.
    """
    return {**spec.env, **{name: unpacked(digest) for name, digest in digests.items()}}


def is_registry_key(name: str, kind: str) -> bool:
    """Whether a secret of this type is a key to an image registry, and no file for a function."""
    return name == REGISTRY_SECRET or kind.startswith("kubernetes.io/docker")
