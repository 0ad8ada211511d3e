"""The environment of a container: of its image, of its pod's lists, of objects that these name."""

import os
import re

from tests.kubernetes.fake.kubelet.volumes import Missing, content_of, field

_REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)")


def environment(store, pod, container):
    """What a container's own lists set, in their order; raises `Missing`."""
    namespace, env = pod["metadata"]["namespace"], {}
    for each in container.get("envFrom", ()):
        kind, part = ("secret", each["secretRef"]) if "secretRef" in each else (
            "configMap", each["configMapRef"]
        )  # fmt: skip
        content = content_of(store, kind, namespace, part["name"])
        if content is None and not part.get("optional"):
            raise Missing(f'{kind.lower()} "{part["name"]}" not found')
        prefix = each.get("prefix", "")
        env |= {prefix + key: value.decode() for key, value in (content or {}).items()}
    for each in container.get("env", ()):
        value = _value(store, pod, each)
        if value is not None:
            env[each["name"]] = expanded(value, env) if "value" in each else value
    return env


def _value(store, pod, variable):
    source = variable.get("valueFrom", {})
    if "fieldRef" in source:
        return field(pod, source["fieldRef"]["fieldPath"])
    for kind, name in (("secret", "secretKeyRef"), ("configMap", "configMapKeyRef")):
        if name in source:
            return _key(store, pod["metadata"]["namespace"], kind, source[name])
    return variable.get("value", "")


def _key(store, namespace, kind, part):
    content = content_of(store, kind, namespace, part["name"])
    if content is None:
        if part.get("optional"):
            return None
        raise Missing(f'{kind.lower()} "{part["name"]}" not found')
    if part["key"] not in content:
        if part.get("optional"):
            return None
        raise Missing(f"couldn't find key {part['key']} in {kind} {namespace}/{part['name']}")
    return content[part["key"]].decode()


def expanded(text, env):
    """A text with `$(NAME)` replaced by what is known; what is not known stays as it is."""

    def value(found):
        return "$" if found[0] == "$$" else env.get(found[1], found[0])

    return _REFERENCE.sub(value, text)


def of_this_machine(folder, pod):
    """What a program needs to run here at all."""
    kept = {key: value for key, value in os.environ.items() if key.startswith("COVERAGE_")}
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder / "tmp")}
    return kept | own | {"HOSTNAME": pod["metadata"]["name"], "LANG": "C.UTF-8"}
