"""A locustfile: users as a JSON file describes them.

Run by Locust in a process of its own, which gevent has changed by then. Nothing of
ours is imported here.
"""

from __future__ import annotations

import json
import os
import random
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import gevent
import gevent.socket
import gevent.ssl
import psutil
from gevent.local import local
from locust import FastHttpUser, between, events, runners, task
from locust.runners import MasterRunner, WorkerRunner

if TYPE_CHECKING:
    import ssl

    from locust.env import Environment

SCENARIO_VARIABLE: Final = "LOAD_SCENARIO"
SNAPSHOT_VARIABLE: Final = "LOAD_SNAPSHOT"
SCENARIO: Final[dict[str, Any]] = json.loads(
    Path(os.environ[SCENARIO_VARIABLE]).read_text(encoding="utf-8")
)
SNAPSHOT: Final = Path(os.environ[SNAPSHOT_VARIABLE])
LOOK_SECONDS: Final = 1.0
CPU_SECONDS: Final = 4.0
CONNECT_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 30.0
_system_addresses: Final = gevent.socket.getaddrinfo
_system_socket: Final = gevent.socket.socket
_here: Final = local()
_chance: Final = random.SystemRandom()
_hooks: Final[Any] = events
"""Locust's own, which says nothing of types."""


def _addresses(host: Any, *words: Any, **named: Any) -> Any:
    """Find hosts that only the platforms' own name servers know."""
    known = SCENARIO["addresses"].get(host, host)
    return _system_addresses(known, *words, **named)


def _connect(self: Any, address: Any) -> Any:
    """Come from the user's own address, where it has one."""
    if source := getattr(_here, "source", ""):
        self.bind((source, 0))
    return _system_socket.connect(self, address)


# Locust looks every 10 s, and its first look says nothing: too late for short runs.
runners.CPU_MONITOR_INTERVAL = CPU_SECONDS
gevent.socket.getaddrinfo = _addresses
gevent.socket.socket = type("Socket", (_system_socket,), {"connect": _connect})
_CONTEXT: Final[ssl.SSLContext] = gevent.ssl.create_default_context(
    cafile=SCENARIO["ca_file"] or None
)


def _context(**_: object) -> ssl.SSLContext:
    """Verify as a browser does; one context for all users.

    It takes the authorities that it is offered, and leaves them: else each user would
    read all of them from a file (25 ms), and the generator would be the limit.
    """
    return _CONTEXT


class Visitor(FastHttpUser):
    """Somebody who does one thing after the other, and begins anew."""

    abstract = True
    host = SCENARIO["urls"][SCENARIO["api"]]
    insecure = False
    ssl_context_factory = staticmethod(_context)
    connection_timeout = CONNECT_SECONDS
    network_timeout = ANSWER_SECONDS
    journey: dict[str, Any]

    def on_start(self) -> None:
        """Come, and do what is done once."""
        self.kept: dict[str, str] = {}
        self.turn = 0
        if SCENARIO["has_own_addresses"]:
            parts = [_chance.randint(1, 250) for _ in range(3)]
            _here.source = "127." + ".".join(map(str, parts))
        for each in self.journey.get("once", ()):
            self.ask(each)

    @task
    def go_on(self) -> None:
        """Do the next thing."""
        steps = self.journey["requests"]
        self.ask(steps[self.turn % len(steps)])
        self.turn += 1

    def ask(self, said: dict[str, Any]) -> None:
        """Ask once, as a browser does; what needs a lost answer is left out."""
        token = said.get("token", "")
        if token and token not in self.kept:
            return
        method = said.get("method", "GET")
        headers = {"Authorization": f"Bearer {self.kept[token]}"} if token else {}
        body = {
            key: str(uuid.uuid4()) if value == "{uuid}" else value
            for key, value in said.get("body", {}).items()
        }
        with self.client.request(
            method,
            SCENARIO["urls"][said["at"]] + said["path"],
            name=f"{said['at']} {method} {said['path']}",
            json=body or None,
            headers=headers,
            allow_redirects=False,
            catch_response=True,
        ) as answer:
            if answer.status_code not in said.get("expect", [200, 201]):
                answer.failure(f"answered {answer.status_code}" if answer.status_code
                               else f"no answer: {answer.error}")  # fmt: skip
                return
            answer.success()
            found = answer.json() if said.get("keep") else {}
            for name, key in said.get("keep", {}).items():
                self.kept[name] = str(found[key])


def _class_of(journey: dict[str, Any]) -> type[Visitor]:
    pause = between(*journey["pause_seconds"])
    settings = {"journey": journey, "weight": journey["share"], "wait_time": pause}
    return type(journey["name"].title(), (Visitor,), settings)


for _each in SCENARIO["journeys"]:
    globals()[_each["name"].title()] = _class_of(_each)


class Recorder:
    """Writes what Locust knows, once a second and at the end."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._most_users = 0
        self._cpu = 0.0
        # Locust begins to count before its workers have joined.
        self._began = self._seconds = 0.0
        self._busy: list[float] = []
        self._process = psutil.Process()
        # Each counts from its last call on; the first ones begin.
        psutil.cpu_percent()
        self._process.cpu_percent()

    def go_on(self) -> None:
        """Write until the process ends."""
        while True:
            self.write()
            gevent.sleep(LOOK_SECONDS)

    def write(self, *, is_final: bool = False) -> None:
        """Write the file as a whole, so that nobody reads half of it."""
        beside = SNAPSHOT.with_suffix(".new")
        text = json.dumps(self._document(is_final=is_final))
        beside.write_text(text, encoding="utf-8")
        beside.replace(SNAPSHOT)

    def _document(self, *, is_final: bool) -> dict[str, object]:
        runner, stats = self._environment.runner, self._environment.stats
        users = runner.user_count if runner else 0
        self._most_users = max(self._most_users, users)
        workers, cpu = 1, [runner.current_cpu_usage if runner else 0.0]
        if is_final and not isinstance(runner, MasterRunner):
            cpu.append(self._process.cpu_percent())
        if isinstance(runner, MasterRunner):
            present = [*runner.clients.ready, *runner.clients.spawning,
                       *runner.clients.running]  # fmt: skip
            workers = len(present)
            cpu = [float(each.cpu_usage) for each in present]
        self._cpu = max(self._cpu, *cpu, 0.0)
        if users:
            now = gevent.get_hub().loop.now()
            self._began = self._began or now
            self._seconds = now - self._began
            self._busy.append(psutil.cpu_percent())
        warned = bool(
            runner and (runner.cpu_warning_emitted or runner.worker_cpu_warning_emitted)
        )
        return {
            "users": users,
            "most_users": self._most_users,
            "seconds": self._seconds,
            "cpu_percent": self._cpu,
            "has_cpu_warning": warned,
            "machine_percent": sum(self._busy) / len(self._busy) if self._busy else 0,
            "workers": workers,
            "is_final": is_final,
            "entries": [each.serialize() for each in stats.entries.values()],
            "errors": [
                {
                    "method": each.method,
                    "name": each.name,
                    "error": str(each.error),
                    "occurrences": each.occurrences,
                }
                for each in stats.errors.values()
            ],
        }


def _begin(environment: Environment, **_: object) -> None:
    """Record where the figures come together: not in a worker."""
    if isinstance(environment.runner, WorkerRunner):
        return
    recorder = Recorder(environment)
    going_on = gevent.spawn(recorder.go_on)

    def end(**_: object) -> None:
        """Write the last word, after which nobody writes any more."""
        going_on.kill()
        recorder.write(is_final=True)

    _hooks.quitting.add_listener(end)


_hooks.init.add_listener(_begin)
