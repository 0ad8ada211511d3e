"""What the API server refuses, and what it changes in objects before it keeps them."""

import base64
import binascii
import json
import re

from tests.kubernetes.fake import kinds
from tests.kubernetes.fake.defaults import FILLED
from tests.kubernetes.fake.quota import check_quota
from tests.kubernetes.fake.selectors import selected
from tests.kubernetes.fake.status import forbidden, invalid, not_found

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAME = {"services": re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")}
_SUBDOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_LARGEST = 1 << 20
_ANNOTATIONS = 256 << 10


def admit(store, kind, item, before):
    """Check a new object, or a new form of the one before, and fill in what is left out."""
    name = item["metadata"]["name"]
    _check_metadata(kind, item)
    if before is None and kind.is_namespaced:
        namespace = item["metadata"]["namespace"]
        if store.get(kinds.NAMESPACE, "", namespace) is None:
            raise not_found(kinds.NAMESPACE, namespace)
    if item["kind"] == "Secret":
        _plain_values(item)
    if item["kind"] in {"Secret", "ConfigMap"}:
        _check_data(kind, item, before)
    if item["kind"] in FILLED:
        try:
            FILLED[item["kind"]](item)
        except KeyError as missing:
            raise invalid(kind, name, f"spec.{missing.args[0]}", "Required value") from None
    if item["kind"] in {"Deployment", "ReplicaSet"}:
        _check_selector(kind, item, before)
    if item["kind"] in {"Deployment", "ReplicaSet", "Pod"}:
        _check_pod(kind, item)
    if kind is kinds.POD and before is None:
        check_quota(store, item)


def _check_metadata(kind, item):
    metadata, name = item["metadata"], item["metadata"]["name"]
    longest = 63 if kind is kinds.SERVICE else 253
    if not _NAME.get(kind.plural, _SUBDOMAIN).fullmatch(name) or len(name) > longest:
        raise invalid(kind, name, "metadata.name", f'Invalid value: "{name}": a lowercase RFC 1123')
    template = item.get("spec", {}).get("template", {}).get("metadata", {})
    for where in (metadata, template):
        for key, value in (where.get("labels") or {}).items():
            _check_label(kind, name, key, value)
        size = sum(len(key) + len(value) for key, value in (where.get("annotations") or {}).items())
        if size > _ANNOTATIONS:
            raise invalid(
                kind, name, "metadata.annotations", "Too long: may not be more than 262144 bytes"
            )


def _check_label(kind, name, key, value):
    text = value if isinstance(value, str) else json.dumps(value)
    is_fine = isinstance(value, str) and len(text) <= 63 and _VALUE.fullmatch(text)
    if not is_fine or not _VALUE.fullmatch(key.rpartition("/")[2]) or not key:
        raise invalid(
            kind, name, "metadata.labels", f'Invalid value: "{text}": a valid label must be'
        )


def _plain_values(item):
    for key, text in (item.pop("stringData", None) or {}).items():
        item.setdefault("data", {})[key] = base64.b64encode(text.encode()).decode()


def _check_data(kind, item, before):
    name, size = item["metadata"]["name"], 0
    encoded = item.get("data" if kind is kinds.SECRET else "binaryData") or {}
    for key, text in encoded.items():
        try:
            size += len(base64.b64decode(text, validate=True))
        except binascii.Error:
            raise invalid(kind, name, f"data[{key}]", "illegal base64 data") from None
    if kind is kinds.CONFIG_MAP:
        size += sum(len(text) for text in (item.get("data") or {}).values())
    if size > _LARGEST:
        raise invalid(kind, name, "[]", f"Too long: must have at most {_LARGEST} bytes")
    if before and before.get("immutable"):
        for part in ("data", "binaryData", "immutable"):
            if item.get(part) != before.get(part):
                words = "Forbidden: field is immutable when `immutable` is set"
                raise invalid(kind, name, part, words)


def _check_selector(kind, item, before):
    name, spec = item["metadata"]["name"], item["spec"]
    if not selected(spec.get("selector"), spec["template"]["metadata"].get("labels", {})):
        words = "Invalid value: `selector` does not match template `labels`"
        raise invalid(kind, name, "spec.template.metadata.labels", words)
    if before and before["spec"]["selector"] != spec["selector"]:
        raise invalid(kind, name, "spec.selector", "field is immutable")


def _check_pod(kind, item):
    name, spec = item["metadata"]["name"], item["spec"]
    spec = spec if kind is kinds.POD else spec["template"]["spec"]
    volumes = {each["name"] for each in spec.get("volumes", ())}
    for each in [*spec.get("initContainers", ()), *spec["containers"]]:
        if not each.get("image"):
            raise invalid(kind, name, "spec.containers[0].image", "Required value")
        for mount in each.get("volumeMounts", ()):
            if mount["name"] not in volumes:
                where = "spec.containers[0].volumeMounts[0].name"
                raise invalid(kind, name, where, f'Not found: "{mount["name"]}"')
        for variable in each.get("env", ()):
            if not isinstance(variable.get("value", ""), str):
                raise forbidden(kind, name, f"env {variable['name']} is no string")
