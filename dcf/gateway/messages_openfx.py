"""The JSON of OpenFx' REST, for the OpenAPI document; protobuf's own mapping checks it."""

from typing import Annotated

from msgspec import Meta, Struct

from dcf.gateway.messages import Filled, Label, SecretName, Texts

# 64-bit numbers are text in protobuf's JSON; a number is understood, too.
_Count = Annotated[str, Meta(pattern="^[0-9]+$")]
_Replicas = Annotated[int, Meta(ge=0, le=32)]


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

    Memory: str = ""
    CPU: str = ""
    GPU: str = ""


class OpenFxDeployment(Struct):
    """pb.CreateFunctionRequest; `RegistryAuth` is taken and not used."""

    Service: Label
    Image: Filled
    EnvVars: Texts = {}
    Labels: Texts = {}
    Annotations: Texts = {}
    Constraints: list[str] = []
    Secrets: list[SecretName] = []
    RegistryAuth: str = ""
    Limits: OpenFxResources | None = None
    Requests: OpenFxResources | None = None
    MinReplicas: _Replicas = 0
    MaxReplicas: _Replicas = 0


class OpenFxScale(Struct):
    """pb.ScaleServiceRequest."""

    ServiceName: Label
    Replicas: _Replicas = 0
