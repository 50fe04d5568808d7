"""platform.accounts: before the first write, whether the accounts can hold it all.

Token kind and scope, plan, spend, name clashes, the clock. Everything is looked at,
so that whoever runs this hears of all of it at once and not one after the other.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from launchbook.accounts.rule import (
    NAMES,
    Railway,
    Seen,
    Supabase,
    Vercel,
    Wishes,
    judge,
)
from launchbook.engine.check import Check
from launchbook.engine.gate import pass_gate
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import NotFound, Rejected, Unauthorized
from launchbook.model.change import Action, Change, Planned
from launchbook.model.railway import PROJECT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.clock import Clock
    from launchbook.model.account import Tenancy
    from launchbook.model.gate import Finding
    from launchbook.model.railway import Account
    from launchbook.providers.railway.client import RailwayClient
    from launchbook.providers.supabase.client import SupabaseClient
    from launchbook.providers.vercel.client import VercelClient

REFUSALS = (Unauthorized, Rejected, NotFound)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the environment wants of the accounts.

    Attributes:
        names: ``database`` and ``backend`` to the names of their projects.
        workspace: Railway's, by id; empty where the token has only one.
        organization: Supabase's.
        replicas: Service to the number of its replicas.
        instance_size: Of the database.
        backend_host: The host name that Railway shall serve.
    """

    names: Mapping[str, str]
    workspace: str
    organization: str
    replicas: Mapping[str, int]
    instance_size: str
    backend_host: str


class PlatformAccounts(Check):
    """A gate before everything: it reads, and sends no mutation."""

    name: ClassVar[str] = "platform.accounts"
    inputs_type: ClassVar[type] = Inputs

    def __init__(
        self, railway: RailwayClient, vercel: VercelClient, supabase: SupabaseClient
    ) -> None:
        self._railway = railway
        self._vercel = vercel
        self._supabase = supabase

    @staticmethod
    def overridable(inputs: Mapping[str, object]) -> tuple[str, ...]:
        """Return what an override may name."""
        del inputs
        return NAMES

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read for a plan."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        change = Change(Action.NO_CHANGE, self.name, "railway, vercel, supabase")
        return Planned((change,), {"is_ready": True})

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Look at all accounts.

        Raises:
            GateFailed: One cannot hold what is wanted.
            GateInconclusive: One could not be looked at.
        """
        evidence = pass_gate(
            self.look(inputs, context.environment, context.clock),
            context,
            what="the state of the accounts",
            hint="Mend what the message names at the platform, or in "
            f"inventory/environments/{context.environment}.yml, and run again",
        )
        return Verified({"is_ready": True}, evidence)

    def look(
        self, inputs: Inputs, environment: str, clock: Clock
    ) -> tuple[Finding, ...]:
        """Return what there is to say of the accounts, the good too.

        Raises:
            Unavailable: A platform cannot be reached.
        """
        railway = self._read_railway(inputs)
        seen = Seen(
            railway=railway,
            vercel=self._read_vercel(),
            supabase=self._read_supabase(inputs),
            taken=self._read_taken(inputs, railway),
            now=clock.now(),
        )
        wishes = Wishes(
            environment=environment,
            names=inputs.names,
            replicas=max(inputs.replicas.values(), default=1),
            instance_size=inputs.instance_size,
        )
        return judge(seen, wishes)

    def _read_railway(self, inputs: Inputs) -> Railway:
        try:
            account = self._railway.read_account()
            if account.token_kind == PROJECT:
                return Railway(token_kind=account.token_kind)
            workspace = self._read_workspace(inputs, account)
            projects = self._railway.read_projects(inputs.workspace)
        except REFUSALS as error:
            return Railway(refusal=error.message)
        return Railway(
            token_kind=account.token_kind,
            workspace=workspace,
            workspaces=len(account.workspaces),
            projects=Counter(each.name for each in projects),
        )

    def _read_workspace(self, inputs: Inputs, account: Account) -> Tenancy | None:
        """The one that is named, or the only one."""
        if inputs.workspace:
            return self._railway.read_workspace(inputs.workspace)
        if len(account.workspaces) == 1:
            return self._railway.read_workspace(account.workspaces[0].id)
        return None

    def _read_vercel(self) -> Vercel:
        try:
            return Vercel(
                team=self._vercel.read_team(),
                token_ends_at=self._vercel.read_token_end(),
            )
        except REFUSALS as error:
            return Vercel(refusal=error.message)

    def _read_supabase(self, inputs: Inputs) -> Supabase:
        try:
            organization = self._supabase.read_organization(inputs.organization)
            projects = self._supabase.read_projects(inputs.organization)
        except REFUSALS as error:
            return Supabase(refusal=error.message)
        return Supabase(
            organization=organization, projects=tuple(each.name for each in projects)
        )

    def _read_taken(self, inputs: Inputs, railway: Railway) -> dict[str, str]:
        """A host name is asked for only while no project of ours can have it."""
        if railway.workspace is None or railway.projects.get(inputs.names["backend"]):
            return {}
        problem = self._railway.read_domain_obstacle(inputs.backend_host)
        return {inputs.backend_host: problem} if problem else {}
