"""A gateway spoken to by gRPC: pb.Gateway, or pb.FxGateway where only that is served."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import grpc
import yaml
from google.protobuf.message import Message

from dcf._proto import gateway_pb2 as pb
from dcf.archive import Archive
from dcf.client.base import Function
from dcf.client.rest import RestClient
from dcf.errors import (
    AlreadyExists,
    DcfError,
    FunctionFailed,
    GatewayRefused,
    GatewayUnreachable,
    NotFound,
)
from dcf.providers.base import FunctionSpec

_SERVICES = ("pb.Gateway", "pb.FxGateway")
_MAX_MESSAGE = 64 << 20
_SECONDS = 60.0
_CALL_SECONDS = 3600.0
_CODE = grpc.StatusCode
_Answer = TypeVar("_Answer", bound=Message)
_KINDS: dict[grpc.StatusCode, type[DcfError]] = {
    _CODE.NOT_FOUND: NotFound,
    _CODE.ALREADY_EXISTS: AlreadyExists,
}


class GrpcClient:
    """One channel, opened with the first call."""

    def __init__(self, address: str) -> None:
        self.address = address
        options = [
            ("grpc.max_receive_message_length", _MAX_MESSAGE),
            ("grpc.max_send_message_length", _MAX_MESSAGE),
        ]
        self._channel = grpc.insecure_channel(address, options=options)

    def functions(self) -> list[Function]:
        """Every function."""
        return [_function(each) for each in self._ask("List", pb.Empty(), pb.Functions).Functions]

    def describe(self, name: str) -> Function:
        """One function."""
        return _function(self._ask("GetMeta", pb.FunctionRequest(FunctionName=name), pb.Function))

    def put_archive(self, archive: Archive) -> None:
        """Upload code to the REST address that `Info` tells: gRPC messages are too small for it."""
        told = yaml.safe_load(self._ask("Info", pb.Empty(), pb.Message).Msg) or {}
        if not told.get("rest"):
            raise GatewayRefused(
                f"the gateway at {self.address} takes no archives: its Info names no REST address"
            )
        RestClient(told["rest"]).put_archive(archive)

    def deploy(self, spec: FunctionSpec) -> None:
        """Deploy a new function."""
        self._ask("Deploy", _deployment(spec), pb.Message)

    def update(self, spec: FunctionSpec) -> None:
        """Update a function that is there."""
        self._ask("Update", _deployment(spec), pb.Message)

    def delete(self, name: str) -> None:
        """Delete a function."""
        self._ask("Delete", pb.DeleteFunctionRequest(FunctionName=name), pb.Message)

    def call(self, name: str, body: bytes) -> bytes:
        """Call a function, by the stream that carries bytes where it is served, else by Invoke."""
        request = pb.InvokeServiceRequest(Service=name, Input=body)
        invokes = self._channel.stream_stream(
            f"/{_SERVICES[0]}/Invokes",
            request_serializer=pb.InvokeServiceRequest.SerializeToString,
            response_deserializer=pb.Messages.FromString,
        )
        try:
            return b"".join(
                answer.Output for answer in invokes(iter([request]), timeout=_CALL_SECONDS)
            )
        except grpc.RpcError as fault:
            if _code(fault) is not _CODE.UNIMPLEMENTED:
                raise self._failure(fault, FunctionFailed) from fault
        message = self._ask("Invoke", request, pb.Message, FunctionFailed, _CALL_SECONDS)
        return str(message.Msg).encode()

    def log(self, name: str) -> str:
        """What its replicas wrote."""
        return str(self._ask("GetLog", pb.FunctionRequest(FunctionName=name), pb.Message).Msg)

    def _ask(
        self,
        rpc: str,
        request: Message,
        answer: type[_Answer],
        otherwise: type[DcfError] = GatewayRefused,
        seconds: float = _SECONDS,
    ) -> _Answer:
        last: grpc.RpcError | None = None
        for service in _SERVICES:
            send: Callable[..., _Answer] = self._channel.unary_unary(
                f"/{service}/{rpc}",
                request_serializer=type(request).SerializeToString,
                response_deserializer=answer.FromString,
            )
            try:
                return send(request, timeout=seconds)
            except grpc.RpcError as fault:
                last = fault
                if _code(fault) is not _CODE.UNIMPLEMENTED:
                    break
        assert last is not None
        raise self._failure(last, otherwise) from last

    def _failure(self, fault: grpc.RpcError, otherwise: type[DcfError]) -> DcfError:
        words = str(fault.details()) if isinstance(fault, grpc.Call) else str(fault)
        if _code(fault) is _CODE.UNAVAILABLE and "connect" in words.lower():
            return GatewayUnreachable(
                f"no gateway answers at {self.address} by gRPC: "
                "start one with `dcf gateway start`, or name another with --gateway"
            )
        return _KINDS.get(_code(fault), otherwise)(words)


def _code(fault: grpc.RpcError) -> grpc.StatusCode:
    return fault.code() if isinstance(fault, grpc.Call) else _CODE.UNKNOWN


def _function(each: pb.Function) -> Function:
    return Function(
        name=each.Name,
        image=each.Image,
        invocations=each.InvocationCount,
        replicas=each.Replicas,
        available=each.AvailableReplicas,
        annotations=dict(each.Annotations),
        labels=dict(each.Labels),
    )


def _deployment(spec: FunctionSpec) -> pb.CreateFunctionRequest:
    return pb.CreateFunctionRequest(
        Service=spec.name,
        Image=spec.image,
        EnvVars=spec.env,
        Labels=spec.labels,
        Annotations=spec.annotations,
        Constraints=spec.constraints,
        Secrets=spec.secrets,
        Limits=_resources(spec.limits),
        Requests=_resources(spec.requests),
        MinReplicas=spec.replicas,
    )


def _resources(resources: Mapping[str, str]) -> pb.FunctionResources:
    return pb.FunctionResources(
        Memory=resources.get("memory", ""),
        CPU=resources.get("cpu", ""),
        GPU=resources.get("gpu", ""),
    )
