"""HTTP to the platforms: time-outs, connection reuse, rates, retries, errors.

Describe below, act in one place: providers build ``Request`` values, this module
is what sends them.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import requests

from launchbook.errors import ProviderError, RateLimited, Unavailable
from launchbook.redact import Redactor, Secret, reveal
from launchbook.transport.fault import (
    TRANSIENT_STATUSES,
    error_for,
    hint_for,
    read_fault,
)
from launchbook.transport.rate import RateBook
from launchbook.transport.request import Request, Response
from launchbook.transport.resolver import SYSTEM, ResolvingAdapter
from launchbook.transport.retry import (
    STANDARD,
    RetryPolicy,
    TransientError,
    persistently,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.clock import Clock
    from launchbook.transport.dns import DnsResolver
    from launchbook.transport.rate import Rate

POOL_CONNECTIONS: Final = 16
"""As many worker threads as a run may have; each keeps its connection."""
CONNECT_TIMEOUT_SECONDS: Final = 5.0
READ_TIMEOUT_SECONDS: Final = 30.0
USER_AGENT: Final = "launchbook/0.1"
_OTHER_NAME: Final = ("Hostname mismatch", "IP address mismatch", "doesn't match")
"""How OpenSSL and urllib3 say that a certificate is for somebody else."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A platform's API: where it is and how we introduce ourselves.

    Attributes:
        platform: railway, vercel, supabase or sandbox; appears in errors.
        base_url: Without a trailing slash.
        headers: Sent with every request, the token among them.
        ca_file: The only authority to trust; None trusts the usual ones.
    """

    platform: str
    base_url: str
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What a set of platforms knows about one: where it is and our token.

    Attributes:
        base_url: Without a trailing slash.
        ca_file: The only authority to trust; None trusts the usual ones.
    """

    base_url: str
    token: Secret
    ca_file: Path | None = None


def bearer(token: Secret) -> dict[str, str | Secret]:
    """Return the header that carries a bearer token."""
    return {"Authorization": Secret(f"Bearer {token.reveal()}")}


def open_session(
    ca_file: Path | None,
    adapter: requests.adapters.BaseAdapter | None = None,
    resolver: DnsResolver = SYSTEM,
) -> requests.Session:
    """Return a session with a sized pool, no cookies, no netrc."""
    session = requests.Session()
    session.verify = str(ca_file) if ca_file else True
    # An own authority means the sandbox on loopback: no proxy, no bundle of
    # the environment. Else proxies count, but .netrc must not replace our token.
    session.trust_env = ca_file is None
    session.auth = _as_it_is
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    chosen = adapter or ResolvingAdapter(
        resolver, pool_connections=POOL_CONNECTIONS, pool_maxsize=POOL_CONNECTIONS
    )
    session.mount("https://", chosen)
    session.mount("http://", chosen)
    return session


