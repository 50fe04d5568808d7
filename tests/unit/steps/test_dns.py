"""The DNS steps against a provider in memory, with time that passes by itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from launchbook.engine.memory import Memory
from launchbook.engine.step import Note, Prior, Verified, Waiting
from launchbook.errors import UnsafePlan, VerificationFailed
from launchbook.model.gate import Granted
from launchbook.providers.dns.client import DnsClient
from launchbook.providers.dns.provider import Cloudflare
from launchbook.steps import dns_propagation, dns_records, dns_ttl, dns_zone
from launchbook.steps.dns_propagation import DnsPropagation
from launchbook.steps.dns_records import DnsRecords
from launchbook.steps.dns_ttl import DnsTtl
from launchbook.steps.dns_zone import DnsZone
from tests.support.cloudflare import ZONE, FakeCloudflare, caa, record
from tests.support.dns_table import DnsTable
from tests.support.domains import context
from tests.support.transport import START, JumpingClock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from launchbook.engine.step import Context
    from launchbook.model.change import Planned

API = f"api.{ZONE}"
PROOF = f"_verify.{API}"
TARGET = "abc.up.railway.app"
RECORDS = (
    [
        {"host": API, "type": "CNAME", "value": TARGET, "purpose": "route"},
        {"host": PROOF, "type": "TXT", "value": "proof", "purpose": "ownership"},
    ],
)
PRIOR = Prior(START, "0" * 64)
INPUTS = dns_records.Inputs(ZONE, RECORDS, 300, 60, ("letsencrypt.org",))


class Past(Memory):
    """Remembers what the runs of one step wrote, as the ledger does."""

    def __init__(self) -> None:
        super().__init__(None, "staging")
        self.intent: Note | None = None
        self.rest: Mapping[str, object] | None = None

    def begun(self, step: str) -> Note | None:
        return self.intent

    def paused(self, step: str) -> Mapping[str, object] | None:
        return self.rest


class LargeChange:
    """Lets one thing pass."""

    def find(self, name: str, subject: str) -> Granted | None:
        return (
            Granted(name, "meant", subject, START) if name == "large-change" else None
        )

    def use(self, granted: object) -> None:
        return


@dataclass
class Runs:
    """Runs of ``dns.records`` on one provider: facts, plan, intent, apply, verify."""

    fake: FakeCloudflare
    inputs: dns_records.Inputs = INPUTS
    clock: JumpingClock = field(default_factory=JumpingClock)
    past: Past = field(default_factory=Past)

    @property
    def step(self) -> DnsRecords:
        return DnsRecords(DnsClient(partial(Cloudflare, self.fake)))

    @property
    def context(self) -> Context:
        return replace(context(self.clock), history=self.past)

    def plan(self) -> Planned:
        facts = self.step.facts(self.inputs, self.context)
        return self.step.plan(self.inputs, facts, None)

    def run(self, *, is_killed: bool = False) -> Verified | Waiting | None:
        """Do what the engine does; a run that is killed says nothing afterwards."""
        facts = self.step.facts(self.inputs, self.context)
        planned = self.step.plan(self.inputs, facts, None)
        if planned.is_pending:
            self.past.intent = Note(self.clock.now(), "ada", planned.evidence)
            answer = self.step.apply(self.inputs, facts, self.context)
            if is_killed:
                return None
            if answer is not None:
                until = answer.look_again_at.isoformat()
                self.past.rest = {"reason": answer.reason, "look_again_at": until}
                return answer
        verified = self.step.verify(self.inputs, self.context)
        self.past.intent = self.past.rest = None
        return verified


def former(verified: Verified | Waiting | None) -> Any:
    assert isinstance(verified, Verified)
    return verified.evidence["former"]


# --- dns.records --------------------------------------------------------------


def test_missing_records_are_written_and_a_second_run_writes_nothing() -> None:
    runs = Runs(FakeCloudflare(record("MX", ZONE, "mail.example.org", priority=10)))
    first = runs.run()
    assert isinstance(first, Verified)
    assert ([TARGET], ['"proof"']) == (
        runs.fake.at(API, "CNAME"),
        runs.fake.at(PROOF, "TXT"),
    )
    assert 300 == runs.fake.ttl(API, "CNAME")
    assert "former" not in first.evidence
    written = len(runs.fake.written)
    assert not runs.plan().is_pending
    assert isinstance(runs.run(), Verified)
    assert written == len(runs.fake.written)


def test_authorities_are_written_before_what_lets_a_platform_order() -> None:
    runs = Runs(FakeCloudflare(caa("a.example")))
    runs.run()
    kinds = [each["type"] for each in runs.fake.records.values()]
    assert ["CAA", "CAA"] == kinds[:2]


def test_a_name_is_moved_only_after_its_old_ttl_and_its_former_record_is_kept() -> None:
    runs = Runs(FakeCloudflare(record("A", API, "203.0.113.7", 3600), caa("a.example")))
    waiting = runs.run()
    assert isinstance(waiting, Waiting)
    assert START + timedelta(seconds=3600) == waiting.look_again_at
    assert f"{API} A leads to 203.0.113.7" in waiting.reason
    assert 60 == runs.fake.ttl(API, "A")
    assert [] == runs.fake.at(API, "CNAME")

    runs.clock.sleep(3599)
    written = len(runs.fake.written)
    again = runs.run()
    assert isinstance(again, Waiting)
    assert waiting.look_again_at == again.look_again_at
    assert written == len(runs.fake.written)

    runs.clock.sleep(1)
    done = runs.run()
    assert [{"host": API, "type": "A", "values": ["203.0.113.7"],
             "ttl_seconds": 3600, "is_proxied": False}] == former(done)  # fmt: skip
    assert ([TARGET], []) == (runs.fake.at(API, "CNAME"), runs.fake.at(API, "A"))
    assert 60 == runs.fake.ttl(API, "CNAME")
    assert 2 == len(runs.fake.at(ZONE, "CAA"))


def test_a_run_that_is_killed_after_it_lowered_a_ttl_waits_the_old_one_out() -> None:
    runs = Runs(FakeCloudflare(record("CNAME", API, "old.example.org", 3600)))
    runs.run(is_killed=True)
    assert 60 == runs.fake.ttl(API, "CNAME")
    runs.clock.sleep(30)
    waiting = runs.run()
    assert isinstance(waiting, Waiting)
    assert START + timedelta(seconds=3630) == waiting.look_again_at
    runs.clock.sleep(3600)
    assert 3600 == former(runs.run())[0]["ttl_seconds"]


def test_a_run_that_is_killed_after_it_moved_a_name_still_tells_where_it_led() -> None:
    runs = Runs(FakeCloudflare(record("CNAME", API, "old.example.org", 60)))
    runs.run(is_killed=True)
    assert [TARGET] == runs.fake.at(API, "CNAME")
    assert ["old.example.org"] == former(runs.run())[0]["values"]


def test_a_name_whose_ttl_is_low_already_is_moved_at_once() -> None:
    runs = Runs(FakeCloudflare(record("CNAME", API, "old.example.org", 60)))
    assert isinstance(runs.run(), Verified)


def test_a_proxied_name_is_moved_at_once_and_remembered_as_proxied() -> None:
    proxied = record("CNAME", API, "old.example.org", 1, proxied=True)
    runs = Runs(FakeCloudflare(proxied))
    assert former(runs.run())[0]["is_proxied"] is True


def test_too_much_at_once_is_refused_unless_it_is_meant() -> None:
    hosts = [f"h{n}.{ZONE}" for n in range(10)]
    runs = Runs(
        FakeCloudflare(
            *(record("CNAME", each, "old.example.org", 60) for each in hosts)
        ),
        dns_records.Inputs(
            ZONE,
            tuple({"host": h, "type": "CNAME", "value": TARGET} for h in hosts[:4]),
            300,
            60,
        ),
    )
    with pytest.raises(UnsafePlan):
        runs.run()
    assert [] == runs.fake.written
    facts = runs.step.facts(runs.inputs, runs.context)
    meant = replace(runs.context, overrides=LargeChange())
    assert runs.step.apply(runs.inputs, facts, meant) is None
    assert 4 == len(runs.fake.written)


def test_what_the_provider_does_not_show_is_a_failure() -> None:
    runs = Runs(FakeCloudflare())
    with pytest.raises(VerificationFailed) as caught:
        runs.step.verify(INPUTS, runs.context)
    assert f"{API} CNAME" in caught.value.message


def test_undoing_puts_back_what_stood_there_and_removes_what_is_new() -> None:
    runs = Runs(
        FakeCloudflare(
            record("A", API, "203.0.113.7", 60), record("TXT", PROOF, '"theirs"', 60)
        )
    )
    facts = runs.step.facts(INPUTS, runs.context)
    runs.run()
    runs.step.undo(INPUTS, facts, runs.context)
    assert (["203.0.113.7"], []) == (
        runs.fake.at(API, "A"),
        runs.fake.at(API, "CNAME"),
    )
    assert (['"theirs"'], []) == (runs.fake.at(PROOF, "TXT"), runs.fake.at(ZONE, "CAA"))


def test_destroying_leaves_the_values_of_others() -> None:
    runs = Runs(FakeCloudflare(record("TXT", PROOF, '"theirs"'), caa("a.example")))
    runs.run()
    facts = runs.step.facts(INPUTS, runs.context)
    runs.step.destroy(INPUTS, facts, runs.context)
    assert ([], ['"theirs"']) == (
        runs.fake.at(API, "CNAME"),
        runs.fake.at(PROOF, "TXT"),
    )
    assert 2 == len(runs.fake.at(ZONE, "CAA"))


def test_destroying_spares_a_name_that_leads_elsewhere_and_the_authorities() -> None:
    runs = Runs(FakeCloudflare(record("CNAME", API, "other.example.org", 60)))
    spared = [c.name for c in runs.plan().changes if runs.step.spares(c)]
    assert [f"{API} CNAME", f"{ZONE} CAA"] == spared
    runs.step.destroy(INPUTS, runs.step.facts(INPUTS, runs.context), runs.context)
    assert ["other.example.org"] == runs.fake.at(API, "CNAME")
    runs.run()
    assert [f"{ZONE} CAA"] == [
        c.name for c in runs.plan().changes if runs.step.spares(c)
    ]


def test_what_was_proven_last_is_found_again_without_the_platforms() -> None:
    runs = Runs(FakeCloudflare(record("TXT", PROOF, '"theirs"')))
    verified = runs.run()
    assert isinstance(verified, Verified)
    prior = replace(PRIOR, evidence=verified.evidence)
    found = runs.step.recall(prior)
    assert found is not None
    assert {(API, TARGET), (PROOF, "proof")} == {
        (str(each["host"]), str(each["value"]))
        for each in found.records
        if isinstance(each, dict)
    }
    assert runs.step.recall(PRIOR) is None


# --- dns.ttl ------------------------------------------------------------------


def test_ttls_of_routes_are_raised_and_those_of_others_left_alone() -> None:
    fake = FakeCloudflare(
        record("CNAME", API, TARGET, 60),
        record("TXT", PROOF, '"proof"', 60),
        record("CNAME", f"www.{ZONE}", "other.example.org", 60),
    )
    step = DnsTtl(DnsClient(partial(Cloudflare, fake)))
    inputs = dns_ttl.Inputs(ZONE, (f"{API} CNAME", f"{PROOF} TXT"), 300)
    facts = step.facts(inputs, context())
    with pytest.raises(VerificationFailed):
        step.verify(inputs, context())
    step.apply(inputs, facts, context())
    assert isinstance(step.verify(inputs, context()), Verified)
    assert (300, 60, 60) == (
        fake.ttl(API, "CNAME"),
        fake.ttl(PROOF, "TXT"),
        fake.ttl(f"www.{ZONE}", "CNAME"),
    )


# --- dns.zone -----------------------------------------------------------------


def test_a_zone_is_made_once_and_waits_for_the_registrar() -> None:
    fake = FakeCloudflare(has_zone=False, is_active=False)
    step, inputs = DnsZone(DnsClient(partial(Cloudflare, fake))), dns_zone.Inputs(ZONE)
    for _ in range(2):
        step.apply(inputs, step.facts(inputs, context()), context())
    assert ["POST /zones"] == fake.written
    waiting = step.verify(inputs, context())
    assert isinstance(waiting, Waiting)
    assert "must name ada.ns.example.org, bob.ns.example.org" in waiting.reason
    fake.is_active = True
    verified = step.verify(inputs, context())
    assert isinstance(verified, Verified)
    assert "z1" == verified.outputs["id"]


# --- dns.propagation ----------------------------------------------------------


class World(DnsTable):
    """Our resolver, and the zone's own servers; one that is not there is silent."""

    def __init__(
        self, records: dict[str, list[str]], own: dict[str, DnsTable] | None = None
    ) -> None:
        super().__init__(records)
        self._own = own or {}

    def at(self, servers: Sequence[str]) -> Any:
        return self._own.get(servers[0], DnsTable(is_silent=True))


