"""The JSON of OpenFx' REST: what protobuf's own mapping reads, said more strictly."""

from typing import Annotated

from msgspec import Meta, Struct

from ..rest.messages import Environment, Filled, Label, SecretName, Texts, Whole

# 64-bit numbers are text in protobuf's JSON; a number is understood, too, and null means nothing.
_Count = Annotated[str, Meta(pattern="^[0-9]+$")]
_FewAsText = Annotated[str, Meta(pattern="^([0-9]|[12][0-9]|3[0-2])$")]
_AnyCount = Annotated[Whole, Meta(ge=-(1 << 31), lt=1 << 31)]
_AnyCountAsText = Annotated[str, Meta(pattern="^[0-9]{1,9}$")]
_Few = Annotated[Whole, Meta(ge=0, le=32)] | _FewAsText | None


class OpenFxError(Struct):
    """A failure; `code` is a gRPC status."""

    code: int
    message: str
    details: list[str]


class OpenFxMessage(Struct):
    """pb.Message."""

    Msg: str


class OpenFxFunction(Struct):
    """pb.Function."""

    Name: str
    Image: str
    InvocationCount: _Count
    Replicas: _Count
    AvailableReplicas: _Count
    Annotations: Texts
    Labels: Texts


class OpenFxFunctions(Struct):
    """pb.Functions."""

    Functions: list[OpenFxFunction]


class OpenFxResources(Struct):
    """pb.FunctionResources."""

    Memory: str | None = ""
    CPU: str | None = ""
    GPU: str | None = ""


class OpenFxDeployment(Struct):
    """pb.CreateFunctionRequest; `RegistryAuth` is taken and not used."""

    Service: Label
    Image: Filled
    EnvVars: Environment | None = None
    Labels: Texts | None = None
    Annotations: Texts | None = None
    Constraints: list[str] | None = None
    Secrets: list[SecretName] | None = None
    RegistryAuth: str | None = ""
    Limits: OpenFxResources | None = None
    Requests: OpenFxResources | None = None
    MinReplicas: _Few = 0
    MaxReplicas: _AnyCount | _AnyCountAsText | None = 0


class OpenFxScale(Struct):
    """pb.ScaleServiceRequest."""

    ServiceName: Label
    Replicas: _Few = 0
