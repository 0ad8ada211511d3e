"""The way to a cluster's API server, inside a cluster and outside; the only one to know lightkube.

lightkube reads kubeconfigs and service accounts, keeps up with tokens that change, and checks the
server's certificate. Objects are plain JSON by path: its models of every kind are not used.
"""

import logging
import socket
import ssl
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any, cast

import httpx2
import msgspec
from lightkube.config.client_adapter import AsyncClient, ConnectionParams, verify_cluster
from lightkube.config.kubeconfig import KubeConfig, SingleConfig
from lightkube.config.models import User
from lightkube.core.exceptions import ConfigError

from ...errors import CannotStart
from .cluster_api import SECONDS, ClusterApi
from .exec_plugin import ExecPlugin
from .kubeconfig import SERVICE_ACCOUNT, is_inside, kubeconfig, part_of, proxy_for
from .settings import ClusterSettings

_UNKNOWN = 401
# A peer that is gone without a word is noticed after 25 seconds.
_KEEPALIVE = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 25_000),
]


def connect(
    wanted: ClusterSettings, environ: Mapping[str, str], account: Path = SERVICE_ACCOUNT
) -> ClusterApi:
    """The API of the cluster that is wanted; sends nothing yet. Raises `CannotStart`."""
    logging.getLogger(httpx2.__name__).setLevel(logging.WARNING)  # else it logs each request
    where, raw = "the kubeconfig", dict[str, Any]()
    try:
        if is_inside(wanted, environ, account):
            where = f"the service account in {account}"
            config = KubeConfig.from_service_account(account).get()
        else:
            raw = kubeconfig(wanted, environ)
            config = KubeConfig.from_dict(raw).get(wanted.context or None)
        assert config is not None
        namespace = wanted.namespace or config.namespace
        return ClusterApi(_client(config, raw, environ), namespace, ConfigError)
    except (ConfigError, msgspec.ValidationError, ssl.SSLError, ValueError) as fault:
        raise CannotStart(f"{where} cannot be used: {fault}") from fault
    except OSError as fault:
        name = f"{fault.filename}: " if fault.filename else ""
        raise CannotStart(f"{where} cannot be used: {name}{fault.strerror}") from fault
    except KeyError as fault:
        words = f"it has no {fault.args[0]}, which its context names"
        raise CannotStart(f"{where} cannot be used: {words}") from fault


def _client(
    config: SingleConfig, raw: Mapping[str, Any], environ: Mapping[str, str]
) -> httpx2.AsyncClient:
    user = config.user or User()
    plugin, user.exec = user.exec, None  # lightkube's own knows no `v1`
    config = config._replace(user=user)
    cluster = part_of(raw, "cluster", config.context.cluster)
    transport = httpx2.AsyncHTTPTransport(
        verify=verify_cluster(config.cluster, user, config.abs_file, trust_env=False),
        trust_env=False,
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=16),
        proxy=proxy_for(config.cluster.server, cluster),
        socket_options=_KEEPALIVE,
    )
    # The type that it names is that of the client which does not wait.
    parameters = ConnectionParams(httpx2.Timeout(SECONDS), False, cast("Any", transport))
    client = AsyncClient(config, parameters)
    if plugin is not None:
        whole = part_of(raw, "user", config.context.user)["exec"]
        client.auth = _PluginAuth(ExecPlugin(whole, cluster, environ))
    return client


class _PluginAuth(httpx2.Auth):
    """The token of a kubeconfig's program; another one if the server does not take it."""

    def __init__(self, plugin: ExecPlugin) -> None:
        self._plugin = plugin

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Send a request with a token, and once more where that is refused."""
        token = await self._plugin.token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == _UNKNOWN:
            another = await self._plugin.token(refused=token)
            request.headers["Authorization"] = f"Bearer {another}"
            yield request