class HttpTransport:
    """Sends requests to one platform. Safe to share between threads.

    Args:
        origin: The platform.
        clock: The source of time, for rates and waits.
        rates: Limits by endpoint class.
        policy: How often to retry, and how long to wait.
        redactor: Cleans vendor messages of secret values.
        session: How to connect; tests pass one with a fake adapter.
    """

    def __init__(
        self,
        origin: Origin,
        *,
        clock: Clock,
        rates: Mapping[str, Rate] | None = None,
        policy: RetryPolicy = STANDARD,
        redactor: Redactor | None = None,
        session: requests.Session | None = None,
    ) -> None:
        self._origin = origin
        self._clock = clock
        self._policy = policy
        self._rates = RateBook(rates or {}, clock)
        self._redactor = redactor or Redactor()
        for value in origin.headers.values():
            if isinstance(value, Secret):
                self._redactor.learn(value)
                self._redactor.learn(Secret(value.reveal().removeprefix("Bearer ")))
        self._session = session or open_session(origin.ca_file)

    @property
    def platform(self) -> str:
        """The platform's name."""
        return self._origin.platform

    def send(self, request: Request) -> Response:
        """Send a request and return the answer when it is 2xx.

        Raises:
            Unavailable: No answer, or 5xx. Whether a write took effect is not
                known: look before repeating it.
            Rejected, NotFound, Unauthorized, Conflict, RateLimited, NotEmulated:
                The platform refused, and did nothing.
        """
        return persistently(self._policy, self._clock, lambda: self._attempt(request))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _attempt(self, request: Request) -> Response:
        self._rates.take(request.endpoint_class)
        response = self._exchange(request)
        if response.is_success:
            return response
        fault = read_fault(response, self._clock.now())
        error = error_for(request, response, fault, self._redactor.clean)
        if self._is_worth_repeating(request, error):
            raise TransientError(error, fault.retry_after_seconds)
        raise error

    def _is_worth_repeating(self, request: Request, error: ProviderError) -> bool:
        """A 429 certainly did nothing; all else only where twice does no harm."""
        if isinstance(error, RateLimited):
            return True
        return request.may_be_repeated and error.status in TRANSIENT_STATUSES

    def _exchange(self, request: Request) -> Response:
        started = self._clock.monotonic()
        try:
            with ExitStack() as stack:
                answer = self._session.request(**self._arguments(request, stack))
        except requests.RequestException as error:
            lost = self._lost(request, error)
            if request.may_be_repeated and not is_distrust(error):
                raise TransientError(lost) from error
            raise lost from error
        return Response(
            platform=self.platform,
            status=answer.status_code,
            headers={k.lower(): v for k, v in answer.headers.items()},
            content=answer.content,
            elapsed_seconds=self._clock.monotonic() - started,
        )

    def _arguments(self, request: Request, stack: ExitStack) -> dict[str, Any]:
        headers = {"User-Agent": USER_AGENT, **self._origin.headers, **request.headers}
        body: object = request.body
        if request.json is not None:
            body = json.dumps(reveal(request.json)).encode()
            headers.setdefault("Content-Type", "application/json")
        elif isinstance(body, Path):
            body = stack.enter_context(body.open("rb"))
        read_timeout = request.timeout_seconds or READ_TIMEOUT_SECONDS
        return {
            "method": request.method,
            "url": self._origin.base_url + request.path,
            "params": request.parameters(),
            "data": body,
            "headers": {name: _plain(value) for name, value in headers.items()},
            "timeout": (CONNECT_TIMEOUT_SECONDS, read_timeout),
            "allow_redirects": False,
        }

    def _lost(self, request: Request, error: requests.RequestException) -> Unavailable:
        return Unavailable(
            f"{self.platform} gave no answer to {request}: {reason_of(error)}",
            hint=hint_for(Unavailable),
            platform=self.platform,
        )


def reason_of(error: requests.RequestException) -> str:
    """Return one short phrase for a transport error; no URL, no header."""
    if isinstance(error, requests.exceptions.SSLError):
        return _tls_reason(error)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return f"no connection within {CONNECT_TIMEOUT_SECONDS:g} s"
    if isinstance(error, requests.exceptions.Timeout):
        return "the answer did not come in time"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "the connection failed or was closed"
    return type(error).__name__


def is_distrust(error: requests.RequestException) -> bool:
    """Whether we refused the other side's certificate; it stays refused."""
    return "CERTIFICATE_VERIFY_FAILED" in str(error) or _is_other_name(error)


def _tls_reason(error: requests.RequestException) -> str:
    if _is_other_name(error):
        return "the certificate is for another name"
    if is_distrust(error):
        return "the certificate is not trusted"
    return "the TLS handshake failed"


def _is_other_name(error: requests.RequestException) -> bool:
    text = str(error)
    return any(sign in text for sign in _OTHER_NAME)


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stand in for authentication, so that .netrc is not looked at."""
    return request
