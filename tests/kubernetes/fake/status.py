"""Errors as Kubernetes writes them: `Status` objects, each with its HTTP status and its reason."""


class Refused(Exception):
    """A request that is not done.

    Attributes:
        status: HTTP status.
        reason: Kubernetes' word for it.
        message: For people, as Kubernetes words it.
        details: Of the `Status` object.
    """

    def __init__(self, status, reason, message, details=None):
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message
        self.details = details

    @property
    def body(self):
        """The `Status` object."""
        body = {
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "reason": self.reason, "code": self.status,
        }  # fmt: skip
        return body | ({"details": self.details} if self.details else {})


def _about(kind, name, status, reason, message):
    return Refused(
        status, reason, message, {"name": name, "group": kind.group, "kind": kind.plural}
    )


def not_found(kind, name):
    """There is no such object."""
    return _about(kind, name, 404, "NotFound", f'{kind.title} "{name}" not found')


def already_exists(kind, name):
    """There is one already."""
    return _about(kind, name, 409, "AlreadyExists", f'{kind.title} "{name}" already exists')


def conflict(kind, name):
    """Somebody else changed it meanwhile."""
    words = (
        f'Operation cannot be fulfilled on {kind.title} "{name}": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )
    return _about(kind, name, 409, "Conflict", words)


def forbidden(kind, name, why):
    """It may not be made."""
    return _about(kind, name, 403, "Forbidden", f'{kind.title} "{name}" is forbidden: {why}')


def invalid(kind, name, field, value):
    """A field of it is wrong: `value` says how."""
    words = f'{kind.kind}.{kind.group} "{name}" is invalid: {field}: {value}'
    return _about(kind, name, 422, "Invalid", words.replace('. "', ' "'))


def bad_request(message):
    """It cannot be read."""
    return Refused(400, "BadRequest", message)


def unknown_path():
    """Nothing is served there."""
    return Refused(404, "NotFound", "the server could not find the requested resource", {})


def gone(version, oldest):
    """A watch was to begin at a version that is no longer kept."""
    return Refused(410, "Expired", f"too old resource version: {version} ({oldest})")


def internal(message):
    """The server itself is at fault."""
    return Refused(500, "InternalError", f"Internal error occurred: {message}")
