"""Deployment protection: who may see a deployment without logging in."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from aiohttp import web

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.faults import OrderedFaults
    from launchbook.sandbox.vercel.records import Deployment, Project
    from launchbook.sandbox.vercel.state import State

BYPASS: Final = "x-vercel-protection-bypass"
SET_COOKIE: Final = "x-vercel-set-bypass-cookie"
COOKIE: Final = "_vercel_jwt"
LOGIN_HOST: Final = "vercel.localhost"
"""Where the login page is; it answers 200, whatever is behind it."""

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><main><h1>{title}</h1><p>{text}</p></main></body></html>
"""


class Protection:
    """Decides about requests to deployments.

    Args:
        state: The account.
        faults: What is to go wrong.
    """

    def __init__(self, state: State, faults: OrderedFaults) -> None:
        self._state = state
        self._faults = faults

    def is_protected(self, host: str, deployment: Deployment) -> bool:
        """Whether a deployment asks for a login when it is seen by this name."""
        project = self._state.projects[deployment.project_id]
        setting = project.settings["ssoProtection"]
        if setting is None:
            return False
        domain = self._state.domains.get(host)
        is_added = domain is not None and not domain.is_generated
        is_productive = domain is not None and domain.is_productive
        return {
            "all": True,
            "all_except_custom_domains": not is_added,
            "prod_deployment_urls_and_all_previews": not is_productive,
            "preview": deployment.target != "production",
        }[setting["deploymentType"]]

    def opened_by(self, request: web.Request, deployment: Deployment) -> str | None:
        """Return the secret that opens a deployment for a request, if one does."""
        project = self._state.projects[deployment.project_id]
        shown = request.headers.get(BYPASS) or request.query.get(BYPASS)
        if shown in project.bypasses:
            return shown
        return _opened_by_cookie(request.cookies.get(COOKIE), project)

    def refusal(self, request: web.Request, host: str) -> web.Response:
        """Return what somebody gets who may not see a deployment."""
        if self._faults.take(f"edge {host}", "sso_redirect"):
            _, _, port = request.host.partition(":")
            place = f"{LOGIN_HOST}:{port}" if port else LOGIN_HOST
            nonce = secrets.token_hex(32)
            query = urlencode({"url": str(request.url), "nonce": nonce})
            response = web.Response(status=302)
            response.headers["location"] = f"https://{place}/sso-api?{query}"
        else:
            response = page(
                401, "Authentication Required", "This page needs a Vercel login."
            )
        response.headers["x-robots-tag"] = "noindex"
        response.headers["cache-control"] = "no-store, max-age=0"
        return response


def _opened_by_cookie(cookie: str | None, project: Project) -> str | None:
    for secret in project.bypasses:
        if cookie == cookie_for(secret):
            return secret
    return None


def cookie_for(secret: str) -> str:
    """Return the cookie that stands for a secret."""
    return hashlib.sha256(f"bypass:{secret}".encode()).hexdigest()


def remember(request: web.Request, response: web.Response, secret: str) -> None:
    """Set the cookie when the request asks for it, by header or query."""
    wish = request.headers.get(SET_COOKIE) or request.query.get(SET_COOKIE)
    if wish not in {"true", "samesitenone"}:
        return
    response.set_cookie(
        COOKIE,
        cookie_for(secret),
        httponly=True,
        secure=True,
        samesite="None" if wish == "samesitenone" else "Lax",
    )


def login_page() -> web.Response:
    """Return the login page: 200, and nothing of what is behind it."""
    return page(200, "Log in to Vercel", "Log in to see this deployment.")


def page(status: int, title: str, text: str) -> web.Response:
    """Return one of the platform's own pages."""
    return web.Response(
        status=status,
        text=_PAGE.format(title=title, text=text),
        content_type="text/html",
    )
