import pytest

from dcf.client.rest import RestClient
from dcf.config import load


@pytest.fixture
def client(stand_in):
    """A client of the gateway that is played; it takes archives and has the function `echo`."""
    stand_in.table |= {
        "GET /system/info": (200, {"capabilities": ["archives"]}),
        "PUT /system/functions": (200, b""),
        "POST /system/functions": (202, b""),
        "GET /system/function/echo": (200, told(rollout="ready", available=1)),
    }
    return RestClient(stand_in.address)


def told(available=0, replicas=1, **annotations):
    """What a gateway says of `echo`."""
    return {
        "name": "echo",
        "replicas": replicas,
        "availableReplicas": available,
        "annotations": {f"dcf.{key}": value for key, value in annotations.items()},
    }


@pytest.fixture(name="told")
def _told():
    return told


@pytest.fixture
def function(write_function, tmp_path):
    """The function `echo` of a config file."""
    return load(write_function(tmp_path)).functions[0]
