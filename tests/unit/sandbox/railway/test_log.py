"""Lines of logs: what is kept, and which are wanted."""

from datetime import UTC, datetime
from pathlib import Path

from launchbook.sandbox.clock import SandboxClock
from launchbook.sandbox.railway.log import RUNTIME, LogQuery, Logs
from launchbook.sandbox.railway.records import Deployment

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DEPLOYMENT = Deployment("d", "p", "e", "s", "", "", "")


def logs(folder: Path, texts: list[str]) -> Logs:
    seconds = iter(range(1000))
    clock = SandboxClock(real_seconds=lambda: AT.timestamp() + next(seconds))
    made = Logs(folder, clock)
    for text in texts:
        made.write(DEPLOYMENT, RUNTIME, text, "replica")
    return made


def messages(made: Logs, query: LogQuery) -> list[str]:
    return [line["message"] for line in made.read("d", RUNTIME, query)]


def test_the_last_lines_that_match_come_oldest_first(tmp_path: Path) -> None:
    made = logs(tmp_path, ["one", "two", "three", "Two again"])
    assert messages(made, LogQuery(limit=2)) == ["three", "Two again"]
    assert messages(made, LogQuery(pattern="two")) == ["two", "Two again"]
    assert messages(made, LogQuery(limit=0)) == []
    middle = datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC)
    assert messages(made, LogQuery(end_at=middle)) == ["one", "two"]
    assert messages(made, LogQuery(start_at=middle, limit=1)) == ["Two again"]


def test_a_structured_line_is_taken_apart(tmp_path: Path) -> None:
    made = logs(
        tmp_path, ['{"level": "ERROR", "msg": "broken", "job": 7}', "{not json"]
    )
    first, second = made.read("d", RUNTIME, LogQuery())
    assert (first["message"], first["severity"]) == ("broken", "error")
    assert {"key": "job", "value": "7"} in first["attributes"]
    assert first["tags"]["deploymentInstanceId"] == "replica"
    assert (second["message"], second["severity"]) == ("{not json", "info")


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    made = logs(tmp_path, ["whole"])
    with made.path("d", RUNTIME).open("a") as file:
        file.write('{"message": "to')
    assert messages(made, LogQuery()) == ["whole"]
    assert made.read("nobody", RUNTIME, LogQuery()) == []
