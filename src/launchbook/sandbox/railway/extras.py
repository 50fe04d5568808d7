"""What the vendor shows of features that nobody uses here.

Other clients select every field of an object, so each must have an answer; those
that may be null are left out and read as null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT: Final[Mapping[str, Any]] = {
    "botPrEnvironments": False,
    "focusedPrEnvironments": False,
    "isTempProject": False,
    "members": [],
    "subscriptionPlanLimit": {},
}
WORKSPACE: Final[Mapping[str, Any]] = {
    "adoptionLevel": 0.0,
    "has2FAEnforcement": False,
    "hasGuardrailsAccess": False,
    "hasSAML": False,
    "redactedDueTo2FAPending": False,
    "usersWithout2FA": [],
}
SERVICE: Final[Mapping[str, Any]] = {
    "hasHiddenRegistryCredentialsFromTemplate": False,
}
DEPLOYMENT: Final[Mapping[str, Any]] = {
    "sockets": [],
    "suggestAddServiceDomain": False,
}
