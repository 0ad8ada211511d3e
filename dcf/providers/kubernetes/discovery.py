"""Which versions of which API groups a cluster serves: they came and went over the years."""

from dataclasses import dataclass

from ...errors import CannotStart
from .api import Api, Json

_SLICES = ("v1", "v1beta1")
_LEASES = ("v1", "v1beta1")
_SCALERS = ("v2", "v2beta2", "v1")
_USAGE = ("v1", "v1beta1")
_APPS = ("v1",)


@dataclass(frozen=True)
class Served:
    """Of the groups that the provider uses, the version to use; empty for one that is not there.

    Attributes:
        slices: Of `discovery.k8s.io`, EndpointSlices; without it there are Endpoints.
        leases: Of `coordination.k8s.io`.
        scalers: Of `autoscaling`, HorizontalPodAutoscalers.
        usage: Of `metrics.k8s.io`: pods' processor time and memory, where a metrics server runs.
    """

    slices: str = ""
    leases: str = ""
    scalers: str = ""
    usage: str = ""


async def discovered(api: Api) -> Served:
    """What is served now; raises `ApiError`, or `CannotStart` for a cluster that is too old."""
    return served(await api.get("/apis"))


def served(groups: Json) -> Served:
    """Reads an `APIGroupList`."""
    known = {
        group["name"]: {each["version"] for each in group.get("versions") or ()}
        for group in groups.get("groups") or ()
    }

    def newest(group: str, versions: tuple[str, ...]) -> str:
        return next((each for each in versions if each in known.get(group, ())), "")

    if not newest("apps", _APPS):
        raise CannotStart("the cluster serves no apps/v1: Kubernetes 1.9 or newer is needed")
    return Served(
        newest("discovery.k8s.io", _SLICES),
        newest("coordination.k8s.io", _LEASES),
        newest("autoscaling", _SCALERS),
        newest("metrics.k8s.io", _USAGE),
    )
