"""The settings that say which cluster a gateway is for, and what it may do there."""

from dataclasses import dataclass

PULL_POLICIES = ("IfNotPresent", "Always", "Never")


@dataclass(frozen=True)
class ClusterSettings:
    """Flags of `dcf gateway start --provider kubernetes`.

    Attributes:
        kubeconfig: Files, with colons between them; empty for what is usual: in a pod its service
            account, elsewhere `~/.kube/config`.
        context: Of the kubeconfig; empty for its current one.
        namespace: Where functions are; empty for the context's, or the service account's own.
        function_image: What runs functions that come as archives.
        image_pull_policy: One of `PULL_POLICIES`, for all functions.
    """

    kubeconfig: str = ""
    context: str = ""
    namespace: str = ""
    function_image: str = "dcf/watcher"
    image_pull_policy: str = "IfNotPresent"
