"""The table of settings: what a person may set, its default, its range, and a sentence about it."""

from typing import NamedTuple

_PORTS = 65535
_DAY = 86400.0


class Setting(NamedTuple):
    """One row of the table.

    Attributes:
        name: the environment variable; the flag is `--name` with dashes in lower case.
        default: as a person would write it.
        kind: `text`, `secret` (a text that no message shows), `int`, `seconds`, `bool`, `choice` or
            `origins` (of web pages, with commas).
        help: a sentence.
        low, high: the allowed range, both ends included, for `int` and `seconds`.
        choices: the allowed words, for `choice`.
        other_names: further environment variables that are read when `name` is not set.
    """

    name: str
    default: str
    kind: str
    help: str
    low: float = 0
    high: float = float("inf")
    choices: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """The command line's spelling."""
        return "--" + self.name.lower().replace("_", "-")

    @property
    def can_be_true(self) -> bool:
        """Whether the flag alone, without a value, says something."""
        return self.kind == "bool" or "true" in self.choices

    @property
    def allowed(self) -> str:
        """The allowed range in words."""
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        if self.kind == "bool":
            return "true or false"
        if self.kind in ("text", "secret"):
            return "any text"
        if self.kind == "origins":
            return "origins such as https://app.example, with commas between, or * alone"
        unit = (
            "seconds, or a length such as 30s or 1m30s," if self.kind == "seconds" else "a number"
        )
        return f"{unit} from {self.low:g} to {self.high:g}"


DEFAULT_IMAGES = (
    "*.jpg,*.jpeg,*.jpe,*.jfif,*.png,*.webp,*.bmp,*.gif,*.tif,*.tiff,*.avif,*.heic,*.heif"
)
DEFAULT_LOCK = "/tmp/.lock"  # noqa: S108 - the path that every platform's probe reads

