"""The flags of `dcf gateway start` for functions on a Kubernetes cluster."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import click

from ...providers.kubernetes.settings import PULL_POLICIES, ClusterSettings

_Command = Callable[..., Any]
_USUAL = ClusterSettings()
# Flag, field of `ClusterSettings`, variable, words.
_ROWS = (
    ("--kubeconfig", "kubeconfig", "KUBECONFIG",
     "Kubernetes: kubeconfig files. [default: in a pod its service account, else ~/.kube/config]"),
    ("--kube-context", "context", "DCF_KUBE_CONTEXT",
     "Kubernetes: context of the kubeconfig. [default: its current one]"),
    ("--namespace", "namespace", "DCF_NAMESPACE",
     "Kubernetes: where functions are. [default: the context's, or the service account's own]"),
    ("--function-image", "function_image", "DCF_FUNCTION_IMAGE",
     "Kubernetes: what runs functions that come as archives."),
    ("--image-pull-policy", "image_pull_policy", "DCF_IMAGE_PULL_POLICY",
     "Kubernetes: when nodes pull functions' images."),
)  # fmt: skip


def cluster_options(command: _Command) -> _Command:
    """Add them all; the command is given each as a keyword argument: see `cluster_of`."""
    for flag, field, variable, words in reversed(_ROWS):
        usual = getattr(_USUAL, field)
        kind = click.Choice(PULL_POLICIES) if field == "image_pull_policy" else None
        option = click.option(
            flag, field, envvar=variable, type=kind, default=usual, show_default=bool(usual),
            help=words,
        )  # fmt: skip
        command = option(command)
    return command


def cluster_of(flags: dict[str, Any]) -> ClusterSettings:
    """Take them out of a command's keyword arguments."""
    return ClusterSettings(**{each.name: flags.pop(each.name) for each in fields(ClusterSettings)})
