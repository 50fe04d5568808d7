"""Wraps a vendor's application: gate, faults, log, and errors by its own shape."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from aiohttp import web

from launchbook.sandbox.emulator import rest_operation
from launchbook.sandbox.faults import FRAME_EFFECTS
from launchbook.sandbox.proxy import abort

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from launchbook.sandbox.emulator import Emulator, Operation
    from launchbook.sandbox.faults import Fault
    from launchbook.sandbox.world import World

    Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LOG = logging.getLogger(__name__)


def vendor_application(world: World, emulator: Emulator) -> web.Application:
    """Return an emulator's application with the frame's middlewares around it."""
    application = emulator.application()
    site = _Site(world, emulator)

    @web.middleware
    async def middleware(request: web.Request, handler: Next) -> web.StreamResponse:
        async with world.gate.passing():
            return await site.answer(request, handler)

    application.middlewares.insert(0, middleware)
    return application


class _Site:
    """The way of one request through the frame."""

    def __init__(self, world: World, emulator: Emulator) -> None:
        self._world = world
        self._emulator = emulator

    async def answer(self, request: web.Request, handler: Next) -> web.StreamResponse:
        operation = await self._operation(request)
        faults = self._faults(request, operation, await self._subject(request))
        status = 0
        try:
            response = await self._answer_with(faults, request, handler)
            status = 0 if _is_dropped(faults) else response.status
        except web.HTTPException as error:
            status = error.status
            raise
        finally:
            self._world.requests.record(
                self._emulator.name,
                request.method,
                request.path,
                operation,
                status=status,
            )
        return response

    async def _operation(self, request: web.Request) -> Operation:
        """Ask the vendor; a body that it cannot read is the handler's to refuse."""
        try:
            return await self._emulator.operation(request)
        except Exception:  # noqa: BLE001 - the handler meets the same and answers
            _LOG.debug("%s: no operation", self._emulator.name, exc_info=True)
            return rest_operation(request)

    async def _subject(self, request: web.Request) -> str:
        """What a request is about: its address, and a body that is JSON."""
        is_asked = any("only" in each.details for each in self._world.faults.all())
        if not is_asked or request.content_type != "application/json":
            return request.path_qs
        return request.path_qs + await request.text()

    def _faults(
        self, request: web.Request, operation: Operation, subject: str
    ) -> list[Fault]:
        names = {operation.name, f"{request.method} {request.path}"}
        return self._world.faults.take_all(
            self._emulator.name, names, FRAME_EFFECTS, subject
        )

    async def _answer_with(
        self, faults: Sequence[Fault], request: web.Request, handler: Next
    ) -> web.StreamResponse:
        for fault in faults:
            if fault.effect == "delay":
                await self._world.clock.sleep(float(fault.details["delay_seconds"]))
        effects = {fault.effect: fault for fault in faults}
        if "drop_before" in effects:
            abort(request)
            return web.Response(status=503)
        if "status" in effects:
            return self._refusal(effects["status"])
        response = await self._handled(request, handler)
        if "drop_after" in effects:
            abort(request)
        if "malformed" in effects:
            return _malformed(response)
        return response

    async def _handled(self, request: web.Request, handler: Next) -> web.StreamResponse:
        if request.match_info.http_exception is not None:
            message = f"{request.method} {request.path} is not emulated"
            return self._emulator.error_response(501, "not_emulated", message)
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except Exception:  # noqa: BLE001 - whatever it was, the vendor answers 500
            _LOG.exception(
                "%s: %s %s failed", self._emulator.name, request.method, request.path
            )
            message = "the emulator failed, see sandbox.log"
            return self._emulator.error_response(500, "internal_error", message)

    def _refusal(self, fault: Fault) -> web.Response:
        status = int(fault.details["status"])
        if "body" in fault.details:
            response = web.json_response(fault.details["body"], status=status)
        else:
            response = self._emulator.error_response(
                status, "fault", f"fault {fault.id}: status {status}"
            )
        for name, value in dict(fault.details.get("headers", {})).items():
            response.headers[name] = str(value)
        return response


def _is_dropped(faults: Sequence[Fault]) -> bool:
    return any(fault.effect in {"drop_before", "drop_after"} for fault in faults)


def _malformed(response: web.StreamResponse) -> web.Response:
    """Return what a proxy on the way makes of an answer: the status, no JSON."""
    return web.Response(
        status=response.status,
        text="<html><body>upstream connect error",
        content_type="application/json",
    )
