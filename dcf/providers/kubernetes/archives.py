"""Archives and attachments: each a tar in ConfigMaps, and one object that lists them.

The list is there first, without parts, and owns them: what deletes it deletes all. It says how many
parts there are when all of them are there. Nobody changes a part: its name is its digest.
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

from ...archive import IMAGE_PREFIX, Entry, digest_of_image, is_digest
from ...attachment import attachments_of, check_attachments
from ...errors import ArchiveError
from ..placement import FunctionSpec
from . import names
from .api import ApiError, Json
from .objects import CONFIG_MAPS, Objects, is_taken
from .packed_code import Code, inspect
from .revisions import Stored
from .volumes import PART_KEY

KEPT, PART = "archive", "archive-part"
MAX_BYTES = 64 << 20
PART_BYTES = 900_000  # an object has at most 1 MiB
_AT_ONCE, _UPLOADS_AT_ONCE = 4, 4
USED_AT = "dcf.used-at"
_TOLD_EVERY_SECONDS = 600.0
_TOO_LARGE = (
    "put what is large into an image (`dcf function build`) or on a volume, or leave it out by "
    "handler.exclude"
)


class ClusterArchives:
    """Fills `ArchiveStore`."""

    def __init__(self, objects: Objects) -> None:
        """Keeps them in the cluster."""
        self._objects, self._turns = objects, asyncio.Semaphore(_UPLOADS_AT_ONCE)

    async def has(self, digest: str) -> bool:
        """Tell whether a tar is here; then there is an hour to deploy it."""
        return is_digest(digest) and await self._find(digest) is not None

    async def put(self, digest: str, chunks: AsyncIterator[bytes]) -> None:
        """Keep an upload; raises `ArchiveError` unless it is what its name says."""
        if not is_digest(digest):
            raise ArchiveError(
                f"archive name {digest!r} is not a sha256 as 64 lower-case hex digits"
            )
        async with self._turns:  # each is in memory
            data = await _received(chunks)
            found, code = await asyncio.to_thread(_examined, data)
            if found != digest:
                raise ArchiveError(
                    f"the archive's sha256 is {found}, not {digest}: upload it again"
                )
            if not await self.has(digest):
                await self._store(digest, data, code)

    async def wanted(self, spec: FunctionSpec) -> Mapping[str, Stored]:
        """What a function needs of what is kept, by digest; raises `ArchiveError`."""
        code = digest_of_image(spec.image) if spec.image.startswith("archive:") else ""
        digests = {digest: None for digest in (code, *attachments_of(spec.env).values()) if digest}
        found = await asyncio.gather(*map(self._find, digests))
        stored = {each.digest: each for each in found if each is not None}
        if code:
            _check_code(code, stored.get(code))
        check_attachments(spec.env, stored.__contains__)
        return stored

    async def _find(self, digest: str) -> Stored | None:
        found = await self._objects.get(CONFIG_MAPS, list_name(digest))
        data = (found or {}).get("data") or {}
        if found is None or not data.get("parts"):
            return None
        await self._tell_used(found)
        entry = Entry(data["dir"], data["file"], data["name"]) if "file" in data else None
        parts = (part_name(digest, number) for number in range(int(data["parts"])))
        return Stored(digest, tuple(parts), entry, data.get("requires", ""))

    async def _tell_used(self, found: Json) -> None:
        """Whoever asks for it will deploy it: say so, for whoever deletes what is not needed."""
        meta, now = found["metadata"], datetime.now(UTC)
        if (now - used_at(found)).total_seconds() > _TOLD_EVERY_SECONDS:
            told = {"metadata": {"annotations": {USED_AT: now.strftime("%Y-%m-%dT%H:%M:%SZ")}}}
            await self._objects.patch(CONFIG_MAPS, meta["name"], told)

    async def _store(self, digest: str, data: bytes, code: Code) -> None:
        owner = await self._begin(digest)
        parts = [data[start : start + PART_BYTES] for start in range(0, len(data), PART_BYTES)]
        turns = asyncio.Semaphore(_AT_ONCE)

        async def keep(number: int, part: bytes) -> None:
            async with turns:
                await self._create(_part(part_name(digest, number), part, owner))

        await asyncio.gather(*(keep(number, part) for number, part in enumerate(parts)))
        told = {"parts": str(len(parts)), "bytes": str(len(data)), **code.as_data()}
        await self._objects.patch(CONFIG_MAPS, list_name(digest), {"data": told, "immutable": True})

    async def _begin(self, digest: str) -> Json:
        """The list, still without parts."""
        body = _config_map(list_name(digest), KEPT)
        await self._create(body)
        found = await self._objects.get(CONFIG_MAPS, body["metadata"]["name"])
        if found is None:
            raise ArchiveError(f"archive {digest} was deleted while it was stored: upload it again")
        return found

    async def _create(self, body: Json) -> None:
        try:
            await self._objects.create(CONFIG_MAPS, body)
        except ApiError as fault:
            if not is_taken(fault):  # somebody stores the same
                raise


def list_name(digest: str) -> str:
    """Of the object that lists an archive's parts."""
    return f"archive-{digest}"


def part_name(digest: str, number: int) -> str:
    """Of the object with one part."""
    return f"archive-{digest}-{number}"


def digest_of(name: str) -> str:
    """Of an archive, by the name of the object that lists its parts."""
    return name.removeprefix("archive-")


def used_at(found: Json) -> datetime:
    """When a list was last asked for, or made."""
    meta = found["metadata"]
    told = (meta.get("annotations") or {}).get(USED_AT) or meta["creationTimestamp"]
    try:
        return datetime.fromisoformat(told)
    except ValueError:
        return datetime.fromisoformat(meta["creationTimestamp"])


def _check_code(digest: str, stored: Stored | None) -> None:
    if stored is None:
        raise ArchiveError(
            f"archive {digest} is not here: PUT it to /system/archives/{digest} first"
        )
    if stored.entry is None:
        raise ArchiveError(f"{IMAGE_PREFIX}{digest} is no code: it has no usable manifest")
    if stored.requires:
        raise ArchiveError(
            f"the archive's {stored.requires} names packages, which no cluster installs: build an "
            "image with them (`dcf function build`), or have them in --function-image and leave "
            "the file out"
        )


async def _received(chunks: AsyncIterator[bytes]) -> bytes:
    pieces, size = [], 0
    async for chunk in chunks:
        size += len(chunk)
        if size > MAX_BYTES:
            raise ArchiveError(f"the upload is over {MAX_BYTES >> 20} MiB: {_TOO_LARGE}")
        pieces.append(chunk)
    return b"".join(pieces)


def _examined(data: bytes) -> tuple[str, Code]:
    return hashlib.sha256(data).hexdigest(), inspect(data)


def _part(name: str, data: bytes, owner: Json) -> Json:
    body = _config_map(name, PART)
    meta = owner["metadata"]
    body["metadata"]["ownerReferences"] = [
        {"apiVersion": "v1", "kind": "ConfigMap", "name": meta["name"], "uid": meta["uid"]}
    ]
    return {
        **body,
        "immutable": True,
        "binaryData": {PART_KEY: base64.b64encode(data).decode()},
    }


def _config_map(name: str, kept: str) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "labels": {names.KEPT: kept}},
    }
