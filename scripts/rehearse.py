"""Go on from a working staging to production: release, release again, fail, go back.

Only commands that a person types, on the sandbox. What nobody can sign in a rehearsal,
and what is not built yet, is let pass by name and printed. The product's copy is changed
by commits; the one that turns ill is caught and taken back by the release itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOME = Path(os.environ.get("LAUNCHBOOK_HOME", ROOT / ".launchbook"))
PRODUCT = HOME / "rehearsal" / "vocilia"
PLAN = HOME / "reports" / "rehearsal-plan.json"
UNSIGNED = "contract-tests,load,admin-access,payment-account"
NOT_BUILT = "backups-active,alerts-configured"
NOT_MEASURED = "error-budget,fresh-backup"
TAKEN_BACK = 5
"""Exit status of a release that failed and was reversed."""
ILL = '''

_LOOKS: list[int] = []
_well = show


async def show(request: web.Request) -> web.Response:
    """Well for as long as nobody looks twice."""
    _LOOKS.append(1)
    if len(_LOOKS) > 5:
        return web.json_response({"status": "unhealthy"}, status=503)
    return await _well(request)
'''


def type_in(*words: str, status: int = 0) -> None:
    """Type a command; stop when it does not end as it must."""
    print(f"\n$ invoke {' '.join(words)}", flush=True)
    ended = subprocess.run(["invoke", *words], cwd=ROOT, check=False)  # noqa: TID251, S607 - a script of its own
    if ended.returncode != status:
        sys.exit(f"exit status {ended.returncode} instead of {status}")


def change(path: str, more: str, subject: str) -> None:
    """Commit a change of the product and push it."""
    file = PRODUCT / path
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    who = ["-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@localhost"]
    for words in ([*who, "commit", "-qam", subject], ["push", "-q", "origin", "main"]):
        subprocess.run(["git", *words], cwd=PRODUCT, check=True)  # noqa: TID251, S607 - a script of its own


def release_production(*overrides: str, status: int = 0) -> None:
    """Plan, approve, and carry out exactly that plan."""
    names = ",".join([NOT_MEASURED, *overrides])
    type_in("release.production", "--check", "--out", str(PLAN), status=3)
    type_in("approve", str(PLAN), "--reason", "rehearsal")
    reason = ("--override", names, "--reason", "rehearsal")
    type_in("release.production", "--plan", str(PLAN), *reason, status=status)


def main() -> None:
    """Rehearse production from its first release to a return."""
    PLAN.parent.mkdir(parents=True, exist_ok=True)
    names = f"{UNSIGNED},{NOT_BUILT}"
    type_in(
        "provision.production", "--override", names, "--reason", "nobody signs here"
    )
    change("packages/ui/theme.css", "/* a release */\n", "Change what all pages share")
    type_in("release.staging")
    release_production()
    change("apps/backend/backend/health.py", ILL, "Turn ill after a while")
    release_production("staging-healthy", status=TAKEN_BACK)
    type_in("rollback.production", "--to", "1", "--reason", "rehearsal of the way back")
    type_in("release.list", "--environment", "production")


if __name__ == "__main__":
    main()
