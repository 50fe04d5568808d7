"""`python -m backend`: serve the API until SIGTERM, then finish what is under way."""

from __future__ import annotations

from aiohttp import web

from backend import log
from backend.application import build_application
from backend.start import configured
from backend.workspace import build_identity

DRAIN_SECONDS = 10


def main() -> None:
    """Start the server."""
    config = configured(needs_port=True)
    log.event(
        "starting",
        host=config.host,
        port=config.port,
        environment=config.environment,
        build=build_identity(),
    )
    web.run_app(
        build_application(config),
        host=config.host,
        port=config.port,
        access_log=None,
        print=None,
        shutdown_timeout=DRAIN_SECONDS,
    )
    log.event("stopped")


if __name__ == "__main__":
    main()
