"""The actions that workflows use, each pinned by the full digest of a commit.

A tag can be moved to another commit, a digest cannot. Where each was read is in
``docs/continuous-delivery.md``; this file is the one place to raise them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Pin:
    """One action at one commit.

    Attributes:
        digest: 40 hex digits, as git names the commit.
        version: The tag that led to it when it was pinned; for people.
    """

    action: str
    digest: str
    version: str

    @property
    def uses(self) -> str:
        """What ``uses:`` says."""
        return f"{self.action}@{self.digest}"


CHECKOUT: Final = Pin(
    "actions/checkout", "9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0", "v7.0.0"
)
SETUP_PYTHON: Final = Pin(
    "actions/setup-python", "5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"
)
UPLOAD_ARTIFACT: Final = Pin(
    "actions/upload-artifact", "043fb46d1a93c77aae656e7c1c64a875d1fc6a0a", "v7.0.1"
)
DOWNLOAD_ARTIFACT: Final = Pin(
    "actions/download-artifact", "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1"
)
PINS: Final = (CHECKOUT, SETUP_PYTHON, UPLOAD_ARTIFACT, DOWNLOAD_ARTIFACT)
