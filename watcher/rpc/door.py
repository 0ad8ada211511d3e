"""The gRPC door: pb.FxWatcher/Call between the wire and a Request.

Options that HTTP carries in its query and Accept travel as metadata: `x-query` and `accept`.
"""

import base64
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import grpc

from .._proto import fxwatcher_pb2 as pb
from .._proto import fxwatcher_pb2_grpc
from ..caller import Caller
from ..configuration.config import Settings
from ..errors import BadReply, Draining, StartError
from ..failure import Failure, failure_of, new_id, too_large
from ..health import Health
from ..reply import BINARY, Reply, extended
from ..request import Headers, Info, Request, Resources, Trigger, parse_query
from ..runner import Runner
from ..telemetry import logs
from ..telemetry.metrics import Metrics
from ..trace_context import PARENT, STATE, trace_of

MAX_MESSAGE_BYTES = 64 << 20
_FRAMING_BYTES = 1 << 16
_SPARE_THREADS = 4
_LEAST_DELAY_S = 1
_METHOD = "Call"
_MODEL = "x-model"
# The words of the original executor; its clients look for them.
_WORDS = "Exception calling application: "


class GrpcDoor(fxwatcher_pb2_grpc.FxWatcherServicer):
    """Answers FxWatcher's one rpc with the handler's replies."""

    def __init__(
        self, settings: Settings, runner: Runner, health: Health, metrics: Metrics
    ) -> None:
        """Keeps what a call needs."""
        self._settings = settings
        self._runner = runner
        self._health = health
        self._metrics = metrics

    def Call(self, request: pb.Request, context: grpc.ServicerContext) -> pb.Reply:  # noqa: N802
        """The rpc, named as on the wire.

        Args:
            request: the input and its Info.
            context: metadata, deadline, and where an error goes.

        Returns:
            The answer; on an error an empty one beside the status.
        """
        started = time.perf_counter()
        metadata = Headers({str(k): _text(v) for k, v in context.invocation_metadata() or ()})
        call_id = new_id(metadata.get("x-call-id"))
        code, output = "OK", pb.Reply()
        try:
            output = self._answer(request, metadata, context, call_id)
        # Whatever a handler raises ends its call only.
        except BaseException as error:  # pylint: disable=broad-exception-caught
            failure = failure_of(error, call_id, self._settings.log_command)
            code = failure.status.grpc
            context.set_code(grpc.StatusCode[code])
            context.set_details(_WORDS + failure.message)
            told = (("x-error-code", failure.code), ("x-call-id", call_id))
            context.set_trailing_metadata((*told, *_model_of(failure)))
        seconds = time.perf_counter() - started
        self._metrics.grpc_ends(_METHOD, code, seconds)
        size = len(output.Output)
        logs.call(logs.CallLine("gRPC", "/pb.FxWatcher/Call", code, size, seconds, call_id))
        return output

    def _answer(
        self,
        request: pb.Request,
        metadata: Headers,
        context: grpc.ServicerContext,
        call_id: str,
    ) -> pb.Reply:
        if not self._health.accepts(time.monotonic()):
            raise Draining("the function is stopping; call again, another one answers")
        body = request.input  # each look at it makes a copy
        if len(body) > self._settings.max_body_bytes:
            raise too_large(self._settings.max_body_bytes)
        made = Request(
            input=body,
            content_type=metadata.get("x-content-type", ""),
            accept=metadata.get("accept", ""),
            query=parse_query(metadata.get("x-query", "")),
            headers=metadata,
            call_id=call_id,
            info=_info(request.info),
            trace=trace_of(metadata.get(PARENT, ""), metadata.get(STATE)),
        )
        caller = Caller()
        if not context.add_callback(caller.leave):
            caller.leave()
        reply = self._runner.run(made, context.time_remaining(), caller)
        if reply.timings_ms:
            self._metrics.stages(reply.timings_ms)
        output, encoding = _as_text(reply)
        context.set_trailing_metadata(
            (
                ("x-call-id", call_id),
                ("x-status", str(reply.status)),
                ("x-content-type", reply.content_type),
                ("x-output-encoding", encoding),
                *_model(reply.headers),
            )
        )
        return pb.Reply(Output=output)


