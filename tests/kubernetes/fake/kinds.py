"""Which kinds of objects there are, in which groups and versions."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Kind:
    """One kind, whatever version it is asked for in.

    Attributes:
        group: Empty for the core.
        versions: Served, the preferred one first.
        plural: Its name in paths.
        kind: Its name in objects.
        subresources: Besides the object itself.
        is_namespaced: Whether it lies in a namespace.
        has_generation: Whether changes of its spec are counted.
    """

    group: str
    versions: tuple[str, ...]
    plural: str
    kind: str
    subresources: tuple[str, ...] = ()
    is_namespaced: bool = True
    has_generation: bool = False

    @property
    def title(self):
        """What errors call it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def api_version(self, version=""):
        """`apiVersion` of its objects."""
        version = version or self.versions[0]
        return f"{self.group}/{version}" if self.group else version

    def path(self, namespace="", version=""):
        """Where they are listed."""
        root = "/apis" if self.group else "/api"
        inside = f"namespaces/{namespace}/" if namespace and self.is_namespaced else ""
        return f"{root}/{self.api_version(version)}/{inside}{self.plural}"


NAMESPACE = Kind("", ("v1",), "namespaces", "Namespace", ("status",), is_namespaced=False)
NODE = Kind("", ("v1",), "nodes", "Node", ("status",), is_namespaced=False)
POD = Kind("", ("v1",), "pods", "Pod", ("status", "log"))
SERVICE = Kind("", ("v1",), "services", "Service", ("status",))
ENDPOINTS = Kind("", ("v1",), "endpoints", "Endpoints")
SECRET = Kind("", ("v1",), "secrets", "Secret")
CONFIG_MAP = Kind("", ("v1",), "configmaps", "ConfigMap")
EVENT = Kind("", ("v1",), "events", "Event")
QUOTA = Kind("", ("v1",), "resourcequotas", "ResourceQuota", ("status",))
_SCALED = ("status", "scale")
DEPLOYMENT = Kind("apps", ("v1",), "deployments", "Deployment", _SCALED, has_generation=True)
REPLICA_SET = Kind("apps", ("v1",), "replicasets", "ReplicaSet", _SCALED, has_generation=True)
AUTOSCALER = Kind(
    "autoscaling",
    ("v2", "v2beta2", "v1"),
    "horizontalpodautoscalers",
    "HorizontalPodAutoscaler",
    ("status",),
)
LEASE = Kind("coordination.k8s.io", ("v1",), "leases", "Lease")
ENDPOINT_SLICE = Kind("discovery.k8s.io", ("v1", "v1beta1"), "endpointslices", "EndpointSlice")

ALL = (
    NAMESPACE, NODE, POD, SERVICE, ENDPOINTS, SECRET, CONFIG_MAP, EVENT, QUOTA, DEPLOYMENT,
    REPLICA_SET, AUTOSCALER, LEASE, ENDPOINT_SLICE,
)  # fmt: skip


class Served:
    """The kinds that a server has, each in the versions that it has."""

    def __init__(self, versions=None):
        """`versions` has those of a group that differ from all, such as none."""
        given = versions or {}
        kinds = [replace(each, versions=given.get(each.group, each.versions)) for each in ALL]
        self.kinds = tuple(each for each in kinds if each.versions)

    def find(self, group, version, plural):
        """The kind of that name as it is defined here, or None."""
        for known, served in ((each, self._served(each)) for each in ALL):
            if (known.group, known.plural) == (group, plural) and served:
                return known if version in served.versions else None
        return None

    def _served(self, kind):
        found = (
            each for each in self.kinds if (each.group, each.plural) == (kind.group, kind.plural)
        )
        return next(found, None)

    @property
    def groups(self):
        """Versions by group, without the core."""
        return {each.group: each.versions for each in self.kinds if each.group}
