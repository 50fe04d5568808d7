"""Who signs capsules here, and whose signatures are believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from launchbook.errors import IntegrityError, KeyUnusable, SignatureUnverifiable
from launchbook.release.signing import Signer, Verifier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.app import App


def signer_of(app: App) -> Signer:
    """Return the signer of the state folder.

    Raises:
        KeyUnusable: There is no signing key, and this command writes none.
    """
    if not app.keys.can_sign:
        raise KeyUnusable(
            "this state folder has no signing key yet",
            hint="Type `invoke release.key`, which makes it.",
        )
    return Signer(app.keys.signing_seed)


def listed_keys(app: App) -> tuple[str, ...]:
    """Return the public halves that the inventory lists."""
    team = cast("dict[str, Any]", app.inventory.product.mapping()["team"])
    return tuple(team["signing_keys"])


def verifier_of(app: App) -> Verifier:
    """Return what believes our own key, and those that the inventory lists."""
    own = (signer_of(app).public,) if app.keys.can_sign else ()
    return Verifier((*own, *listed_keys(app)))


def is_as_signed(
    verifier: Verifier,
    capsule: Mapping[str, object],
    signature: Mapping[str, object],
) -> bool | None:
    """Return whether a capsule is what was signed; None when nobody here can tell."""
    try:
        verifier.verify(capsule, signature)
    except SignatureUnverifiable:
        return None
    except IntegrityError:
        return False
    return True