SHOWN = {f"CNAME {API}": [TARGET], f"TXT {PROOF}": ["other", "proof"]}
ADA = "ada.ns.example.org"


def propagation(
    world: World, *servers: str, records: tuple[object, ...] = RECORDS
) -> Verified | Waiting:
    inputs = dns_propagation.Inputs(records, servers)
    return DnsPropagation(world).verify(inputs, context())


def test_records_that_show_everywhere_are_verified() -> None:
    verified = propagation(World(SHOWN, {ADA: DnsTable(SHOWN)}), ADA)
    assert isinstance(verified, Verified)
    assert [ADA] == verified.evidence["name_servers"]


def test_what_only_one_side_shows_is_waited_for_by_name() -> None:
    waiting = propagation(World({}, {ADA: DnsTable(SHOWN)}), ADA)
    assert isinstance(waiting, Waiting)
    assert f"CNAME {API} should be {TARGET}, and our resolver has nothing" in (
        waiting.reason
    )
    stale = {**SHOWN, f"CNAME {API}": ["old.example.org"]}
    waiting = propagation(World(SHOWN, {ADA: DnsTable(stale)}), ADA)
    assert isinstance(waiting, Waiting)
    assert f"{ADA} has old.example.org" in waiting.reason


def test_an_authority_must_show_before_anybody_orders_a_certificate() -> None:
    wanted = ({"host": ZONE, "type": "CAA", "value": "0 issue letsencrypt.org"},)
    theirs = {f"CAA {ZONE}": ['0 issue "digicert.com"']}
    both = {f"CAA {ZONE}": ['0 issue "digicert.com"', '0 issue "letsencrypt.org"']}
    assert isinstance(propagation(World(theirs), records=wanted), Waiting)
    assert isinstance(propagation(World(both), records=wanted), Verified)


def test_servers_of_the_zone_that_are_out_of_reach_do_not_hold_it_back() -> None:
    verified = propagation(World(SHOWN), ADA)
    assert isinstance(verified, Verified)
    assert [] == verified.evidence["name_servers"]


def test_a_silent_resolver_is_waited_for() -> None:
    inputs = dns_propagation.Inputs(RECORDS)
    silent: Any = DnsTable(is_silent=True)
    found = DnsPropagation(silent).verify(inputs, context())
    assert isinstance(found, Waiting)
    assert "gave no answer" in found.reason


def test_the_top_of_a_zone_may_show_its_targets_addresses() -> None:
    shown = {
        f"A {ZONE}": ["203.0.113.7"],
        f"A {TARGET}": ["203.0.113.7", "203.0.113.8"],
    }
    wanted = ({"host": ZONE, "type": "CNAME", "value": TARGET},)
    assert isinstance(propagation(World(shown), records=wanted), Verified)
    elsewhere = {**shown, f"A {ZONE}": ["192.0.2.1"]}
    assert isinstance(propagation(World(elsewhere), records=wanted), Waiting)
