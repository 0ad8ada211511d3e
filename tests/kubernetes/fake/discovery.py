"""The documents that say which groups, versions and kinds a server has."""


def document(path, served):
    """The discovery document of a path; None where there is none."""
    groups = {group: _group(group, versions) for group, versions in served.groups.items()}
    parts = path.strip("/").split("/")
    match parts:
        case ["version"]:
            return {"major": "1", "minor": "20", "gitVersion": "v1.20.2", "platform": "linux/amd64"}
        case ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"]}
        case ["apis"]:
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": list(groups.values())}
        case ["apis", group] if group in groups:
            return {"kind": "APIGroup", "apiVersion": "v1", **groups[group]}
        case ["api", "v1"]:
            return _resources("", "v1", served)
        case ["apis", group, version] if version in served.groups.get(group, ()):
            return _resources(group, version, served)
    return None


def _group(group, versions):
    known = [{"groupVersion": f"{group}/{each}", "version": each} for each in versions]
    return {"name": group, "versions": known, "preferredVersion": known[0]}


def _resources(group, version, served):
    rows = []
    for kind in served.kinds:
        if kind.group != group or version not in kind.versions:
            continue
        verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
        row = {"singularName": "", "namespaced": kind.is_namespaced, "kind": kind.kind}
        rows.append({"name": kind.plural, "verbs": verbs, **row})
        for part in kind.subresources:
            verbs = ["get"] if part == "log" else ["get", "patch", "update"]
            shown = {"kind": "Scale", "group": "autoscaling", "version": "v1"}
            more = shown if part == "scale" else {}
            rows.append({"name": f"{kind.plural}/{part}", "verbs": verbs, **row, **more})
    return {
        "kind": "APIResourceList", "apiVersion": "v1", "resources": rows,
        "groupVersion": f"{group}/{version}" if group else version,
    }  # fmt: skip
