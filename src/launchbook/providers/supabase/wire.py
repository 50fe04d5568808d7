"""Supabase's JSON and our model, in both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.model.supabase import (
    ApiKey,
    NetworkRestrictions,
    Organization,
    Pooler,
    Profile,
    Project,
    ServiceHealth,
    TlsEnforcement,
)
from launchbook.redact import Secret

if TYPE_CHECKING:
    from launchbook.model.supabase import ProjectOrder
    from launchbook.transport.answer import Fields

SMART_GROUPS: Final = frozenset({"americas", "emea", "apac"})
"""Regions that leave the exact place to the vendor."""


def read_profile(answer: Fields) -> Profile:
    """Read the token's owner."""
    return Profile(
        id=answer.text("gotrue_id"),
        username=answer.text("username"),
        email=answer.text("primary_email"),
    )


def read_organization(node: Fields) -> Organization:
    """Read an organization."""
    return Organization(node.text("id"), node.text("slug"), node.text("name"))


def read_project(node: Fields, organization: str = "") -> Project:
    """Read a project; only a single read tells the database's host."""
    database = node.optional_child("database")
    return Project(
        ref=node.text("ref"),
        name=node.text("name"),
        status=node.text("status"),
        region=node.text_or_empty("region"),
        organization_slug=node.text_or_empty("organization_slug") or organization,
        database_host=database.text_or_empty("host") if database else "",
        database_version=database.text_or_empty("version") if database else "",
    )


def write_project(order: ProjectOrder) -> dict[str, object]:
    """Return the body that creates a project."""
    kind = "smartGroup" if order.region in SMART_GROUPS else "specific"
    body: dict[str, object] = {
        "name": order.name,
        "organization_slug": order.organization_slug,
        "db_pass": order.password,
        "region_selection": {"type": kind, "code": order.region},
    }
    if order.instance_size:
        body["desired_instance_size"] = order.instance_size
    return body


def read_health(node: Fields) -> ServiceHealth:
    """Read the health of one service."""
    return ServiceHealth(
        name=node.text("name"),
        status=node.text("status"),
        error=node.text_or_empty("error"),
    )


def read_pooler(node: Fields) -> Pooler:
    """Read one entry of the pooler's configuration."""
    return Pooler(
        identifier=node.text("identifier"),
        database_type=node.text("database_type"),
        host=node.text("db_host"),
        port=node.whole("db_port"),
        user=node.text("db_user"),
        database=node.text("db_name"),
        pool_mode=node.text("pool_mode"),
        default_pool_size=node.optional_whole("default_pool_size"),
        max_client_connections=node.optional_whole("max_client_conn"),
        connection_string=node.text_or_empty("connection_string"),
    )


def read_tls(answer: Fields) -> TlsEnforcement:
    """Read whether TLS is enforced."""
    return TlsEnforcement(
        is_enforced=answer.child("currentConfig").is_truthy("database"),
        is_applied=answer.is_truthy("appliedSuccessfully"),
    )


def read_restrictions(answer: Fields) -> NetworkRestrictions:
    """Read who may reach the database."""
    config = answer.child("config")
    return NetworkRestrictions(
        allowed_cidrs=config.texts("dbAllowedCidrs"),
        allowed_cidrs_v6=config.texts("dbAllowedCidrsV6"),
        status=answer.text("status"),
        is_allowed=answer.text_or_empty("entitlement") != "disallowed",
    )


def read_api_key(node: Fields) -> ApiKey:
    """Read a key; its value is there only when it was asked for."""
    value = node.optional_text("api_key")
    return ApiKey(
        id=node.text_or_empty("id"),
        name=node.text("name"),
        kind=node.text_or_empty("type"),
        value=None if value is None else Secret(value),
    )
