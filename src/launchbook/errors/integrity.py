"""What was kept is not what was signed, or nobody can tell."""

from __future__ import annotations

from launchbook.errors.base import LaunchbookError


class IntegrityError(LaunchbookError):
    """A signature or a digest does not fit what it is of."""

    code = "integrity-error"
    exit_status = 9


class SignatureInvalid(IntegrityError):
    """What was signed was changed afterwards, or another key signed it."""

    code = "signature-invalid"


class SignatureUnverifiable(IntegrityError):
    """The key that signed is not known here, so nothing can be said."""

    code = "signature-unverifiable"
