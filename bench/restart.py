"""What 50 users notice of a database that is restarted, again and again.

The backend is a real process, the users are real HTTP clients, the database is the
sandbox's own, restarted over the vendor's API. The same crowd then meets a backend
that does not try again, which shows that the restarts are really felt. Prints one JSON
object as its last line.

With ``--realistic`` the sandbox takes as long as the vendor does: 40 s for a restart.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.crowd import Crowd
from tests.support.sandbox import child_sandbox
from tests.support.shop import Shop, open_shop

USERS = 50
RESTARTS = 5
BETWEEN_SECONDS = 6.0
POOLER_LIMIT = 15
"""Of a new project, as the vendor sets it."""


def measure(shop: Shop, seed: int, restarts: int) -> dict[str, object]:
    """Restart the database several times under one crowd."""
    crowd = Crowd(f"http://127.0.0.1:{shop.backend.port}", USERS, seed=seed)
    with crowd.present(shop.project.vendor.endpoints) as tally:
        for _ in range(restarts):
            time.sleep(BETWEEN_SECONDS)
            shop.restart()
        time.sleep(BETWEEN_SECONDS)
    lost = set(tally.feedback) - shop.kept()
    return {**tally.figures(POOLER_LIMIT), "accepted_and_lost": len(lost)}


def main() -> None:
    """Measure with patience, then without."""
    words = [each for each in sys.argv[1:] if each == "--realistic"]
    restarts = 1 if words else RESTARTS
    found: dict[str, object] = {"users": USERS, "restarts": restarts}
    with (
        tempfile.TemporaryDirectory() as name,
        child_sandbox(Path(name), *words) as one,
    ):
        with open_shop(one) as shop:
            found["patient"] = measure(shop, 1, restarts)
        with open_shop(one, DATABASE_PATIENCE="1ms") as shop:
            found["impatient"] = measure(shop, 2, restarts)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
