"""A DNS server on loopback that answers from a table, over UDP and TCP."""

from __future__ import annotations

import socketserver
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_UDP = 1232


@dataclass
class NameServer:
    """What it knows, and what it was asked.

    Attributes:
        records: ``KIND host`` to values as in zone files; aliases are followed.
        rcode: Answered to every question instead, as ``SERVFAIL``.
        asked: Protocol and question, as ``udp CNAME api.vocilia.com``.
    """

    records: dict[str, list[str]]
    rcode: str = ""
    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def respond(self, wire: bytes, protocol: str) -> bytes:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        host = question.name.to_text(omit_final_dot=True)
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{protocol} {kind} {host}")
        response = dns.message.make_response(query, recursion_available=True)
        if self.rcode:
            response.set_rcode(dns.rcode.from_text(self.rcode))
        else:
            self._fill(response, host, kind)
        if protocol == "tcp":
            return response.to_wire()
        if len(response.to_wire()) > LARGEST_UDP:
            response.answer.clear()
            response.flags |= dns.flags.TC
        return response.to_wire()

    def _fill(self, response: dns.message.Message, host: str, kind: str) -> None:
        values = self.records.get(f"{kind} {host}")
        alias = self.records.get(f"CNAME {host}")
        if not values and alias:
            response.answer.append(_set(host, "CNAME", alias))
            self._fill(response, alias[0].rstrip("."), kind)
        elif values:
            response.answer.append(_set(host, kind, values))
        elif not any(name.endswith(f" {host}") for name in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)


def _set(host: str, kind: str, values: list[str]) -> dns.rrset.RRset:
    return dns.rrset.from_text(f"{host}.", 60, "IN", kind, *values)


@contextmanager
def answering(
    records: dict[str, list[str]] | None = None, rcode: str = ""
) -> Iterator[NameServer]:
    """Answer for the body."""
    server = NameServer(records or {}, rcode)

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, connection = self.request
            connection.sendto(server.respond(wire, "udp"), self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            size = int.from_bytes(self.rfile.read(2))
            answer = server.respond(self.rfile.read(size), "tcp")
            self.wfile.write(len(answer).to_bytes(2) + answer)

    tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tcp)
    server.port = tcp.server_address[1]
    udp = socketserver.ThreadingUDPServer(("127.0.0.1", server.port), Udp)
    running: list[tuple[Any, threading.Thread]] = []
    for each in (tcp, udp):
        thread = threading.Thread(target=each.serve_forever, args=(0.01,))
        thread.start()
        running.append((each, thread))
    try:
        yield server
    finally:
        for each, thread in running:
            each.shutdown()
            each.server_close()
            thread.join()
