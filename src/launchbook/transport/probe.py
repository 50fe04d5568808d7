"""Looking at the product itself, from outside, as a visitor would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import requests

from launchbook.errors import Unavailable
from launchbook.transport.fault import hint_for
from launchbook.transport.http import USER_AGENT, open_session, reason_of
from launchbook.transport.resolver import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from launchbook.clock import Clock
    from launchbook.transport.dns import DnsResolver

LARGEST_BODY_BYTES: Final = 2 * 1024 * 1024
PROBE_TIMEOUT_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a product URL answered.

    Attributes:
        headers: Names in lower case.
        content: At most 2 MiB; the rest is not read.
        first_byte_seconds: Until the headers were there.
        elapsed_seconds: Until the content was there.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    first_byte_seconds: float
    elapsed_seconds: float

    @property
    def text(self) -> str:
        """The content as UTF-8; broken bytes are replaced."""
        return self.content.decode("utf-8", errors="replace")


class Prober:
    """Asks product URLs: no retries, no redirects, TLS verified.

    Args:
        clock: Measures the answers.
        ca_file: The authority to trust; None trusts the usual ones.
        session: How to connect; tests pass one with a fake adapter.
        resolver: Finds the hosts.
    """

    def __init__(
        self,
        clock: Clock,
        ca_file: Path | None = None,
        session: requests.Session | None = None,
        resolver: DnsResolver = SYSTEM,
    ) -> None:
        self._clock = clock
        self._session = session or open_session(ca_file, resolver=resolver)

    def probe(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        body: bytes | None = None,
        timeout_seconds: float = PROBE_TIMEOUT_SECONDS,
    ) -> Answer:
        """Ask once and return whatever status comes; redirects are answers too.

        Raises:
            Unavailable: No answer: refused, too slow, or a wrong certificate.
        """
        started = self._clock.monotonic()
        try:
            with self._session.request(
                method,
                url,
                data=body,
                headers={"User-Agent": USER_AGENT, **(headers or {})},
                timeout=timeout_seconds,
                allow_redirects=False,
                stream=True,
            ) as response:
                first_byte = self._clock.monotonic() - started
                content = _limited(response)
        except requests.RequestException as error:
            raise Unavailable(
                f"{url} gave no answer: {reason_of(error)}",
                hint=hint_for(Unavailable),
                platform="product",
            ) from error
        return Answer(
            url=url,
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            content=content,
            first_byte_seconds=first_byte,
            elapsed_seconds=self._clock.monotonic() - started,
        )

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def _limited(response: requests.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_content(65536):
        parts.append(part)
        size += len(part)
        if size >= LARGEST_BODY_BYTES:
            break
    return b"".join(parts)[:LARGEST_BODY_BYTES]
