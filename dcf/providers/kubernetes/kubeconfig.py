"""Which cluster a gateway belongs to: kubeconfig files, read and merged as kubectl does."""

import os
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ...errors import CannotStart
from .settings import ClusterSettings

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_DEFAULT = "~/.kube/config"
_LISTS = ("clusters", "contexts", "users")
_FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")


def is_inside(
    wanted: ClusterSettings, environ: Mapping[str, str], account: Path = SERVICE_ACCOUNT
) -> bool:
    """Whether this is a pod's process that nobody gave a kubeconfig."""
    told = wanted.kubeconfig or environ.get("KUBECONFIG") or wanted.context
    return not told and "KUBERNETES_SERVICE_HOST" in environ and (account / "token").is_file()


def kubeconfig(wanted: ClusterSettings, environ: Mapping[str, str]) -> dict[str, Any]:
    """All files as one, paths in it made absolute; raises `CannotStart`."""
    told = wanted.kubeconfig or environ.get("KUBECONFIG") or ""
    paths = [Path(each).expanduser() for each in (told or _DEFAULT).split(os.pathsep) if each]
    found = [each for each in paths if each.is_file()]
    if not found and told:
        raise CannotStart(f"kubeconfig {told} is no file: name one by --kubeconfig or KUBECONFIG")
    if not found:
        raise CannotStart(
            f"there is no cluster: {_DEFAULT} is no file, and this is no pod with a service "
            "account; name a kubeconfig by --kubeconfig or KUBECONFIG"
        )
    merged: dict[str, Any] = {}
    for path in found:
        _merge(merged, _read(path), path.absolute().parent)
    return merged


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_bytes())
    except OSError as fault:
        raise CannotStart(f"kubeconfig {path} cannot be read ({fault.strerror})") from fault
    except (yaml.YAMLError, ValueError) as fault:
        raise CannotStart(f"kubeconfig {path} is no YAML: {str(fault).splitlines()[0]}") from fault
    if not isinstance(content or {}, dict):
        raise CannotStart(f"kubeconfig {path} is no mapping: see `kubectl config view`")
    return content or {}


def _merge(merged: dict[str, Any], content: Mapping[str, Any], folder: Path) -> None:
    """What an earlier file has stays."""
    for key in _LISTS:
        entries = merged.setdefault(key, [])
        known = {each["name"] for each in entries}
        for entry in content.get(key) or ():
            if isinstance(entry, dict) and entry.get("name") not in (None, *known):
                kind = key.removesuffix("s")
                entries.append({**entry, kind: _absolute(entry.get(kind) or {}, folder)})
    if not merged.get("current-context"):
        merged["current-context"] = content.get("current-context") or None


def _absolute(entry: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    found = {key: value for key, value in entry.items() if value is not None}
    for key in _FILES:
        if found.get(key):
            found[key] = str(folder / found[key])
    return found


def part_of(merged: Mapping[str, Any], kind: str, name: str | None) -> dict[str, Any]:
    """The `cluster`, `context` or `user` of that name, as it stands there; empty for none."""
    found = (each[kind] for each in merged.get(kind + "s", ()) if each["name"] == name)
    return next(found, {})


def proxy_for(server: str, cluster: Mapping[str, Any]) -> str | None:
    """The proxy on the way to the API: the kubeconfig's own, or the environment's."""
    url = urllib.parse.urlsplit(server)
    if named := cluster.get("proxy-url"):
        return str(named)
    if urllib.request.proxy_bypass(url.hostname or ""):
        return None
    return urllib.request.getproxies().get(url.scheme)
