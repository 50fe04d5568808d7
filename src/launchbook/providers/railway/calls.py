"""What every verb of Railway is made of: documents, pages, created things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from launchbook.providers.railway.document import document
from launchbook.transport.answer import Fields
from launchbook.transport.graphql import GraphqlTransport

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from launchbook.clock import Clock
    from launchbook.model.railway import ServiceScope
    from launchbook.redact import Redactor
    from launchbook.transport.request import Sender


class RailwayCalls:
    """Runs documents by name.

    Args:
        sender: The HTTP transport of the platform.
        clock: For waiting out soft throttles.
        redactor: Cleans vendor messages of secret values.
    """

    def __init__(
        self, sender: Sender, clock: Clock, redactor: Redactor | None = None
    ) -> None:
        self._sender = sender
        self._graphql = GraphqlTransport(
            sender, clock, platform="railway", redactor=redactor
        )

    def _run(
        self, name: str, variables: Mapping[str, object] | None = None
    ) -> dict[str, object]:
        return self._graphql.run(document(name), variables or {})

    def _created(self, name: str, order: Mapping[str, object]) -> Fields:
        data = self._run(name, {"input": dict(order)})
        field = next(iter(data), "")
        return Fields(data.get(field), f"railway {field}")

    def _pages(self, name: str, variables: Mapping[str, object]) -> Iterator[Fields]:
        """Walk through a connection to its end."""
        after: str | None = None
        while True:
            data = self._run(name, {**variables, "after": after})
            connection = _connection(data)
            for edge in connection.children("edges"):
                yield edge.child("node")
            page = connection.child("pageInfo")
            following = page.optional_text("endCursor")
            if not page.is_truthy("hasNextPage") or following in {None, after}:
                return
            after = following


def scope_ids(scope: ServiceScope) -> dict[str, object]:
    """Return the ids as the vendor names them."""
    ids: dict[str, object] = {
        "projectId": scope.project_id,
        "environmentId": scope.environment_id,
    }
    return {**ids, "serviceId": scope.service_id} if scope.service_id else ids


def _connection(data: Mapping[str, object]) -> Fields:
    """Find the one connection of an answer: at the top, or one level below."""
    fields = Fields(data, "railway")
    top = fields.child(next(iter(data), ""))
    if top.optional_children("edges") or top.is_truthy("pageInfo"):
        return top
    inner = next(iter(fields.mapping(next(iter(data), ""))), "")
    return top.child(inner)


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Thing = TypeVar("_Thing", bound=_Named)


def named(things: Iterable[_Thing], name: str) -> _Thing | None:
    """Return the thing of that name; names are matched here, not by the vendor."""
    return next((thing for thing in things if thing.name == name), None)
