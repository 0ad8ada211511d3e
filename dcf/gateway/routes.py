"""The whole REST wire on one screen."""

from aiohttp import web

from dcf.gateway.door_function import FunctionDoor
from dcf.gateway.door_system import SystemDoor, plain_errors
from dcf.gateway.origin import same_origin

_MAX_SYSTEM_BODY = 4 << 20


def application(system: SystemDoor, function: FunctionDoor) -> web.Application:
    """Everything the REST door answers."""
    app = web.Application(client_max_size=_MAX_SYSTEM_BODY, middlewares=[same_origin, plain_errors])
    app.add_routes(
        [
            web.route("*", "/function/{name}", function.answer),
            web.route("*", "/function/{name}/{path:.*}", function.answer),
            web.get("/system/functions", system.functions, allow_head=False),
            web.post("/system/functions", system.deploy),
            web.put("/system/functions", system.update),
            web.delete("/system/functions", system.delete),
            web.get("/system/function/{name}", system.describe),
            web.post("/system/scale-function/{name}", system.scale),
            web.get("/system/logs", system.logs, allow_head=False),
            web.get("/system/info", system.info),
            web.get("/system/namespaces", system.namespaces),
            web.head("/system/archives/{digest}", system.has_archive),
            web.put("/system/archives/{digest}", system.put_archive),
            web.get("/healthz", system.healthz),
            web.get("/metrics", system.metrics),
        ]
    )
    app.on_shutdown.append(system.leave)
    return app
