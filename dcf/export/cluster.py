"""The parts that Knative's and Cloud Run's services share, in Kubernetes' words."""

import math
import re
from collections.abc import Mapping

from ..config import FunctionConfig
from ..errors import ConfigError
from ..providers.limits import limits_of
from ..providers.placement import REGISTRY_SECRET
from .labels import Scaling
from .serving import Serving

SECRETS_PATH = "/var/openfaas/secrets"
SCALE = "autoscaling.knative.dev/"
_MARGIN_S = 5
_MOST_CALLS = 1000
_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")


def checked_name(function: FunctionConfig, longest: int) -> str:
    """The function's name, if a service may be called so; raises `ConfigError`."""
    if _NAME.fullmatch(function.name) is None or len(function.name) > longest:
        raise ConfigError(
            f"functions.{function.name}: a service's name begins with a letter and holds at most "
            f"{longest} letters a-z, digits and dashes: call the function otherwise"
        )
    return function.name


def variables(environment: Mapping[str, str]) -> list[dict[str, str]]:
    """An environment as a container lists it."""
    return [{"name": name, "value": text} for name, text in environment.items()]


def replicas(scaling: Scaling, least: str, most: str) -> dict[str, str]:
    """The autoscaler's annotations, in the platform's spelling of the two names."""
    counts = {least: scaling.least, most: scaling.most}
    return {SCALE + key: str(count) for key, count in counts.items() if count is not None}


def call_seconds(serving: Serving, longest: int) -> int:
    """How long the platform waits for an answer: a little longer than the function gives itself.

    So the function's own 504, with its words, arrives first. No limit becomes the platform's own.
    """
    if not serving.exec_timeout:
        return longest
    return math.ceil(serving.exec_timeout) + _MARGIN_S


def calls_at_google(function: FunctionConfig, serving: Serving) -> int:
    """Calls at once, as Google's platforms allow them: one where there is less than one core."""
    cores = limits_of(function.limits).cores
    return 1 if cores is not None and cores < 1 else min(serving.max_inflight, _MOST_CALLS)


def mounted_secrets(function: FunctionConfig) -> list[str]:
    """The secrets that the function reads; the registry's is the platform's own."""
    return [name for name in function.secrets if name != REGISTRY_SECRET]


def one_secret(function: FunctionConfig, platform: str) -> list[str]:
    """Its secret, or none; raises `ConfigError` for more, where a platform mounts one a folder."""
    names = mounted_secrets(function)
    if len(names) > 1:
        raise ConfigError(
            f"functions.{function.name}.secrets are {', '.join(names)}; {platform} mounts one "
            f"secret in a folder, and functions read {SECRETS_PATH}/NAME: name one"
        )
    return names
