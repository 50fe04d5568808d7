"""Railway's GraphQL API and uploads, with real processes as services."""

from launchbook.sandbox.railway.routes import build

__all__ = ["build"]
