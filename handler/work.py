"""What a call will cost, weighed before anything is decoded."""

from collections.abc import Sequence

from .call import Body
from .errors import BadOption, Deferred, TooCostly
from .limits import LOOKS
from .reply import PICTURE_FORMATS, Failure
from .rooms import LOOK_MS, Allowance, Inspected, Tiles, drawing_ms, looks_of

# A call of more is long. Sixteen callers of the longest short ones keep the next waiting for a
# second and a half on two processors.
_LONG_MS = 200.0


def check_looks(pictures: Sequence[Inspected | Failure], asked: Tiles) -> None:
    """Refuses a call that would run the network too often because of its tiles.

    Args:
        pictures: As they will be looked at.
        asked: The tiles that the call asks for.

    Raises:
        BadOption: It would. Without tiles the number of pictures has a limit of its own.
    """
    good = [picture for picture in pictures if isinstance(picture, Inspected)]
    looks = sum(looks_of(picture.tiles) for picture in good)
    if len(good) < looks and looks > LOOKS.most:
        count = "1 image" if len(good) == 1 else f"{len(good)} images"
        raise BadOption(
            f"{count} with tiles={asked} are {looks} {LOOKS.name}, at most {LOOKS.most} are "
            "allowed: send fewer images in one call, or ask for fewer tiles"
        )


def check_work(
    request: object,
    body: Body,
    pictures: Sequence[Inspected | Failure],
    wanted: str,
    allowance: Allowance,
) -> None:
    """Refuses a call that would take too long, and sets one apart that will take long.

    Args:
        request: The call; whoever runs it may say that it can be deferred.
        body: Its body.
        pictures: As they will be looked at.
        wanted: The format of the answer.
        allowance: What a call may take.

    Raises:
        TooCostly: Its pictures together are too much work.
        Deferred: It is long, and whoever runs calls can run it apart.
    """
    good = [picture for picture in pictures if isinstance(picture, Inspected)]
    work = sum(each.cost.milliseconds + LOOK_MS * looks_of(each.tiles) for each in good)
    if wanted in PICTURE_FORMATS:
        work += sum(drawing_ms(each.header, wanted) for each in good)
    most = allowance.milliseconds_of(body.size)
    # Zeros pack a thousandfold: what came packed may take no more than what comes as it is.
    packed = body.size < len(body.content)
    memory = len(body.content) + max((each.cost.memory for each in good), default=0)
    if packed and memory > (allowed := allowance.memory_of(body.size)):
        raise TooCostly(
            f"the call takes {memory:,.0f} bytes of memory unpacked, at most {allowed:,.0f} "
            "are allowed for a body of this size: send it without Content-Encoding"
        )
    tiled = any(each.tiles > 1 for each in good)
    if work > most and (packed or len(pictures) > 1 or wanted in PICTURE_FORMATS or tiled):
        raise TooCostly(
            f"the call is about {work:,.0f} milliseconds of work, at most {most:,.0f} are "
            "allowed for a body of this size: send fewer or smaller images in one "
            f"call, {'ask for fewer tiles, ' * tiled}or raise MAX_CALL_MILLISECONDS"
        )
    long = work > _LONG_MS or any(picture.alone for picture in good)
    if long and getattr(getattr(request, "turn", None), "may_defer", False):
        raise Deferred("too many calls with much work are waiting; try again in a second")
