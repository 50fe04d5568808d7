"""The pooler: one address for all projects, in session and in transaction mode."""

from __future__ import annotations

from launchbook.sandbox.pooler.front import Pooler
from launchbook.sandbox.pooler.tenant import Refused, Tenant

__all__ = ["Pooler", "Refused", "Tenant"]
