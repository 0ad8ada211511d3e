"""Which kubeconfig counts, how several become one, and what is said where none can be used."""

import pytest
import yaml

from dcf.errors import CannotStart
from dcf.providers.kubernetes.kubeconfig import is_inside, kubeconfig, part_of, proxy_for
from dcf.providers.kubernetes.settings import ClusterSettings

CLUSTER = {"server": "https://one:6443", "certificate-authority": "ca.crt"}


def written(path, **content):
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump({key.replace("_", "-"): each for key, each in content.items()}))
    return str(path)


def test_files_are_merged_as_kubectl_does_and_paths_are_their_own_folders(tmp_path):
    first = written(tmp_path / "a" / "one", clusters=[{"name": "c", "cluster": CLUSTER}])
    second = written(
        tmp_path / "b" / "two",
        clusters=[{"name": "c", "cluster": {"server": "https://two"}}],
        users=[{"name": "u", "user": {"tokenFile": "token", "client-key": None}}],
        current_context="x",
    )
    found = kubeconfig(ClusterSettings(f"{first}:{tmp_path}/none:{second}"), {})
    assert part_of(found, "cluster", "c") == {
        "server": "https://one:6443", "certificate-authority": f"{tmp_path}/a/ca.crt",
    }  # fmt: skip
    assert part_of(found, "user", "u") == {"tokenFile": f"{tmp_path}/b/token"}
    assert found["current-context"] == "x"
    assert part_of(found, "user", "nobody") == {}


def test_a_flag_comes_before_the_environment_before_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    usual = tmp_path / ".kube" / "config"
    written(usual, current_context="usual")
    told = {"KUBECONFIG": written(tmp_path / "told", current_context="told")}
    flag = ClusterSettings(written(tmp_path / "flag", current_context="flag"))
    assert kubeconfig(flag, told)["current-context"] == "flag"
    assert kubeconfig(ClusterSettings(), told)["current-context"] == "told"
    assert kubeconfig(ClusterSettings(), {})["current-context"] == "usual"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "is no file"),
        ("{", "is no YAML"),
        ("[1]", "is no mapping"),
        (b"\xff\xfe\x00", "is no YAML"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(tmp_path, content, words):
    path = tmp_path / "config"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CannotStart, match=words) as caught:
        kubeconfig(ClusterSettings(str(path)), {})
    assert "\n" not in caught.value.message


def test_without_a_kubeconfig_and_outside_a_pod_there_is_no_cluster(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(CannotStart, match="--kubeconfig or KUBECONFIG"):
        kubeconfig(ClusterSettings(), {})


def test_a_pod_asks_by_its_service_account_unless_it_is_told_otherwise(tmp_path):
    pod = {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}
    assert not is_inside(ClusterSettings(), pod, tmp_path)
    (tmp_path / "token").write_text("t")
    assert is_inside(ClusterSettings(), pod, tmp_path)
    assert not is_inside(ClusterSettings(), {}, tmp_path)
    assert not is_inside(ClusterSettings(), {**pod, "KUBECONFIG": "x"}, tmp_path)
    assert not is_inside(ClusterSettings(kubeconfig="x"), pod, tmp_path)
    assert not is_inside(ClusterSettings(context="x"), pod, tmp_path)


def test_a_proxy_is_the_clusters_own_or_the_environments(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    monkeypatch.setenv("NO_PROXY", "near")
    assert proxy_for("https://far:6443", {}) == "http://proxy:1"
    assert proxy_for("https://near:6443", {}) is None
    assert proxy_for("https://near:6443", {"proxy-url": "http://own:2"}) == "http://own:2"
