"""What placement and the keeping of rollouts are made of, put together once."""

from dataclasses import dataclass

from .api import Api
from .archives import ClusterArchives
from .candidates import Candidates
from .checks import Checks
from .objects import Objects
from .revisions import Ground
from .scalers import Scalers
from .secrets import ClusterSecrets
from .view import View


@dataclass(frozen=True)
class Parts:
    """All of them, of one gateway.

    Attributes:
        objects: The cluster's objects.
        view: What is known of them.
        ground: What all functions have in common.
        archives: Code and attachments.
        secrets: What functions read as files.
        scalers: What else sets how many replicas there are.
        checks: Looks for what functions need.
        candidates: Canaries and shadows.
    """

    objects: Objects
    view: View
    ground: Ground
    archives: ClusterArchives
    secrets: ClusterSecrets
    scalers: Scalers
    checks: Checks
    candidates: Candidates


def parts_of(api: Api, view: View, ground: Ground, scalers: str) -> Parts:
    """Makes them; asks nothing yet.

    Args:
        api: Whom to ask.
        view: What is known of the cluster.
        ground: What all functions have.
        scalers: The version of `autoscaling` that the cluster has; may be empty.
    """
    objects = Objects(api, view)
    archives, secrets = ClusterArchives(objects), ClusterSecrets(objects)
    autoscalers = Scalers(objects, scalers)
    return Parts(
        objects,
        view,
        ground,
        archives,
        secrets,
        autoscalers,
        Checks(archives, secrets, autoscalers),
        Candidates(objects, view, ground),
    )
