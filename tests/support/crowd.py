"""Many people at once who use the reference product, and a look at its pool meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import random
import statistics
import threading
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.sandbox import Endpoints

PATIENCE_SECONDS = 90.0
LOOK_SECONDS = 0.1


@dataclass
class Tally:
    """What a crowd saw.

    Attributes:
        failures: One line a request that was not answered with 200 or 201.
        seconds: How long each answer took.
        utilization: Percent of the backend's own pool, look by look.
        clients: Connections at the pooler, look by look.
        outages: Looks at the pool that were answered with 503.
        feedback: Ids of what was accepted.
    """

    failures: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    utilization: list[float] = field(default_factory=list)
    clients: list[int] = field(default_factory=list)
    outages: int = 0
    feedback: list[str] = field(default_factory=list)

    def figures(self, limit: int) -> dict[str, object]:
        """Return what is worth reporting; ``limit`` is the pooler's."""
        return {
            "requests": len(self.seconds),
            "failed": len(self.failures),
            "p50_ms": round(1000 * statistics.median(self.seconds)),
            "slowest_ms": round(1000 * max(self.seconds)),
            "pool_percent": max(self.utilization),
            "pooler_clients": max(self.clients),
            "pooler_percent": round(100 * max(self.clients) / limit, 1),
            "health_503": self.outages,
        }


class Crowd:
    """Users who leave feedback, ask for their reward, and businesses that read it.

    Args:
        url: Of the backend.
        users: How many at once.
        seed: Of their pauses and of the ids of what they send.
    """

    def __init__(self, url: str, users: int, *, seed: int) -> None:
        self._url = url
        self._users = users
        self._random = random.Random(seed)
        self._leaving = asyncio.Event()
        self._all_leave = threading.Event()
        self.tally = Tally()

    @contextlib.contextmanager
    def present(self, pooler: Endpoints) -> Iterator[Tally]:
        """Be there for the body, in a thread; at its end everybody finishes."""
        thread = threading.Thread(target=lambda: asyncio.run(self._come(pooler)))
        thread.start()
        try:
            yield self.tally
        finally:
            self._all_leave.set()
            thread.join(2 * PATIENCE_SECONDS)
        assert not thread.is_alive(), "somebody still waits for an answer"

    async def _come(self, pooler: Endpoints) -> None:
        timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(
            self._url, timeout=timeout, connector=connector
        ) as session:
            key = {"shop": "demo", "access_key": "demo-business-key"}
            token = (await self._ask(session, "POST", "/api/business/session", key))[
                "token"
            ]
            await asyncio.gather(
                self._until_all_leave(),
                self._look(session),
                self._watch(pooler),
                *(self._use(session, str(token)) for _ in range(self._users)),
            )

    async def _until_all_leave(self) -> None:
        await asyncio.to_thread(self._all_leave.wait)
        self._leaving.set()

    async def _use(self, session: aiohttp.ClientSession, token: str) -> None:
        """One user, who comes back again and again."""
        while not self._leaving.is_set():
            await asyncio.sleep(self._random.uniform(0.05, 0.3))
            feedback = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
            body = {"id": feedback, "shop": "demo", "rating": 4, "comment": "fine"}
            answer = await self._ask(session, "POST", "/api/feedback", body)
            if "claim" in answer:
                self.tally.feedback.append(feedback)
                claim = str(answer["claim"])
                await self._ask(session, "GET", "/api/reward", token=claim)
            await self._ask(session, "GET", "/api/shops/demo")
            await self._ask(session, "GET", "/api/rewards", token=token)

    async def _ask(
        self,
        session: aiohttp.ClientSession,
        method: str,
        path: str,
        body: object = None,
        token: str = "",
    ) -> dict[str, Any]:
        """Ask once, as a browser does: nobody tries again."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        started = asyncio.get_running_loop().time()
        try:
            async with session.request(
                method, path, json=body, headers=headers
            ) as answer:
                found: dict[str, Any] = await answer.json()
                if answer.status not in {200, 201}:
                    self._failed(method, path, f"{answer.status} {found}")
        except (aiohttp.ClientError, TimeoutError) as error:
            self._failed(method, path, repr(error))
            return {}
        self.tally.seconds.append(asyncio.get_running_loop().time() - started)
        return found

    def _failed(self, method: str, path: str, why: str) -> None:
        self.tally.failures.append(f"{method} {path}: {why}")

    async def _look(self, session: aiohttp.ClientSession) -> None:
        """Look at the backend's own pool all the time."""
        while not self._leaving.is_set():
            async with session.get("/health/database") as answer:
                if answer.status == 200:
                    pool = (await answer.json())["connection_pool"]
                    self.tally.utilization.append(pool["pool_utilization"])
                else:
                    self.tally.outages += 1
            await asyncio.sleep(LOOK_SECONDS)

    async def _watch(self, pooler: Endpoints) -> None:
        """Count the connections at the pooler all the time."""
        count: Callable[[], int] = lambda: pooler_clients(pooler)  # noqa: E731
        while not self._leaving.is_set():
            self.tally.clients.append(await asyncio.to_thread(count))
            await asyncio.sleep(LOOK_SECONDS)


def pooler_clients(endpoints: Endpoints) -> int:
    """Return how many clients the pooler has in session mode."""
    status = endpoints.control("GET", "/status").json()
    return int(status["emulators"]["supabase"]["session_clients"])
