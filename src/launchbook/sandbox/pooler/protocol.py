"""PostgreSQL's wire protocol, as far as a pooler reads it (version 3).

Source: PostgreSQL documentation, chapter "Frontend/Backend Protocol".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio

TLS_REQUEST: Final = 80877103
GSS_REQUEST: Final = 80877104
CANCEL_REQUEST: Final = 80877102
VERSION_3: Final = 3 << 16
VERSION_4: Final = 4 << 16
LARGEST_STARTUP_BYTES: Final = 10_000
LARGEST_MESSAGE_BYTES: Final = 256 * 1024 * 1024

AUTHENTICATION: Final = b"R"
ERROR: Final = b"E"
READY: Final = b"Z"
TERMINATE: Final = b"X"
QUERY: Final = b"Q"
SYNC: Final = b"S"
PASSWORD: Final = b"p"
BACKEND_KEY: Final = b"K"
FUNCTION_CALL: Final = b"F"
COPY_KINDS: Final = frozenset({b"d", b"c", b"f"})
"""Data of a COPY and its end; they belong to the message that began it."""

LOGGED_IN: Final = 0
CLEARTEXT: Final = 3
"""Two of the questions in an authentication message."""


class ProtocolError(Exception):
    """The other side does not speak the protocol."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its type byte and its content without the length."""

    kind: bytes
    content: bytes

    def encode(self) -> bytes:
        """Return the bytes of the wire."""
        return self.kind + struct.pack("!I", len(self.content) + 4) + self.content


async def read_message(reader: asyncio.StreamReader) -> Message:
    """Read one message.

    Raises:
        asyncio.IncompleteReadError: The connection ended.
        ProtocolError: The length is impossible.
    """
    head = await reader.readexactly(5)
    (length,) = struct.unpack("!I", head[1:])
    if not 4 <= length <= LARGEST_MESSAGE_BYTES:
        raise ProtocolError(f"a message of {length} bytes")
    return Message(head[:1], await reader.readexactly(length - 4))


async def read_startup(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read a start-up packet: its code, and what follows.

    Raises:
        asyncio.IncompleteReadError: The connection ended.
        ProtocolError: The length is impossible.
    """
    length, code = struct.unpack("!II", await reader.readexactly(8))
    if not 8 <= length <= LARGEST_STARTUP_BYTES:
        raise ProtocolError(f"a start-up packet of {length} bytes")
    return code, await reader.readexactly(length - 8)


def parse_parameters(content: bytes) -> dict[str, str]:
    """Return the parameters of a start-up packet."""
    words = content.rstrip(b"\0").split(b"\0")
    text = [word.decode(errors="replace") for word in words]
    return dict(zip(text[0::2], text[1::2], strict=False))


def startup_packet(parameters: dict[str, str]) -> bytes:
    """Return the packet that opens a connection."""
    words = b"".join(
        key.encode() + b"\0" + value.encode() + b"\0"
        for key, value in parameters.items()
    )
    content = struct.pack("!I", VERSION_3) + words + b"\0"
    return struct.pack("!I", len(content) + 4) + content


def error_message(sqlstate: str, text: str) -> Message:
    """Return a FATAL error."""
    fields = {"S": "FATAL", "V": "FATAL", "C": sqlstate, "M": text}
    body = b"".join(key.encode() + v.encode() + b"\0" for key, v in fields.items())
    return Message(ERROR, body + b"\0")


def version_message() -> Message:
    """Say that 3.0 is spoken, to a client that knows something newer."""
    return Message(b"v", struct.pack("!II", VERSION_3, 0))


def error_text(message: Message) -> str:
    """Return SQLSTATE and text of an error message."""
    fields = [field for field in message.content.split(b"\0") if field]
    parts = {each[:1]: each[1:].decode(errors="replace") for each in fields}
    return f"{parts.get(b'C', '')} {parts.get(b'M', '')}".strip()
