"""Pushes images to their registry, with the login that the engine keeps for it."""

from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import EngineFailed
from .engine import Engine, Watch, words_of
from .names import digest_in, registry_of, repository_of

_NO_LOGIN = ("unauthorized", "authentication required", "no basic auth", "denied")
_NOBODY = ("connection refused", "no such host", "i/o timeout", "dial tcp", "deadline exceeded")
_HUB = "docker.io"


def push(engine: Engine, image: str, watch: Watch) -> str:
    """Push an image; gives `name@sha256:...`, by which exactly this one is pulled.

    Raises:
        EngineFailed: It is not here, or the registry does not take it.
    """
    engine.look(image)
    with TemporaryDirectory(prefix="dcf-push-") as folder:
        # It packs anew when it pushes: the digest that it keeps itself is another one.
        file = Path(folder, "digest")
        flags = ("--digestfile", str(file)) if engine.is_podman else ()
        try:
            lines = engine.work(watch, "push", *flags, image)
        except EngineFailed as fault:
            raise EngineFailed(_reason(engine, image, watch, fault)) from fault
        told = file.read_text("utf-8") if file.exists() else "".join(lines[-1:])
    digest = digest_in(told) or _kept_digest(engine, image)
    return f"{repository_of(image)}@{digest}"


def _kept_digest(engine: Engine, image: str) -> str:
    """The digest as the engine keeps it, for one that does not tell it when pushing."""
    known = engine.look(image).get("RepoDigests")
    for each in known if isinstance(known, list) else ():
        if str(each).startswith(f"{repository_of(image)}@"):
            return digest_in(str(each))
    raise EngineFailed(f"{engine.name} has pushed {image} and does not tell its digest")


def _reason(engine: Engine, image: str, watch: Watch, fault: EngineFailed) -> str:
    registry, words = registry_of(image) or _HUB, words_of(fault)
    if any(each in words for each in _NO_LOGIN):
        return (
            f"registry {registry} does not take {image} from this login: use "
            f"`{engine.name} login {registry}`, as somebody who may push there"
        )
    if any(each in words for each in _NOBODY):
        return f"registry {registry} does not answer: mend docker_registry or image, or start it"
    watch.recall()
    return f"image {image} is not pushed ({fault.message}): the lines above say why"
