"""From kubeconfigs and service accounts to requests that a real server takes."""

import ssl

import pytest
import yaml

from dcf.errors import CannotStart
from dcf.providers.kubernetes.api import ApiError
from dcf.providers.kubernetes.connection import connect
from dcf.providers.kubernetes.settings import ClusterSettings
from tests.dcf.gateway.access.test_certificate import write_pair
from tests.dcf.providers.kubernetes.api_server import refuses, run, serving
from tests.dcf.providers.kubernetes.test_exec_plugin import counting

PATH = "/api/v1/namespaces/functions/pods"


def written(tmp_path, server, user, **cluster):
    path = tmp_path / "config"
    content = {
        "clusters": [{"name": "c", "cluster": {"server": server, **cluster}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [
            {"name": "x", "context": {"cluster": "c", "user": "u", "namespace": "functions"}}
        ],
        "current-context": "x",
    }
    path.write_text(yaml.safe_dump(content))
    return ClusterSettings(str(path))


async def asked_by(api, server):
    server.says("GET", PATH, (200, {"items": []}))
    try:
        await api.get(PATH)
    finally:
        await api.close()
    return server.asked[-1][2].get("Authorization")


@pytest.mark.parametrize(
    ("user", "header"),
    [({"token": "t"}, "Bearer t"), ({"username": "a", "password": "b"}, "Basic YTpi"), ({}, None)],
)
def test_a_kubeconfig_says_who_asks_and_where(tmp_path, user, header):
    async def steps():
        async with serving() as server:
            settings = written(tmp_path, server.url, user)
            api = connect(settings, {})
            assert (api.namespace, api.server) == ("functions", server.url)
            assert await asked_by(api, server) == header
            other = connect(ClusterSettings(settings.kubeconfig, "x", "mine"), {})
            assert other.namespace == "mine"
            await other.close()

    run(steps())


def test_a_program_is_asked_again_when_its_token_is_refused(tmp_path):
    async def steps():
        async with serving() as server:
            user = {"exec": {**counting(tmp_path), "interactiveMode": "IfAvailable"}}
            api = connect(written(tmp_path, server.url, user), {})
            server.says("GET", PATH, refuses(401, "Unauthorized", "no"), (200, {"items": []}))
            await api.get(PATH)
            await api.close()
            assert [each[2]["Authorization"] for each in server.asked] == [
                "Bearer token-1",
                "Bearer token-2",
            ]

    run(steps())


def test_a_service_accounts_token_may_change_and_its_server_is_checked(tmp_path, monkeypatch):
    write_pair(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    (tmp_path / "ca.crt").write_bytes((tmp_path / "cert.pem").read_bytes())
    (tmp_path / "token").write_text("first\n")
    (tmp_path / "namespace").write_text("own")

    async def steps():
        async with serving(tls) as server:
            monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "localhost")
            monkeypatch.setenv("KUBERNETES_SERVICE_PORT", server.url.rpartition(":")[2])
            environ = {"KUBERNETES_SERVICE_HOST": "localhost"}
            api = connect(ClusterSettings(), environ, tmp_path)
            assert (api.namespace, api.server) == ("own", server.url)
            server.says("GET", PATH, (200, {}), refuses(401, "Unauthorized", "old"), (200, {}))
            await api.get(PATH)
            (tmp_path / "token").write_text("second")
            await api.get(PATH)
            heads = [each[2]["Authorization"] for each in server.asked]
            assert heads == ["Bearer first", "Bearer first", "Bearer second"]
            (tmp_path / "token").unlink()
            server.says("GET", PATH, refuses(401, "Unauthorized", "old"))
            with pytest.raises(ApiError, match=r"Token file .* not found"):
                await api.get(PATH)
            await api.close()
            (tmp_path / "other").mkdir()
            write_pair(tmp_path / "other")
            settings = written(
                tmp_path, server.url, {}, **{"certificate-authority": "other/cert.pem"}
            )
            api = connect(settings, {})
            with pytest.raises(ApiError, match="certificate verify failed"):
                await api.get(PATH)
            await api.close()

    run(steps())


def test_what_names_no_cluster_is_said_before_anything_is_asked(tmp_path):
    good = written(tmp_path, "https://c", {})
    with pytest.raises(CannotStart, match="Context 'y' not found"):
        connect(ClusterSettings(good.kubeconfig, "y"), {})
    lost = yaml.safe_load((tmp_path / "config").read_text())
    lost["clusters"] = []
    (tmp_path / "config").write_text(yaml.safe_dump(lost))
    with pytest.raises(CannotStart, match="has no c, which its context names"):
        connect(good, {})
    authority = written(tmp_path, "https://c", {}, **{"certificate-authority": "none.crt"})
    with pytest.raises(CannotStart, match="No such file or directory"):
        connect(authority, {})
    with pytest.raises(CannotStart, match="auth-provider not supported"):
        connect(written(tmp_path, "https://c", {"auth-provider": {"name": "gcp"}}), {})
    (tmp_path / "config").write_text(
        "current-context: x\nclusters: [{name: c, cluster: {server: 7}}]\n"
    )
    with pytest.raises(CannotStart, match="Expected `str`"):
        connect(good, {})
