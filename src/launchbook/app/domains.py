"""What is to be seen of an environment's host names, gathered from everywhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from launchbook.domains.diagnosis import Observation, diagnose
from launchbook.domains.finding import Fault, Finding
from launchbook.domains.service import (
    diagnose_service,
    look_at_certificate,
    look_at_plain,
)
from launchbook.domains.sight import look
from launchbook.domains.status import Status, status_of, status_of_absent
from launchbook.engine.planner import unknowns
from launchbook.model.dns import Zone
from launchbook.model.domain import Stage
from launchbook.model.railway import ServiceScope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from launchbook.app import App
    from launchbook.config.reference import Resolver
    from launchbook.model.change import Unknown
    from launchbook.model.domain import Domain
    from launchbook.model.event import Listener
    from launchbook.model.playbook import Playbook, PlaybookEntry

ADDERS: Final[Mapping[str, str]] = {
    "railway.custom_domain": "railway",
    "vercel.domain": "vercel",
}
"""Steps that give a platform a host name, and the platform."""
ZONE: Final = "dns.zone"


@dataclass(frozen=True, slots=True)
class Area:
    """The zone that the host names are in.

    Attributes:
        proxied: Hosts for which the provider answers in its own name.
    """

    zone: Zone
    proxied: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Lookout:
    """Looks at the host names that an environment's playbook adds.

    Attributes:
        listener: Hears of the look at what the host names stand on.
    """

    app: App
    playbook: Playbook
    listener: Listener

    def statuses(self, host: str = "") -> Iterator[Status]:
        """Look at each host name, or at one; nothing is written.

        Raises:
            ProviderError: A platform cannot be asked.
        """
        adders = [e for e in self.playbook.all_entries if e.uses in ADDERS]
        outputs = self._outputs(adders)
        area = self._area(outputs)
        for entry in adders:
            inputs = self._inputs(entry, outputs)
            if host in {"", inputs["host"]}:
                yield self._status(entry, inputs, area)

    @property
    def _resolver(self) -> Resolver:
        ids = [entry.id for entry in self.playbook.all_entries]
        return self.app.view.resolver(self.app.secrets, steps=ids)

    def _inputs(
        self, entry: PlaybookEntry, outputs: Mapping[str, Mapping[str, object]]
    ) -> dict[str, object]:
        """The inputs of an entry; what is not known yet is Unknown."""
        found = self._resolver.resolve(dict(entry.inputs), outputs, entry.locate)
        return cast("dict[str, object]", found)

    def _outputs(
        self, adders: Sequence[PlaybookEntry]
    ) -> dict[str, Mapping[str, object]]:
        """What the steps put out that host names stand on, as projects."""
        by_id = {entry.id: entry for entry in self.playbook.all_entries}
        resolver = self._resolver
        needed: set[str] = set()
        waiting = list(adders)
        while waiting:
            entry = waiting.pop()
            found = resolver.dependencies(dict(entry.inputs), entry.locate) - needed
            needed |= found
            waiting += [by_id[name] for name in found]
        # What an entry waits for beside its inputs may be left out of a look.
        entries = [
            replace(entry, after=frozenset())
            for name, entry in by_id.items()
            if name in needed
        ]
        history = self.app.open_history()
        engine = self.app.engine(self.playbook, self.listener, history=history)
        return {step.id: step.outputs for step in engine.plan(entries).steps}

    def _area(self, outputs: Mapping[str, Mapping[str, object]]) -> Area:
        """The zone as its provider has it; an empty one where there is none."""
        client = self.app.clients.dns
        for entry in self.playbook.all_entries:
            if entry.uses != ZONE:
                continue
            zone = client.find_zone(str(self._inputs(entry, outputs)["zone"]))
            if zone is not None:
                records = client.read_records(zone.name)
                proxied = frozenset(each.host for each in records if each.is_proxied)
                return Area(zone, proxied)
        return Area(Zone(""))

    def _status(
        self, entry: PlaybookEntry, inputs: dict[str, object], area: Area
    ) -> Status:
        host, platform = str(inputs["host"]), ADDERS[entry.uses]
        missing = next(unknowns(inputs), None)
        domain = None if missing else self._read(platform, inputs)
        if domain is None:
            finding = self._absence(host, platform, missing)
            return status_of_absent(host, platform, finding)
        seen = Observation(
            environment=self.app.target.environment,
            domain=domain,
            sight=look(self.app.clients.names, domain, area.zone.name),
            zone=area.zone,
            at=self.app.clock.now(),
            proxied=area.proxied,
        )
        port = int(cast("int", inputs["public_port"]))
        return self._served(seen, port)

    def _served(self, seen: Observation, port: int) -> Status:
        """What is seen of a host name, with how it is served once it can be."""
        clients, host = self.app.clients, seen.domain.host
        findings = diagnose(seen)
        if findings or seen.domain.stage is not Stage.VALID:
            return status_of(seen.domain, None, findings, seen.at)
        shown = look_at_certificate(clients.tls, host, port)
        plain = look_at_plain(
            clients.prober, host, int(clients.platform["public_http_port"])
        )
        findings = diagnose_service(host, shown, plain, public_port=port, at=seen.at)
        return status_of(seen.domain, shown, findings, seen.at)

    def _read(self, platform: str, inputs: Mapping[str, object]) -> Domain | None:
        """The host name as its platform has it, or None."""
        project, host = str(inputs["project_id"]), str(inputs["host"])
        if platform == "vercel":
            return self.app.clients.vercel.read_domain(project, host)
        scope = ServiceScope(
            project, str(inputs["environment_id"]), str(inputs["service_id"])
        )
        found = self.app.clients.railway.read_custom_domains(scope)
        return next((each for each in found if each.host == host), None)

    def _absence(self, host: str, platform: str, missing: Unknown | None) -> Finding:
        """Why the platform does not have a host name."""
        environment = self.app.target.environment
        again = f"invoke provision.infrastructure --environment {environment}"
        if platform == "railway" and (
            obstacle := self.app.clients.railway.read_domain_obstacle(host)
        ):
            return Finding(
                Fault.TAKEN,
                f"Railway does not give {host} to this project: {obstacle}",
                "Remove the domain from the project that has it, or write another "
                f"host below `domains` of the environment, then run `{again}`.",
            )
        why = f"step {missing.step} has not run" if missing else "nobody added it"
        return Finding(
            Fault.NOT_ADDED,
            f"{host} is not on its platform yet: {why}",
            f"Run `{again}`; it adds the host name.",
            is_passing=True,
        )
