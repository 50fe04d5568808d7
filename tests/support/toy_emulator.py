"""The smallest vendor: things in a document, one real process, two host names."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from aiohttp import web

from launchbook.sandbox.background import Background
from launchbook.sandbox.emulator import Emulator, Handler
from launchbook.sandbox.ports import free_port
from launchbook.sandbox.process import Launch, ServiceProcess
from launchbook.sandbox.proxy import proxy
from launchbook.sandbox.schedule import every_cron

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from launchbook.sandbox.world import World

ECHO_SERVER = """
import http.server, json, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.path == "/broken":
            self.send_response(200)
            self.send_header("content-length", "100")
            self.end_headers()
            self.wfile.write(b"half")
            self.close_connection = True
            return
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length).decode()
        answer = json.dumps({
            "method": self.command, "path": self.path, "body": body,
            "headers": {k.lower(): v for k, v in self.headers.items()},
        }).encode()
        self.send_response(207)
        self.send_header("set-cookie", "a=1")
        self.send_header("set-cookie", "b=2")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    do_POST = do_GET
    def log_message(self, *words):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print("listening", flush=True)
server.serve_forever()
"""


class ToyEmulator(Emulator):
    """Things can be made and listed; ``/crash`` fails, the rest is unknown."""

    name = "toy"

    def __init__(self, world: World) -> None:
        self._world = world
        self._state = world.document("toy/state")
        self._background = Background("toy")
        self._port = 0
        self.process: ServiceProcess | None = None

    def application(self) -> web.Application:
        application = web.Application()
        application.add_routes(
            [
                web.get("/v1/things", self._list),
                web.post("/v1/things", self._create),
                web.get("/v1/things/{thing}", self._read),
                web.get("/crash", self._crash),
            ]
        )
        return application

    async def start(self) -> None:
        schedule = every_cron(self._world.clock, "0 * * * *", self._count_hour)
        self._background.start(schedule, name="hourly")

    async def stop(self) -> None:
        await self._background.stop()
        if self.process:
            await self.process.terminate(1.0)

    def error_response(self, status: int, code: str, message: str) -> web.Response:
        body = {"toy_error": {"code": code, "message": message}}
        return web.json_response(body, status=status)

    def serves(self, host: str) -> Handler | None:
        known = {"echo.toy.localhost": self._echo, "page.toy.localhost": self._page}
        return known.get(host)

    def hosts(self) -> Iterable[str]:
        return ("echo.toy.localhost", "page.toy.localhost")

    def status(self) -> Mapping[str, object]:
        return {"things": len(self._things)}

    def endpoints(self) -> Mapping[str, Mapping[str, object]]:
        return {"toy": {"team": "team_toy"}, "extra": {"session_port": 1}}

    async def start_echo(self) -> ServiceProcess:
        """Start the real process behind ``echo.toy.localhost``."""
        self._port = free_port()
        folder = self._world.folder("toy")
        words = [sys.executable, "-c", ECHO_SERVER, str(self._port)]
        launch = Launch(words, folder, folder / "echo.log")
        self.process = await ServiceProcess.start(launch, self._world.processes)
        return self.process

    @property
    def _things(self) -> list[str]:
        things: list[str] = self._state.data.setdefault("things", [])
        return things

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response({"things": self._things})

    async def _create(self, request: web.Request) -> web.Response:
        self._things.append((await request.json())["name"])
        self._state.save()
        return web.json_response({"things": self._things}, status=201)

    async def _read(self, request: web.Request) -> web.Response:
        thing = request.match_info["thing"]
        if thing not in self._things:
            raise web.HTTPNotFound(text="no such thing")
        return web.json_response({"name": thing})

    async def _crash(self, request: web.Request) -> web.Response:
        raise RuntimeError("secret details")

    async def _count_hour(self, moment: object) -> None:
        self._state.data["hours"] = self._state.data.get("hours", 0) + 1
        self._state.save()

    async def _echo(self, request: web.Request) -> web.StreamResponse:
        added = {"x-toy": "yes"}
        return await proxy(request, "127.0.0.1", self._port, headers=added)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="a page")


def build(world: World) -> ToyEmulator:
    """Make the toy."""
    return ToyEmulator(world)
