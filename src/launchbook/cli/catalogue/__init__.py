"""Every operation that the command line offers, as data: one module a group.

One look here shows all tasks, their flags and their help texts; the modules that
carry them out are named, not imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.cli.catalogue.checklist import CHECKLIST
from launchbook.cli.catalogue.ci import CI
from launchbook.cli.catalogue.connect import CONNECT
from launchbook.cli.catalogue.cost import cost_operation
from launchbook.cli.catalogue.database import DATABASE
from launchbook.cli.catalogue.destroy import destroy_operation
from launchbook.cli.catalogue.doctor import DOCTOR
from launchbook.cli.catalogue.domains import DOMAINS
from launchbook.cli.catalogue.env import ENV
from launchbook.cli.catalogue.importing import import_operation
from launchbook.cli.catalogue.inventory import INVENTORY
from launchbook.cli.catalogue.ledger import LEDGER
from launchbook.cli.catalogue.live import LIVE
from launchbook.cli.catalogue.migrate import MIGRATE
from launchbook.cli.catalogue.provision import playbook_operation
from launchbook.cli.catalogue.release import (
    RELEASE,
    ROLLBACK,
    release_operation,
    rollback_operation,
)
from launchbook.cli.catalogue.release_gates import APPROVE, RELEASE_GATES
from launchbook.cli.catalogue.sandbox import SANDBOX
from launchbook.cli.catalogue.scale import scale_operation
from launchbook.cli.catalogue.secrets import SECRETS
from launchbook.cli.catalogue.verify import VERIFY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from launchbook.cli.operation import Operation

__all__ = ["GROUPS", "PER_ENVIRONMENT", "SINGLE", "playbook_operation"]

GROUPS: Final[Mapping[str, tuple[Operation, ...]]] = {
    "sandbox": SANDBOX,
    "checklist": CHECKLIST,
    "ledger": LEDGER,
    "inventory": INVENTORY,
    "secrets": SECRETS,
    "env": ENV,
    "domains": DOMAINS,
    "database": DATABASE,
    "live": LIVE,
    "release": (*RELEASE, *RELEASE_GATES),
    "rollback": ROLLBACK,
    "ci": CI,
    "verify": VERIFY,
    "migrate": MIGRATE,
}
"""Group to its operations, as ``sandbox.up``."""

SINGLE: Final[tuple[Operation, ...]] = (APPROVE, CONNECT, DOCTOR)
"""Operations without a group."""

PER_ENVIRONMENT: Final[Mapping[str, Callable[[str], Operation]]] = {
    "release": release_operation,
    "rollback": rollback_operation,
    "import": import_operation,
    "destroy": destroy_operation,
    "scale": scale_operation,
    "cost": cost_operation,
}
"""Group to what makes its operation for an environment, as ``scale.production``."""
