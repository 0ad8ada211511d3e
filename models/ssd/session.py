"""The session: tensor in, scores and offsets out, through one engine loaded once."""

from .bundle import Bundle
from .cpus import usable_cpus
from .session_port import Session


def open_session(bundle: Bundle, pool_size: int | None = None) -> Session:
    """Loads a bundle's graph with the engine its manifest names.

    Args:
        bundle: A verified bundle.
        pool_size: Calls that may run at once; by default one a usable processor.

    Returns:
        A ready session.

    Raises:
        BundleError: The graph cannot be loaded, or its outputs do not fit the manifest.
    """
    size = pool_size or usable_cpus()
    if bundle.manifest.engine == "tensorflow":
        from .session_tensorflow import TensorFlowSession

        return TensorFlowSession(bundle)
    from .session_litert import LiteRtSession

    return LiteRtSession(bundle, size)