SETTINGS: tuple[Setting, ...] = (
    Setting("HANDLER_DIR", ".", "text", "Folder of the handler; it goes on the import path."),
    Setting(
        "HANDLER_FILE", "handler.py", "text", "The handler's file, absolute or inside HANDLER_DIR."
    ),
    Setting("HANDLER_NAME", "Handler", "text", "The class or function in that file."),
    Setting("RAW_BODY", "false", "bool", "Give handle(body) bytes instead of str."),
    Setting(
        "FUNCTION_NAME",
        "function",
        "text",
        "The name this function goes by in /_/info and logs.",
        other_names=("K_SERVICE", "OPENFAAS_NAME", "IMAGE_FUNCTION_NAME"),
    ),
    Setting(
        "FUNCTION_REVISION",
        "",
        "text",
        "The revision of it that this is, in /_/info.",
        other_names=("K_REVISION",),
    ),
    Setting("HOST", "127.0.0.1", "text", "Address to listen on; 0.0.0.0 in a container."),
    Setting(
        "PORT",
        "8080",
        "int",
        "HTTP port; 0 takes a free one, named in the start report.",
        high=_PORTS,
    ),
    Setting("WATCHER_PORT", "50051", "int", "gRPC port; 0 turns it off.", high=_PORTS),
    Setting(
        "MESH_PORT", "50052", "int", "gRPC port for other functions; 0 turns it off.", high=_PORTS
    ),
    Setting("METRICS_PORT", "8081", "int", "Port of /metrics; 0 turns it off.", high=_PORTS),
    Setting("LOCK_FILE", DEFAULT_LOCK, "text", "File that exists while the function is ready."),
    Setting(
        "PARENT_FD",
        "-1",
        "int",
        "Inherited pipe; when it closes the process drains and ends. -1 turns it off.",
        low=-1,
        high=1 << 20,
    ),
    Setting(
        "CONCURRENCY", "0", "int", "Handler calls at once; 0 means the usable cores.", high=256
    ),
    Setting(
        "MAX_INFLIGHT", "0", "int", "Calls running and waiting; 0 means 8 x CONCURRENCY.", high=1024
    ),
    Setting(
        "EXEC_TIMEOUT",
        "30",
        "seconds",
        "Longest call, waiting included; 0 means no limit.",
        high=_DAY,
    ),
    Setting(
        "READ_TIMEOUT",
        "30",
        "seconds",
        "Longest time a client may take to send one request.",
        low=0.1,
        high=_DAY,
    ),
    Setting(
        "SHUTDOWN_TIMEOUT", "30", "seconds", "Longest wait for running calls at the end.", high=_DAY
    ),
    Setting(
        "DRAIN_DELAY",
        "0",
        "seconds",
        "How long calls are still taken after SIGTERM, until callers have noticed.",
        high=600,
        other_names=("healthcheck_interval",),
    ),
    Setting(
        "LOAD_TIMEOUT",
        "120",
        "seconds",
        "Longest time to import, build and warm the handler.",
        low=0.1,
        high=_DAY,
    ),
    Setting(
        "MAX_BODY_BYTES",
        str(32 << 20),
        "int",
        "Largest request body in bytes.",
        low=1,
        high=1 << 30,
    ),
    Setting(
        "BODY_MEMORY",
        "0",
        "int",
        "Bytes of all HTTP bodies at once; 0 means a quarter of the container's memory.",
        high=1 << 40,
    ),
    Setting(
        "CORS_ORIGINS",
        "",
        "origins",
        "Origins whose pages may call and read answers, with commas; * for all; empty: none.",
    ),
    Setting(
        "MESH_SUFFIX",
        "",
        "text",
        "Put behind a function's name to find its host, such as .functions.",
    ),
    Setting(
        "MESH_ADDRESS",
        "",
        "text",
        "host:port that passes calls on to functions by their name, such as a gateway's.",
    ),
    Setting("MESH_TOKEN", "", "secret", "A bearer token that mesh_call shows; empty: none."),
    Setting("MESH_TIMEOUT", "30", "seconds", "Longest mesh_call.", low=0.001, high=_DAY),
    Setting(
        "BATCH",
        "auto",
        "choice",
        "Answer the files of DATA_PATH once instead of serving; auto: if REST_URL is set, too.",
        choices=("auto", "true", "false"),
    ),
    Setting("DATA_PATH", "", "text", "Folder of a batch, or one file."),
    Setting("DATA_FILES", DEFAULT_IMAGES, "text", "Names of the files to take, in any case."),
    Setting("REST_URL", "", "secret", "Where the answer of a batch is posted; empty: nowhere."),
    Setting("REST_TIMEOUT", "60", "seconds", "Longest time for one post.", low=0.1, high=_DAY),
    Setting("API_HEADER", "", "secret", "Headers of the post: a JSON object or Name: value lines."),
    Setting("BATCH_RETRY", "600", "seconds", "How long a post is tried again.", high=7 * _DAY),
    Setting(
        "RESULT_FILE",
        "",
        "text",
        "Where the answer is kept; empty: a file in the temporary folder.",
    ),
    Setting("ANSWER_TEMPLATE", "", "text", "JSON file that says how an entry looks."),
    Setting(
        "ANSWER_HOOK", "", "text", "file.py:function that makes the answer of the list of entries."
    ),
    Setting("LOG_FORMAT", "text", "choice", "How log lines look.", choices=("text", "json")),
    Setting(
        "LOG_STREAM",
        "stderr",
        "choice",
        "Where log lines go while serving; stdout in a container. A batch's go to stderr.",
        choices=("stderr", "stdout"),
    ),
    Setting(
        "LOG_LEVEL",
        "info",
        "choice",
        "Least serious lines to log.",
        choices=("debug", "info", "warning", "error"),
    ),
    Setting(
        "LOG_COMMAND",
        "",
        "text",
        "Command that prints this log and takes --call ID; messages of failed calls name it.",
    ),
)
