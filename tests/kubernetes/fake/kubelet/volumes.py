"""Volumes of a pod, as folders of this machine, and how paths in a container lead there."""

import base64
import itertools
import shutil

from tests.kubernetes.fake import kinds


class Missing(Exception):
    """Something that a pod needs is not there yet."""


class Volumes:
    """The volumes of one pod below its folder."""

    def __init__(self, store, pod, folder):
        self._store, self._pod, self._folder = store, pod, folder
        self._namespace = pod["metadata"]["namespace"]
        self._turns = itertools.count()
        self._written = {}

    def write(self):
        """Bring all volumes to what their sources are now; raises `Missing`."""
        for volume in self._pod["spec"].get("volumes", ()):
            folder = self.folder(volume["name"])
            if "emptyDir" in volume:
                folder.mkdir(parents=True, exist_ok=True)
            elif "hostPath" in volume:
                folder.parent.mkdir(parents=True, exist_ok=True)
                if not folder.is_symlink():
                    folder.symlink_to(volume["hostPath"]["path"])
            else:
                try:
                    files = self._files(volume)
                except Missing as missing:
                    words = f'MountVolume.SetUp failed for volume "{volume["name"]}" : {missing}'
                    raise Missing(words) from None
                if self._written.get(volume["name"]) != files:
                    self._publish(folder, files)
                    self._written[volume["name"]] = files

    def folder(self, name):
        """Where a volume is."""
        return self._folder / "volumes" / name

    def _publish(self, folder, files):
        """Change all files at once by a link, as a kubelet does."""
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f"..{next(self._turns)}"
        for name, (content, mode) in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(mode)
        fresh.mkdir(exist_ok=True)
        data, link = folder / "..data", folder / "..data_tmp"
        before = data.resolve() if data.exists() else None
        link.symlink_to(fresh.name)
        link.replace(data)
        for top in {name.partition("/")[0] for name in files}:
            if not (folder / top).is_symlink():
                (folder / top).symlink_to(f"..data/{top}")
        if before is not None:
            shutil.rmtree(before)
        for entry in folder.iterdir():
            if not entry.name.startswith("..") and not entry.exists():
                entry.unlink()

    def _files(self, volume):
        """Content and mode by path."""
        if "projected" in volume:
            source, files = volume["projected"], {}
            for each in source.get("sources", ()):
                for kind, part in each.items():
                    files |= self._source(kind, part, source.get("defaultMode", 0o644))
            return files
        for kind in ("secret", "configMap", "downwardAPI"):
            if kind in volume:
                return self._source(kind, volume[kind], volume[kind].get("defaultMode", 0o644))
        return {}

    def _source(self, kind, part, mode):
        if kind == "downwardAPI":
            return {
                item["path"]: (field(self._pod, item["fieldRef"]["fieldPath"]).encode(), mode)
                for item in part.get("items", ())
            }
        if kind not in {"secret", "configMap"}:
            return {}
        name = part.get("name") or part.get("secretName")
        content = content_of(self._store, kind, self._namespace, name)
        if content is None:
            if part.get("optional"):
                return {}
            raise Missing(f'{kind.lower()} "{name}" not found')
        if not part.get("items"):
            return {key: (value, mode) for key, value in content.items()}
        absent = [item["key"] for item in part["items"] if item["key"] not in content]
        if absent and not part.get("optional"):
            raise Missing(f"references non-existent {kind} key: {absent[0]}")
        return {
            item["path"]: (content[item["key"]], item.get("mode", mode))
            for item in part["items"]
            if item["key"] in content
        }


def content_of(store, kind, namespace, name):
    """The keys and values of a Secret or ConfigMap; None where it is not there."""
    known = kinds.SECRET if kind == "secret" else kinds.CONFIG_MAP
    item = store.get(known, namespace, name)
    if item is None:
        return None
    encoded = item.get("data" if kind == "secret" else "binaryData") or {}
    plain = {} if kind == "secret" else item.get("data") or {}
    content = {key: base64.b64decode(text) for key, text in encoded.items()}
    return content | {key: text.encode() for key, text in plain.items()}


def field(pod, path):
    """What a `fieldPath` names: `metadata.name`, `metadata.labels['a']`, `status.podIP`."""
    head, _, key = path.partition("['")
    value = pod
    for part in head.split("."):
        value = value.get(part, {}) if isinstance(value, dict) else {}
    if key:
        return value.get(key.removesuffix("']"), "")
    return value if isinstance(value, str) else ""


class Paths:
    """Leads paths of a container to where they are on this machine."""

    def __init__(self, places):
        """`places` has folders or files by what they are called in the container."""
        self._places = sorted(places.items(), key=lambda each: -len(each[0]))
        for name, place in self._places:
            assert name.startswith("/"), (name, place)

    def led(self, text):
        """A text, with every path in it that begins with a known one led to its place."""
        result, begin = "", 0
        while begin < len(text):
            found = self._at(text, begin)
            name, place = found or (text[begin], text[begin])
            result += str(place)
            begin += len(name)
        return result

    def _at(self, text, begin):
        # A path begins a word; within one it is the end of another path.
        if text[begin] != "/" or (
            begin and (text[begin - 1].isalnum() or text[begin - 1] in "/._-")
        ):
            return None
        for name, place in self._places:
            rest = text[begin + len(name) : begin + len(name) + 1]
            if text.startswith(name, begin) and not (
                rest.isalnum() or rest in {"_", "-", "."} - {""}
            ):
                return name, place
        return None
