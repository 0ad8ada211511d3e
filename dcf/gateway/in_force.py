"""Every setting that a gateway runs with, as its log tells it; of a password that there is one."""

from dataclasses import asdict

from .bounds import Bounds, open_files
from .settings import Settings


def in_force(settings: Settings) -> dict[str, object]:
    """By name, none of it secret."""
    queue, cors = settings.queue, settings.cors
    told: dict[str, object] = {
        "provider": settings.provider,
        "home": str(settings.home),
        "password": settings.access.credentials is not None,
        "tokens": str(settings.access.tokens.path) if settings.access.tokens else "",
        "auth_calls": settings.access.auth_calls,
        "isolation": settings.isolation,
        "tls": settings.certificate is not None,
        "min_ready_seconds": settings.min_ready_seconds,
        "accept_lost_state": settings.accept_lost_state,
        "trust_pages": settings.trust_pages,
        "allow_origins": sorted(cors.origins) if cors else [],
        **_bounds(settings.bounds),
    }
    if queue is not None:
        told |= {f"queue_{key}": each for key, each in asdict(queue.limits).items()}
        told["allow_callbacks"] = sorted(queue.allowed_hosts)
    return told


def _bounds(bounds: Bounds) -> dict[str, object]:
    names = {"connections": "max_connections", "grpc_connections": "max_grpc_connections"}
    names |= {"per_address": "max_connections_per_address", "held_calls": "max_held_calls"}
    worked_out = asdict(bounds.within(open_files()))
    return {names.get(key, key): each for key, each in worked_out.items()}
