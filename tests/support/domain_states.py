"""Two host names from nothing to a trusted address, without anything beside them.

``python -m tests.support.domain_states ROOT STEP MOMENT`` runs that playbook and ends
its own process by SIGKILL at a moment of a step, so that nothing can clean up.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from launchbook.app import App
from launchbook.cli.desk import open_desk
from launchbook.cli.place import OPTION, Place
from launchbook.cli.provision import open_app
from tests.support.journey import Journey, Outcome, make_folder

if TYPE_CHECKING:
    from launchbook.engine.step import Context, Prior, Step, Verified, Waiting
    from launchbook.model.change import Planned

BACKEND = "staging-api.vocilia.com"
CUSTOMER = "staging-customer.vocilia.com"
RUN = "provision.staging"
WAITING = 10
STATES = (
    "zone",
    "backend_domain",
    "customer_domain",
    "domain_records",
    "domain_propagation",
    "backend_certificate",
    "customer_certificate",
    "backend_tls",
)
"""The states that a run can be in, in their order."""
MOMENTS = ("before apply", "after apply", "before verify", "after verify")
PLAYBOOK = """\
playbook: staging
description: Two host names, and what they stand on
on_failure: keep
steps:
  - id: zone
    uses: dns.zone
    with:
      zone: ${inventory.dns.zone}
  - id: backend_project
    uses: railway.project
    with:
      name: shop
      environment: ${environment.name}
      workspace: ${platform.railway.workspace}
  - id: backend_environment
    uses: railway.environment
    with:
      project_id: ${steps.backend_project.outputs.id}
      name: ${environment.name}
  - id: backend_service
    uses: railway.service
    with:
      project_id: ${steps.backend_project.outputs.id}
      environment_id: ${steps.backend_environment.outputs.id}
      name: backend
      settings: ${inventory.services.backend.settings}
      region: ${platform.railway.region}
      replicas: 1
  - id: backend_domain
    uses: railway.custom_domain
    with:
      project_id: ${steps.backend_project.outputs.id}
      environment_id: ${steps.backend_environment.outputs.id}
      service_id: ${steps.backend_service.outputs.id}
      host: ${environment.domains.backend}
      public_port: ${platform.public_port}
  - id: customer_project
    uses: vercel.project
    with:
      name: shop-customer
      settings: ${inventory.apps.customer.settings}
      protection: none
  - id: customer_environment
    uses: vercel.environment
    with:
      project_id: ${steps.customer_project.outputs.id}
      slug: ${environment.name}
  - id: customer_domain
    uses: vercel.domain
    with:
      project_id: ${steps.customer_project.outputs.id}
      environment_id: ${steps.customer_environment.outputs.id}
      host: ${environment.domains.customer}
      public_port: ${platform.public_port}
  - id: domain_records
    uses: dns.records
    with:
      zone: ${steps.zone.outputs.name}
      records:
        - ${steps.backend_domain.outputs.records}
        - ${steps.customer_domain.outputs.records}
      ttl_seconds: ${inventory.dns.ttl_seconds}
      cutover_ttl_seconds: ${inventory.dns.cutover_ttl_seconds}
      certificate_authorities: ${inventory.dns.certificate_authorities}
  - id: domain_propagation
    uses: dns.propagation
    with:
      records: ${steps.domain_records.outputs.records}
      name_servers: ${steps.zone.outputs.name_servers}
  - id: backend_certificate
    uses: railway.certificate
    with:
      project_id: ${steps.backend_project.outputs.id}
      environment_id: ${steps.backend_environment.outputs.id}
      service_id: ${steps.backend_service.outputs.id}
      host: ${steps.backend_domain.outputs.host}
      after: ${steps.domain_propagation.outputs.names}
      patience_seconds: 1
  - id: customer_certificate
    uses: vercel.certificate
    with:
      project_id: ${steps.customer_project.outputs.id}
      host: ${steps.customer_domain.outputs.host}
      after: ${steps.domain_propagation.outputs.names}
      patience_seconds: 1
  - id: backend_tls
    uses: domain.tls
    with:
      host: ${steps.backend_certificate.outputs.host}
      public_port: ${platform.public_port}
      public_http_port: ${platform.public_http_port}
  - id: customer_tls
    uses: domain.tls
    with:
      host: ${steps.customer_certificate.outputs.host}
      public_port: ${platform.public_port}
      public_http_port: ${platform.public_http_port}
  - id: domain_ttl
    uses: dns.ttl
    with:
      zone: ${steps.zone.outputs.name}
      names: ${steps.domain_records.outputs.names}
      ttl_seconds: ${inventory.dns.ttl_seconds}
      after:
        - ${steps.backend_tls.outputs.url}
        - ${steps.customer_tls.outputs.url}
"""
STEPS = PLAYBOOK.count("  - id: ")


def names_only(journey: Journey, folder: Path) -> Journey:
    """Return a journey whose staging is the two host names."""
    make_folder(folder)
    for path in (folder / "playbooks").rglob("*.yml"):
        path.unlink()
    (folder / "playbooks" / "staging.yml").write_text(PLAYBOOK, encoding="utf-8")
    return Journey(journey.sandbox, folder, journey.home)


def goes_on(journey: Journey, *, times: int = 20) -> Outcome:
    """Type the same command until it waits no more."""
    outcome = journey.run(RUN)
    for _ in range(times):
        if outcome.status != WAITING:
            break
        outcome = journey.run(RUN)
    return outcome


class Dying:
    """A step that ends its own process at a moment of one entry.

    Args:
        step: What is done until then.
        entry: The entry's id.
        moment: As ``after apply``.
    """

    def __init__(self, step: Step, entry: str, moment: str) -> None:
        self._step = step
        self._at = (entry, moment)
        self.name = step.name
        self.inputs_type = step.inputs_type
        self.is_check = step.is_check

    def facts(self, inputs: Any, context: Context) -> Any:
        return self._step.facts(inputs, context)

    def plan(self, inputs: Any, facts: Any, prior: Prior | None) -> Planned:
        return self._step.plan(inputs, facts, prior)

    def apply(self, inputs: Any, facts: Any, context: Context) -> Waiting | None:
        self._end_at(context, "before apply")
        answer = self._step.apply(inputs, facts, context)
        self._end_at(context, "after apply")
        return answer

    def verify(self, inputs: Any, context: Context) -> Verified | Waiting:
        self._end_at(context, "before verify")
        answer = self._step.verify(inputs, context)
        self._end_at(context, "after verify")
        return answer

    def _end_at(self, context: Context, moment: str) -> None:
        if (context.step, moment) == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class DyingApp(App):
    """The composition root, with steps that end the process."""

    entry: str = ""
    moment: str = ""

    def step(self, name: str) -> Any:
        return Dying(super().step(name), self.entry, self.moment)


def main(root: Path, entry: str, moment: str) -> None:
    """Run the playbook and die on the way."""
    options = {
        OPTION: Place(root, dict(os.environ)),
        "environment": "staging",
        "workers": "1",
    }
    whole = open_app(open_desk(options), options)
    values = {each.name: getattr(whole, each.name) for each in fields(App)}
    app = DyingApp(**values, entry=entry, moment=moment)
    playbook = app.playbook("staging")
    engine = app.engine(playbook, lambda _: None, ledger=app.open_ledger())
    result = engine.run(playbook.all_entries)
    sys.exit(f"it did not die {moment} of {entry}: {result}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
