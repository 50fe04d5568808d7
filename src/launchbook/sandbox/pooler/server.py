"""A connection of the pooler's own to a project's server."""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.pooler.protocol import (
    AUTHENTICATION,
    BACKEND_KEY,
    ERROR,
    PASSWORD,
    QUERY,
    READY,
    TERMINATE,
    Message,
    error_text,
    read_message,
    startup_packet,
)
from launchbook.sandbox.pooler.scram import MECHANISM, ScramClient

if TYPE_CHECKING:
    from pathlib import Path

PARAMETER_STATUS: Final = b"S"
SASL: Final = 10
SASL_CONTINUE: Final = 11


class LoginFailed(Exception):
    """The server refused; holds its own error message.

    Attributes:
        answer: What the server said, to be passed on.
    """

    def __init__(self, answer: Message) -> None:
        super().__init__(error_text(answer))
        self.answer = answer


@dataclass
class ServerConnection:
    """One logged-in connection.

    Attributes:
        parameters: The parameter messages of the login, for new clients.
        key: What a cancel request must name.
    """

    socket: Path
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    parameters: list[Message] = field(default_factory=list)
    key: bytes = b""

    _resting: asyncio.Task[bytes] | None = None

    def rest(self) -> None:
        """Begin to lie idle; whatever the server says meanwhile means its end."""
        self._resting = asyncio.create_task(self.reader.read(1))

    async def wake(self) -> bool:
        """End lying idle; False when the server has gone away."""
        resting, self._resting = self._resting, None
        if resting is None:
            return True
        resting.cancel()
        await asyncio.gather(resting, return_exceptions=True)
        return resting.cancelled()

    @classmethod
    async def open(
        cls, socket: Path, parameters: dict[str, str], password: str
    ) -> ServerConnection:
        """Log in.

        Raises:
            LoginFailed: The server refused.
            OSError: It does not answer.
        """
        reader, writer = await asyncio.open_unix_connection(str(socket))
        connection = cls(socket, reader, writer)
        try:
            writer.write(startup_packet(parameters))
            await connection._log_in(password)
        except BaseException:
            writer.close()
            raise
        return connection

    async def _log_in(self, password: str) -> None:
        """Answer the server's questions until it is ready."""
        scram = ScramClient(password)
        while True:
            message = await read_message(self.reader)
            if message.kind == ERROR:
                raise LoginFailed(message)
            if message.kind == AUTHENTICATION:
                self._answer(message, scram)
            if message.kind == PARAMETER_STATUS:
                self.parameters.append(message)
            if message.kind == BACKEND_KEY:
                self.key = message.content
            if message.kind == READY:
                return

    def _answer(self, message: Message, scram: ScramClient) -> None:
        """Answer one question of the login."""
        (question,) = struct.unpack("!I", message.content[:4])
        if question == SASL:
            first = scram.first()
            size = struct.pack("!I", len(first))
            content = MECHANISM.encode() + b"\0" + size + first
            self.writer.write(Message(PASSWORD, content).encode())
        if question == SASL_CONTINUE:
            self.writer.write(
                Message(PASSWORD, scram.final(message.content[4:])).encode()
            )

    async def reset(self) -> bool:
        """Forget everything of the session; False when that failed."""
        self.writer.write(Message(QUERY, b"DISCARD ALL\0").encode())
        is_clean = True
        while True:
            message = await read_message(self.reader)
            is_clean = is_clean and message.kind != ERROR
            if message.kind == READY:
                return is_clean and message.content == b"I"

    def close(self) -> None:
        """Say goodbye and close."""
        if self._resting is not None:
            self._resting.cancel()
        if not self.writer.is_closing():
            self.writer.write(Message(TERMINATE, b"").encode())
            self.writer.close()
