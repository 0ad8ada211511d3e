"""The settings in force, as the log tells them at the start."""

from dataclasses import fields

from dcf.gateway.access.access import Access
from dcf.gateway.access.credentials import Credentials
from dcf.gateway.bounds import TABLE
from dcf.gateway.in_force import in_force
from dcf.gateway.queue.settings import Limits, QueueSettings
from dcf.gateway.rest.cors import Cors
from dcf.gateway.settings import Settings


def test_every_setting_is_told_and_no_password(tmp_path):
    queue = QueueSettings(tmp_path, allowed_hosts=frozenset({"b", "a"}))
    settings = Settings(
        access=Access(Credentials("someone", "hush")), queue=queue, cors=Cors(["http://x"])
    )
    told = in_force(settings)
    assert told["password"] is True
    assert told["trust_pages"] is False
    assert (told["allow_origins"], told["allow_callbacks"]) == (["http://x"], ["a", "b"])
    assert not any(word in str(told) for word in ("someone", "hush"))
    for row in TABLE:
        assert row.flag.removeprefix("--").replace("-", "_") in told
    for field in fields(Limits):
        assert told[f"queue_{field.name}"] == getattr(Limits(), field.name)


def test_what_is_worked_out_is_told_as_it_came_out():
    told = in_force(Settings())
    assert told["max_connections"] > 0
    assert told["password"] is False
    assert not any(key.startswith("queue_") for key in told)
