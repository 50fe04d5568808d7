"""Parity: what code reads, what the contract declares, what each environment has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.errors import Location
from launchbook.model.change import Unknown
from launchbook.variables.check import text_of
from launchbook.variables.fault import Fault, FaultKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.variables.code.monorepo import CodeReadings
    from launchbook.variables.code.reading import Reading
    from launchbook.variables.contract import Contract, Variable

YES: Final = "yes"
LACKS: Final = "LACKS"
NOT_NEEDED: Final = "-"
LATER: Final = "later"
PROVIDED: Final = "given"
NOBODY: Final = "nobody"


@dataclass(frozen=True, slots=True)
class Row:
    """One variable of one app, and who has it.

    Attributes:
        cells: Who to ``yes``, ``LACKS``, ``-`` (not needed), ``later`` (known after
            a step), ``given`` (by the platform, the code or this program) or
            ``nobody`` (read by nobody, with a reason).
    """

    app: str
    name: str
    cells: Mapping[str, str]

    @property
    def is_whole(self) -> bool:
        """Whether nobody lacks it."""
        return LACKS not in self.cells.values()


def code_faults(
    contracts: Mapping[str, Contract], code: CodeReadings
) -> tuple[Fault, ...]:
    """Return what code reads undeclared, and what it does not read."""
    faults = [fault for app in contracts for fault in _undeclared(app, contracts, code)]
    faults += [fault for app in contracts for fault in _unread(contracts[app], code)]
    faults += _shared(contracts, code)
    return tuple(faults)


def parity_rows(
    contracts: Mapping[str, Contract],
    values: Mapping[str, Mapping[str, Mapping[str, object]]],
    code: CodeReadings,
) -> tuple[Row, ...]:
    """Return the table of who has what.

    Args:
        contracts: App to contract.
        values: Environment to app to name to resolved value, as far as known.
        code: What the code reads.
    """
    rows = []
    for app, contract in contracts.items():
        read = code.names_read(app)
        undeclared = {fault.name for fault in _undeclared(app, contracts, code)}
        for name in sorted({*contract.variables, *undeclared}):
            variable = contract.variables.get(name)
            cells = {
                "code": _code_cell(variable, is_read=name in read),
                "contract": YES if variable else LACKS,
                **{e: _cell(variable, e, v.get(app, {})) for e, v in values.items()},
            }
            rows.append(Row(app, name, cells))
    return tuple(rows)


def _undeclared(
    app: str, contracts: Mapping[str, Contract], code: CodeReadings
) -> Iterator[Fault]:
    """What an app reads and does not declare, each name once, at its surest place."""
    own = contracts[app].variables
    seen: set[str] = set()
    for reading in sorted(code.by_app.get(app, ()), key=lambda r: (r.is_listed, r)):
        is_guess = reading.is_listed and "_" not in reading.name
        if reading.name in own or reading.name in seen or is_guess:
            continue
        if reading.name in contracts[app].strays:
            continue
        if _is_frameworks(reading, app, contracts):
            continue
        seen.add(reading.name)
        yield _fault_of(app, reading, contracts)


def _fault_of(app: str, reading: Reading, contracts: Mapping[str, Contract]) -> Fault:
    owner = next((a for a in contracts if _has_secret(contracts[a], reading.name)), "")
    if owner:
        text = f"is a secret of {owner}, and {app} reads it"
        return Fault(app, reading.name, text, _place(reading), FaultKind.ON_A_PAGE)
    text = "is read and not declared in the contract"
    return Fault(app, reading.name, text, _place(reading), FaultKind.UNDECLARED)


def _unread(contract: Contract, code: CodeReadings) -> Iterator[Fault]:
    """What is declared and nobody reads; and excuses that hold no more."""
    read = code.names_read(contract.app)
    for name, variable in contract.variables.items():
        if name not in read and not variable.unread:
            text = "is declared, and no code reads it"
            kind = FaultKind.UNREAD
        elif variable.unread and code.places(contract.app, name):
            text = "is said to be read by nobody, and code reads it"
            kind = FaultKind.STALE_EXCUSE
        else:
            continue
        yield Fault(contract.app, name, text, variable.location, kind)


def _shared(contracts: Mapping[str, Contract], code: CodeReadings) -> Iterator[Fault]:
    """What code of no app reads and no app declares."""
    declared = {name for each in contracts.values() for name in each.variables}
    for reading in sorted(code.shared):
        is_guess = reading.is_listed and "_" not in reading.name
        if reading.name not in declared and not is_guess:
            text = "is read and not declared in any contract"
            place = _place(reading)
            yield Fault("shared", reading.name, text, place, FaultKind.UNDECLARED)


def _is_frameworks(
    reading: Reading, app: str, contracts: Mapping[str, Contract]
) -> bool:
    """Whether a web app asks for what its framework sets."""
    is_web = any(each.is_public for each in contracts[app].variables.values())
    return is_web and reading.name == "NODE_ENV"


def _has_secret(contract: Contract, name: str) -> bool:
    variable = contract.variables.get(name)
    return variable is not None and variable.is_secret


def _place(reading: Reading) -> Location:
    return Location(reading.file, reading.line)


def _code_cell(variable: Variable | None, *, is_read: bool) -> str:
    if is_read:
        return YES
    return NOBODY if variable and variable.unread else LACKS


def _cell(
    variable: Variable | None, environment: str, values: Mapping[str, object]
) -> str:
    """What an environment has of a variable."""
    if variable is None:
        return LACKS
    if not variable.is_written:
        return PROVIDED
    value = values.get(variable.name)
    if isinstance(value, Unknown):
        return LACKS if value.step == "secret" else LATER
    if text_of(value):
        return YES
    return LACKS if environment in variable.required_in else NOT_NEEDED
