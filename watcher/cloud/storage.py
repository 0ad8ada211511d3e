"""Fetches a picture that an event names by bucket and object; its library is there if wanted."""

from ..errors import BadRequest, BodyTooLarge, StorageFailed


def fetch(bucket: str, name: str, limit: int, seconds: float) -> bytes:
    """The content of an object of Cloud Storage.

    Args:
        bucket: its bucket.
        name: its name.
        limit: bytes, at most.
        seconds: for all attempts together.

    Returns:
        The content.

    Raises:
        StorageFailed: the library is not installed, or the object cannot be read now.
        BadRequest: there is no such object.
        BodyTooLarge: it is over the limit.
    """
    place = f"gs://{bucket}/{name}"
    try:
        from google.api_core.exceptions import GoogleAPIError, NotFound, RequestRangeNotSatisfiable
        from google.auth.exceptions import GoogleAuthError
        from google.cloud import storage
        from google.cloud.storage.retry import DEFAULT_RETRY
    except ImportError:
        raise StorageFailed(
            f"the event names {place}, and google-cloud-storage is not installed; put it into the "
            "function's requirements.txt"
        ) from None
    try:
        # One byte more than allowed tells an object that is over the limit.
        blob = storage.Client().bucket(bucket).blob(name)
        content: bytes = blob.download_as_bytes(
            end=limit, timeout=seconds, retry=DEFAULT_RETRY.with_timeout(seconds)
        )
    except NotFound:
        raise BadRequest(f"the event names {place}, which is not there") from None
    except RequestRangeNotSatisfiable:
        return b""  # no byte of an empty object can be asked for
    except (GoogleAPIError, GoogleAuthError, OSError) as error:
        text = " ".join(str(error).split())[:200]
        raise StorageFailed(f"{place} cannot be read: {text}") from None
    if len(content) > limit:
        raise BodyTooLarge(f"{place} is over {limit} bytes; send less, or raise MAX_BODY_BYTES")
    return content
