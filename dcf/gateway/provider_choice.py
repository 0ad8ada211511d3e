"""What functions run on, as the settings name it."""

import os
from collections.abc import Callable

from ..errors import CannotStart
from ..providers.port import Provider
from ..providers.process.provider import ProcessProvider
from .settings import PROVIDERS, Settings

MakeProvider = Callable[[str], Provider]


def provider_of(settings: Settings) -> MakeProvider:
    """What makes the provider that the settings name; raises `CannotStart`."""
    if settings.provider == "process":
        return lambda mesh: ProcessProvider(
            settings.home,
            os.environ,
            mesh=mesh,
            mesh_token=settings.access.mesh if settings.access.auth_calls else "",
            min_ready_seconds=settings.min_ready_seconds,
            accept_lost_state=settings.accept_lost_state,
            isolation=settings.isolation,
            secret_files=settings.secret_files,
        )
    if settings.provider == "kubernetes":
        return _on_cluster(settings)
    raise CannotStart(
        f"provider {settings.provider!r} is unknown: allowed are {', '.join(PROVIDERS)}"
    )


def _on_cluster(settings: Settings) -> MakeProvider:
    """Functions of a cluster call one another by their Services, not by way of this process."""
    try:
        from ..providers.kubernetes.provider import KubernetesProvider
    except ImportError as fault:
        words = "pip install 'dcf-detect[kubernetes]'"
        raise CannotStart(f"provider kubernetes needs {fault.name}: {words}") from fault
    return lambda _mesh: KubernetesProvider(
        settings.cluster, os.environ, min_ready_seconds=settings.min_ready_seconds
    )
