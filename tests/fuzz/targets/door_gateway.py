"""The gateway's gRPC door and OpenFx' JSON: bytes to a message, and that to what the core is asked.

The first byte chooses the rpc; the rest is its message.
"""

import asyncio
import contextlib

from google.protobuf.message import DecodeError

from dcf._proto import gateway_pb2 as pb
from dcf.errors import DcfError
from dcf.gateway.core import Gateway
from dcf.gateway.openfx import rest_door as door_openfx
from dcf.gateway.openfx.grpc_converters import invoke_words, status_of_fault
from dcf.gateway.openfx.rest_messages import OpenFxDeployment, OpenFxScale
from dcf.gateway.openfx.rpcs import Rpcs
from tests.dcf.providers.fake.provider import FakeProvider

WORDS = (
    b"\n\x01f", b"\x12\x05image", b"\x1a\x06\n\x01a\x12\x01b",
    b"\x22\x1c\n\x16com.openfaas.scale.min\x12\x0299",
    b"\x58\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"f.openfaas-fn", b'"Service":"f"',
    b'"Image":"i"', b'"EnvVars":{"a":"b"}', b'"Replicas":', b'"Limits":{"Memory":"',
    b'"MaxReplicas":1e9', b"null", b"\\ud800",
)  # fmt: skip
_LOOP = asyncio.new_event_loop()


def one(data):
    rpcs = Rpcs(Gateway(FakeProvider()))
    known = pb.CreateFunctionRequest(Service="f", Image="i")
    steps = (
        (rpcs.deploy, pb.CreateFunctionRequest, None),
        (rpcs.update, pb.CreateFunctionRequest, None),
        (rpcs.delete, pb.DeleteFunctionRequest, None),
        (rpcs.meta, pb.FunctionRequest, None),
        (rpcs.log, pb.FunctionRequest, None),
        (rpcs.scale, pb.ScaleServiceRequest, None),
        (rpcs.deploy, pb.CreateFunctionRequest, OpenFxDeployment),
        (rpcs.scale, pb.ScaleServiceRequest, OpenFxScale),
    )
    rpc, kind, shape = steps[data[0] % len(steps)] if data else steps[0]
    with contextlib.suppress(DecodeError):
        try:
            message = _message(kind, shape, data[1:])
            _LOOP.run_until_complete(rpcs.deploy(known))
            _LOOP.run_until_complete(rpc(message)).SerializeToString()
            _LOOP.run_until_complete(rpcs.functions(pb.Empty())).SerializeToString()
        except DcfError as fault:
            assert fault.code != "internal"
            status_of_fault(fault)
            # What travels in a status is UTF-8.
            invoke_words("f", fault).encode()


def _message(kind, shape, data):
    if shape is None:
        return kind.FromString(data)
    message = kind()
    door_openfx._fill(message, data, shape)
    return message
