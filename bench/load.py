"""How many requests one core of the generator makes, and scenario 4 in full.

The first part is the generator's own limit: users without pauses against a trivial
local server with one small answer, in a process of its own. Above that rate, a load
run says more of the generator than of the product. Prints one JSON object as its last
line.

With ``--scenario``, ``invoke verify.acceptance --full`` follows against the sandbox of
the working folder (LAUNCHBOOK_HOME), which must be provisioned.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from launchbook.clock import SystemClock
from launchbook.load.generator import Crew, Generator
from launchbook.load.scenario import Phase, Place, Scenario
from launchbook.load.snapshot import average_ms, percentile_ms
from launchbook.transport.process import Processes

USERS = 20
SECONDS = 10
SERVER = """
import asyncio
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n{}"
class Trivial(asyncio.Protocol):
    def connection_made(self, transport): self.transport = transport
    def data_received(self, data): self.transport.write(ANSWER * data.count(b"\\r\\n\\r\\n"))
async def main():
    server = await asyncio.get_running_loop().create_server(Trivial, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def ceiling(folder: Path) -> dict[str, object]:
    """Let users ask without a pause; the processor of the generator is the limit."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        journey = {
            "name": "hasty",
            "share": 1,
            "pause_seconds": [0, 0],
            "requests": [{"at": "backend", "path": "/"}],
        }
        phase = Phase("ceiling", USERS, SECONDS)
        place = Place({"backend": f"http://127.0.0.1:{port}"})
        scenario = Scenario("bench", place, [journey], (phase,))
        seen = (
            Generator(scenario, folder, Crew(), Processes(), SystemClock())
            .run(phase)
            .snapshot
        )
    finally:
        server.kill()
        server.wait()
    return {
        "requests": seen.requests,
        "failures": seen.failures,
        "requests_per_second": round(seen.requests / seen.seconds),
        "average_ms": round(average_ms(seen.entries) or 0, 1),
        "p95_ms": percentile_ms(seen.entries, 95),
        "cpu_percent": round(seen.cpu_percent),
        "machine_percent": round(seen.machine_percent),
    }


def main() -> None:
    """Measure the ceiling, then the product when asked to."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        found: dict[str, object] = {"bench": "load", "generator": ceiling(Path(name))}
    if "--scenario" in sys.argv[1:]:
        words = ["verify.acceptance", "--environment", "production", "--full"]
        ended = subprocess.run([sys.executable, "-m", "invoke", *words], check=False)
        found["acceptance_exit_status"] = ended.returncode
    print(json.dumps({**found, "seconds": round(time.monotonic() - started)}))


if __name__ == "__main__":
    main()
