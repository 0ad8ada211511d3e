"""How the command speaks to a gateway: REST for http(s):// addresses, gRPC for host:port."""

from collections.abc import Mapping

from .base import GatewayClient

DEFAULT_ADDRESS = "http://127.0.0.1:8080"
ADDRESS_VARIABLES = ("DCF_GATEWAY", "OPENFX_URL", "OPENFAAS_URL")


def choose_address(flag: str, from_file: str, environ: Mapping[str, str]) -> str:
    """The gateway's address: flag, config file (unless it says the default), environment, default.

    Args:
        flag: `--gateway`, or empty.
        from_file: The config file's `dcf.gateway`, or empty.
        environ: Of `ADDRESS_VARIABLES` the first that is set counts.
    """
    named = flag or (from_file if from_file.rstrip("/") != DEFAULT_ADDRESS else "")
    from_environment = next((environ[key] for key in ADDRESS_VARIABLES if environ.get(key)), "")
    return (named or from_environment or DEFAULT_ADDRESS).rstrip("/")


def connect(address: str, seconds: float = 60.0) -> GatewayClient:
    """A client for an address, with what `dcf login` kept for it.

    The library it needs is loaded only now.

    Args:
        address: `http(s)://host:port` for REST, `host:port` for gRPC.
        seconds: Longest wait for an answer to a question; calls have limits of their own.
    """
    from .credentials import authorization_for

    return connect_as(address, authorization_for(address), seconds)


def connect_as(address: str, authorization: str, seconds: float = 60.0) -> GatewayClient:
    """A client for an address, with an Authorization header of one's own."""
    if address.lower().startswith(("http://", "https://")):
        from .rest import RestClient

        return RestClient(address, authorization, seconds)
    from .grpc_client import GrpcClient

    return GrpcClient(address, authorization, seconds)
