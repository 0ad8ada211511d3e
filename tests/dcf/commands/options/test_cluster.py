"""The flags that say which cluster, and how functions run there."""

import click
import pytest
from click.testing import CliRunner

from dcf.commands.options.cluster import cluster_of, cluster_options
from dcf.providers.kubernetes.settings import ClusterSettings


@pytest.fixture
def taken():
    """`taken(*flags, **environ)` is what a command with the flags is given, or its exit status."""

    def run(*flags, **environ):
        got = []

        @click.command()
        @cluster_options
        def command(**given):
            got.append(cluster_of(given))
            assert not given  # nothing is left for the command itself

        done = CliRunner(env={"KUBECONFIG": None, **environ}).invoke(command, flags)
        return got[0] if got else done.exit_code

    return run


def test_flags_come_before_the_environment_and_both_before_the_usual(taken):
    assert taken() == ClusterSettings()
    environ = {"KUBECONFIG": "/a:/b", "DCF_NAMESPACE": "one", "DCF_IMAGE_PULL_POLICY": "Never"}
    assert taken(**environ) == ClusterSettings("/a:/b", "", "one", image_pull_policy="Never")
    flags = ("--namespace", "two", "--kube-context", "here", "--function-image", "mine/watcher:3")
    assert taken(*flags, **environ) == ClusterSettings(
        "/a:/b", "here", "two", "mine/watcher:3", "Never"
    )


def test_a_pull_policy_that_kubernetes_has_not_is_refused(taken):
    assert taken("--image-pull-policy", "Sometimes") == 2
