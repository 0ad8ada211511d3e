"""A plain function that may be given bytes (RAW_BODY=true) as well as text."""

import hashlib


def handle(body):
    """Names the type of its input and answers with the digest."""
    data = body if isinstance(body, bytes) else body.encode()
    return {"type": type(body).__name__, "sha256": hashlib.sha256(data).hexdigest()}
