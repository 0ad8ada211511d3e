"""What belongs to the Deployments that are there.

One that is deleted leaves its ReplicaSets and pods behind for a while. The next one of its name may
have the same revision numbers, labels and even names of ReplicaSets: only their uids differ.
"""

from collections.abc import Iterable

from .records import DeploymentRecord, PodRecord, ReplicaSetRecord


class Ownership:
    """Of one function's Deployments.

    Attributes:
        sets: Their ReplicaSets, and those that nobody owns.
    """

    def __init__(
        self, deployments: Iterable[DeploymentRecord | None], sets: Iterable[ReplicaSetRecord]
    ) -> None:
        """Takes a function's.

        Args:
            deployments: Its own and its candidate's, where there are any.
            sets: All ReplicaSets of its name.
        """
        uids = {"", *(each.uid for each in deployments if each is not None)}
        self.sets = tuple(each for each in sets if each.deployment in uids)
        self._by_name = {each.name: each for each in self.sets}
        self._uids = {"", *(each.uid for each in self.sets)}

    def has(self, pod: PodRecord) -> bool:
        """Whether a pod is known to be theirs; of one that is new its set may not be seen yet."""
        return pod.owner_uid in self._uids

    def set_of(self, name: str, pod: PodRecord | None = None) -> ReplicaSetRecord | None:
        """Their ReplicaSet of a name; None where it is not theirs, or not seen yet.

        Args:
            name: The ReplicaSet's.
            pod: One of its pods, where it is known.
        """
        found = self._by_name.get(name)
        if found is None or pod is None or not pod.owner_uid:
            return found
        return found if found.uid == pod.owner_uid else None
