"""What load and page runs need to know of an environment: hosts, addresses, journeys."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from launchbook.errors import FileMissing, InputError, NotFound
from launchbook.load.scenario import Place, Scenario, journeys_for
from launchbook.model.address import HTTPS_PORT, public_url
from launchbook.transport.tls import shown_certificate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.app import App
    from launchbook.load.scenario import Phase

API: Final = "backend"


def place_of(app: App) -> Place:
    """Return where the product's surfaces are, and how they are found.

    Raises:
        NotFound: A host name leads nowhere yet.
        ProviderError: No name server answers.
    """
    platform = app.clients.platform
    names = cast(
        "dict[str, str]",
        app.inventory.environment(app.target.environment).mapping().get("domains", {}),
    )
    apps = cast("dict[str, object]", app.inventory.product.mapping()["apps"])
    port = int(platform["public_port"])
    urls = {name: public_url(names[name], port) for name in apps if name in names}
    if not urls:
        raise InputError(
            f"{app.target.environment} has no host names to measure",
            hint="Write them below `domains` of the environment.",
        )
    hosts = [urlsplit(url).hostname or "" for url in urls.values()]
    is_local = platform.get("is_local") is True
    return Place(
        urls=urls,
        # Elsewhere the system's resolver finds them, as it does for customers.
        addresses={host: _address(app, host) for host in hosts} if is_local else {},
        ca_file=str(app.clients.ca_file or ""),
        has_own_addresses=is_local,
    )


def scenario_of(app: App, phases: tuple[Phase, ...]) -> Scenario:
    """Return what users do in the environment.

    Raises:
        FileMissing: The inventory does not say what users do.
        InputError: It says nothing for this environment.
    """
    environment = app.target.environment
    if app.inventory.load is None:
        raise FileMissing(
            "inventory/load.yml is not there: nobody knows what users do",
            hint="Copy it from a folder that `launchbook init DIR` makes.",
        )
    said = cast("list[Mapping[str, Any]]", app.inventory.load.mapping()["journeys"])
    journeys = journeys_for(environment, said)
    if not journeys:
        raise InputError(
            f"no journey of inventory/load.yml is for {environment}",
            hint=f"Add {environment} to `environments` of one that may run there.",
            location=app.inventory.load.locate("/journeys"),
        )
    return Scenario(environment, place_of(app), journeys, phases, API)


def objectives_of(app: App) -> Mapping[str, Any]:
    """Return the product's objectives."""
    found = app.inventory.product.mapping()["objectives"]
    return cast("Mapping[str, Any]", found)


def keys_of(place: Place) -> tuple[str, ...]:
    """Return the keys of certificates that only our own authority vouches for.

    As a browser is told them: SHA-256 of the public key, base64. None are needed
    where the usual authorities are trusted.
    """
    if not place.ca_file:
        return ()
    parts = [urlsplit(each) for each in place.urls.values()]
    return tuple(
        _key_digest(
            shown_certificate(
                str(each.hostname),
                each.port or HTTPS_PORT,
                place.addresses[str(each.hostname)],
                Path(place.ca_file),
            )
        )
        for each in parts
    )


def _key_digest(certificate: bytes) -> str:
    key = x509.load_der_x509_certificate(certificate).public_key()
    form = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(form).digest()).decode()


def _address(app: App, host: str) -> str:
    found = app.clients.names.addresses(host)
    if not found:
        raise NotFound(
            f"{host} leads nowhere yet",
            hint=f"Run `invoke provision.{app.target.environment}`, then the same "
            "command again.",
            platform="product",
        )
    return found[0]
