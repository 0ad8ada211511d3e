"""Errors of delivery.

ModelError
+-- DeliveryError           bad_delivery    what was asked for cannot be done
    +-- NotPassed           not_passed      no verdict says that the model may serve
    +-- GatewayUnreachable  unreachable     nobody answers at the gateway's address
    +-- GatewayRefused      refused         the gateway answered, but not yes
    +-- RolloutFailed       rollout_failed  the model cannot serve; what served before still does
"""

from ..ssd.errors import ModelError


class DeliveryError(ModelError):
    """What was asked for cannot be done."""

    code = "bad_delivery"


class NotPassed(DeliveryError):
    """No verdict says that the model may serve."""

    code = "not_passed"


class GatewayUnreachable(DeliveryError):
    """Nobody answers at the gateway's address, or not in time."""

    code = "unreachable"


class GatewayRefused(DeliveryError):
    """The gateway answered, but not yes.

    Attributes:
        status: Of HTTP; 0 where the answer could not be read.
    """

    code = "refused"

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class RolloutFailed(DeliveryError):
    """The new revision cannot serve."""

    code = "rollout_failed"
