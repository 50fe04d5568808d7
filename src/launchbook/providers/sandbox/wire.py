"""``endpoints.json`` and the control API's JSON as our model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from launchbook.model.sandbox import Endpoints, LoggedRequest, RequestLog
from launchbook.redact import Secret

if TYPE_CHECKING:
    from launchbook.transport.answer import Fields


def read_endpoints(document: Fields) -> Endpoints:
    """Read where the running sandbox listens."""
    railway, vercel = document.child("railway"), document.child("vercel")
    supabase, pooler = document.child("supabase"), document.child("pooler")
    cloudflare = document.child("cloudflare")
    return Endpoints(
        pid=document.whole("pid"),
        started_at=document.text("started_at"),
        control=document.text("control"),
        control_token=Secret(document.text("control_token")),
        railway_api=railway.text("api"),
        railway_token=Secret(railway.text("token")),
        vercel_api=vercel.text("api"),
        vercel_token=Secret(vercel.text("token")),
        vercel_team=vercel.text("team"),
        supabase_api=supabase.text("api"),
        supabase_token=Secret(supabase.text("token")),
        supabase_organization=supabase.text("organization"),
        cloudflare_api=cloudflare.text("api"),
        cloudflare_token=Secret(cloudflare.text("token")),
        cloudflare_account=cloudflare.text("account"),
        nameservers=document.child("dns").texts("nameservers"),
        edge_port=document.whole("edge_port"),
        edge_http_port=document.whole("edge_http_port"),
        session_port=pooler.whole("session_port"),
        transaction_port=pooler.whole("transaction_port"),
        ca_file=Path(document.text("ca_file")),
    )


def read_request_log(answer: Fields) -> RequestLog:
    """Read the list of requests."""
    entries = tuple(_logged(each) for each in answer.children("requests"))
    return RequestLog(
        requests=entries,
        mutating_count=answer.whole("mutating_count"),
        last_sequence=answer.whole("last_sequence"),
    )


def _logged(node: Fields) -> LoggedRequest:
    return LoggedRequest(
        sequence=node.whole("sequence"),
        platform=node.text("vendor"),
        method=node.text("method"),
        path=node.text("path"),
        operation=node.text("operation"),
        status=node.whole("status"),
        is_mutating=node.is_truthy("is_mutating"),
        at=node.text("at"),
    )
