"""Failed after something may have been written."""

from __future__ import annotations

from launchbook.errors.base import LaunchbookError


class RunError(LaunchbookError):
    """A step failed after something was written; a person is needed."""

    code = "run-failed"
    exit_status = 6


class DeploymentFailed(RunError):
    """A platform built or started a deployment and it failed."""

    code = "deployment-failed"


class BuildFailed(DeploymentFailed):
    """The build command of a deployment failed."""

    code = "build-failed"


class MigrationFailed(RunError):
    """A migration failed; its own transaction was rolled back."""

    code = "migration-failed"


class MigrationDrift(RunError):
    """The history in the database and the migration files disagree."""

    code = "migration-drift"


class VerificationFailed(RunError):
    """What was written does not show the desired state when read again."""

    code = "verification-failed"


class CertificateRefused(RunError):
    """A host name gets no certificate before somebody changes something."""

    code = "certificate-refused"


class ImageExpired(RunError):
    """A platform has thrown away what a release was built to."""

    code = "image-expired"


class BakeFailed(VerificationFailed):
    """A release that serves did not stay well while it was watched."""

    code = "bake-failed"


class ReleaseMixed(RunError):
    """Some surfaces serve one release and some another."""

    code = "release-mixed"


class NotReady(RunError):
    """A platform did not become ready within the time allowed."""

    code = "not-ready"
    retryable = True


class RunTakenBack(RunError):
    """A run failed and all that it changed was reversed."""

    code = "run-taken-back"
    exit_status = 5