class GrpcServer:
    """The gRPC server of one process, on every port that is asked for."""

    def __init__(self, door: GrpcDoor, settings: Settings) -> None:
        """Opens the ports.

        Raises:
            StartError: a port is taken.
        """
        limit = max(MAX_MESSAGE_BYTES, settings.max_body_bytes + _FRAMING_BYTES)
        workers = settings.max_inflight + _SPARE_THREADS
        self._server = grpc.server(
            ThreadPoolExecutor(workers, thread_name_prefix="grpc"),
            options=(
                ("grpc.max_receive_message_length", limit),
                ("grpc.max_send_message_length", limit),
                # Two processes on one port would take turns in silence.
                ("grpc.so_reuseport", 0),
                *_renewed(settings.drain_delay),
            ),
        )
        # Generated code has no annotations.
        fxwatcher_pb2_grpc.add_FxWatcherServicer_to_server(door, self._server)  # type: ignore[no-untyped-call]
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        for name, port in (
            ("WATCHER_PORT", settings.watcher_port),
            ("MESH_PORT", settings.mesh_port),
        ):
            if port:
                self._open(name, f"{host}:{port}")

    def start(self) -> None:
        """Serves, in threads of its own."""
        self._server.start()

    def stop(self, deadline: float) -> Callable[[], bool]:
        """Takes no new calls; the running ones go on.

        Args:
            deadline: time.monotonic() at which they are cut off.

        Returns:
            Waits for their end, and says whether all were answered in time.
        """
        grace = max(0.0, deadline - time.monotonic())
        ended = self._server.stop(grace)

        def wait() -> bool:
            ended.wait(max(0.0, deadline - time.monotonic()) + 1)
            return time.monotonic() < deadline

        return wait

    def _open(self, name: str, address: str) -> None:
        try:
            opened = self._server.add_insecure_port(address)
        except RuntimeError:
            opened = 0
        if not opened:
            raise StartError(f"cannot listen on {address}: the port is taken; set {name}")


def _renewed(delay: float) -> tuple[tuple[str, int], ...]:
    """Options that end each connection twice in a DRAIN_DELAY, between calls (GOAWAY).

    So within the delay every client dials anew, and is led elsewhere. The library can only do this
    all the time: at its stop it cancels a call that comes at that moment. Under a second it would
    be a burden, and who asks for so little (a gateway on this machine) leads calls away by itself.
    """
    if delay < _LEAST_DELAY_S:
        return ()
    return (("grpc.max_connection_age_ms", int(1000 * delay / 2)),)


def _info(info: pb.Info) -> Info:
    limits, trigger = info.Limits, info.Trigger
    return Info(
        info.FunctionName,
        info.Timeout,
        info.Runtime,
        Resources(limits.Memory, limits.CPU, limits.GPU),
        Trigger(trigger.Name, trigger.Topic, trigger.Time),
    )


def _model(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The one header of a handler's that goes along: which model answered."""
    return tuple((_MODEL, text) for name, text in headers if name.lower() == _MODEL)


def _model_of(failure: Failure) -> tuple[tuple[str, str], ...]:
    """The same of an error, whose headers nobody has checked yet."""
    try:
        return _model(extended(Reply(), None, failure.headers).headers)
    except BadReply:
        return ()


def _as_text(reply: Reply) -> tuple[str, str]:
    """A body as the string the wire wants: text as it is, anything else as base64."""
    kind = reply.content_type.partition(";")[0].strip().lower()
    textual = kind.startswith("text/") or kind.endswith(("json", "xml")) or kind == BINARY
    if textual or not kind:
        try:
            return reply.body.decode(), "text"
        except UnicodeDecodeError:
            pass
    return base64.b64encode(reply.body).decode(), "base64"


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
