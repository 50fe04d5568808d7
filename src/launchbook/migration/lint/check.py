"""All rules over all files, and what their authors accept of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from launchbook.migration.lint.finding import Finding, Severity
from launchbook.migration.lint.parser import descend, parse
from launchbook.migration.lint.rules import RULES
from launchbook.migration.lint.scene import Scene, alterations

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from launchbook.migration.file import Migration
    from launchbook.migration.header import Allowance
    from launchbook.migration.lint.finding import Rule
    from launchbook.migration.lint.parser import Parsed

WITHOUT_REASON: Final = "suppression-without-reason"
UNUSED: Final = "suppression-unused"
CODES: Final = (*(rule.code for rule in RULES), WITHOUT_REASON, UNUSED)
"""Every code there is."""


def lint(
    files: Sequence[Migration], pending: Collection[str] | None = None
) -> tuple[Finding, ...]:
    """Return what is dangerous, and what was accepted, in the order of the files.

    Args:
        files: All of them: what an earlier one did may make a later one safe.
        pending: Versions to judge; all when left out.

    Raises:
        InvalidMigration: PostgreSQL cannot read a file.
    """
    found: list[Finding] = []
    checks = Checks()
    for migration in files:
        parsed = parse(migration)
        for each in parsed:
            checks.see(each)
        if pending is None or migration.version in pending:
            found += _judge(Scene(migration, parsed, checks.by_table()))
    return tuple(found)


class Checks:
    """Which columns a validated constraint keeps from null."""

    def __init__(self) -> None:
        self._columns: dict[tuple[str, str], frozenset[str]] = {}
        self._validated: set[tuple[str, str]] = set()

    def see(self, statement: Parsed) -> None:
        """Take note of constraints that a statement adds or validates."""
        for each in alterations(statement):
            if each.action == "AT_AddConstraint" and each.constraint.HasField(
                "raw_expr"
            ):
                key = (each.table, each.constraint.conname)
                self._columns[key] = _not_null(each.constraint)
                if not each.constraint.skip_validation:
                    self._validated.add(key)
            elif each.action == "AT_ValidateConstraint":
                self._validated.add((each.table, each.node.name))

    def by_table(self) -> dict[str, frozenset[str]]:
        """Return the columns of each table."""
        found: dict[str, frozenset[str]] = {}
        for key in self._validated & self._columns.keys():
            found[key[0]] = found.get(key[0], frozenset()) | self._columns[key]
        return found


def _not_null(constraint: object) -> frozenset[str]:
    return frozenset(
        each.arg.column_ref.fields[-1].string.sval
        for kind, each in descend(constraint)
        if kind == "null_test" and each.arg.HasField("column_ref")
    )


def _judge(scene: Scene) -> list[Finding]:
    accepted = _Accepted(scene)
    found = [
        accepted.weigh(_finding(scene, statement, rule, message), statement)
        for statement in scene.statements
        for rule in RULES
        for message in rule.look(statement, scene)
    ]
    return sorted((*found, *accepted.complaints()), key=lambda each: each.line)


def _finding(scene: Scene, statement: Parsed, rule: Rule, message: str) -> Finding:
    path, line = str(scene.migration.path), statement.statement.line
    return Finding(rule.code, rule.severity, path, line, message, rule.rewrite)


class _Accepted:
    """The suppressions of one file."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._used: set[Allowance] = set()

    def weigh(self, finding: Finding, statement: Parsed) -> Finding:
        """Return a finding with the reason why it is accepted, if it is."""
        start = statement.statement.start
        end = start + len(statement.statement.text)
        for each in self._scene.migration.header.allowances:
            if each.rule == finding.rule and start <= each.start < end:
                self._used.add(each)
                return replace(finding, reason=each.reason)
        return finding

    def complaints(self) -> Iterator[Finding]:
        """Return what is wrong with the suppressions themselves."""
        path = str(self._scene.migration.path)
        for each in self._scene.migration.header.allowances:
            if not each.reason:
                message = f"allow={each.rule or 'RULE'} has no reason"
                rewrite = "Say after the rule why it is right here, in words."
                yield Finding(
                    WITHOUT_REASON, Severity.ERROR, path, each.line, message, rewrite
                )
            elif each not in self._used:
                message = f"nothing here needs allow={each.rule}"
                rewrite = (
                    "Remove the comment, or put it above the statement it is about."
                )
                yield Finding(
                    UNUSED, Severity.WARNING, path, each.line, message, rewrite
                )
