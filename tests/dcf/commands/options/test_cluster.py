"""The flags that name a cluster become one record, flags before the environment."""

import click
from click.testing import CliRunner

from dcf.commands.options.cluster import cluster_of, cluster_options
from dcf.providers.kubernetes.settings import ClusterSettings


def taken(*flags, **environ):
    found = []

    @cluster_options
    @click.command()
    def command(**given):
        found.append((cluster_of(given), given))

    result = CliRunner(env=environ).invoke(command, flags)
    return found[0] if found else result.output


def test_without_any_it_is_what_is_usual():
    assert taken(KUBECONFIG=None, DCF_NAMESPACE=None) == (ClusterSettings(), {})


def test_flags_come_before_variables():
    flags = ("--kubeconfig", "a", "--namespace", "f", "--image-pull-policy", "Never")
    variables = {
        "KUBECONFIG": "b",
        "DCF_NAMESPACE": "g",
        "DCF_KUBE_CONTEXT": "c",
        "DCF_FUNCTION_IMAGE": "i",
    }
    assert taken(*flags, **variables)[0] == ClusterSettings("a", "c", "f", "i", "Never")


def test_a_policy_that_is_none_is_refused():
    assert "'Sometimes' is not one of" in taken("--image-pull-policy", "Sometimes")
