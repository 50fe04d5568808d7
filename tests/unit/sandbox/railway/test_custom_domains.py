"""Custom domains: DNS first, then a certificate, then traffic."""

from __future__ import annotations

import functools
import hashlib
import ssl
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.names import PlainNames
from tests.support.railway_account import WEB_SETTINGS, Account, web
from tests.support.sandbox import Sandbox

HOUR = 3600
DAY = 24 * HOUR
DOMAIN = """id domain targetPort syncStatus isRailwayDomain cnameCheck { status message } status {
  verified verificationDnsHost verificationToken cdnProvider
  certificateStatus certificateStatusDetailed certificateErrorType
  certificateErrorMessage certificateRetryable
  certificates { domainNames issuedAt expiresAt fingerprintSha256 keyType }
  dnsRecords { hostlabel fqdn zone recordType requiredValue currentValue purpose status } }"""
CREATE = (
    "mutation C($input: CustomDomainCreateInput!) { customDomainCreate(input: $input) {"
    f" {DOMAIN} }} }}"
)
READ = (
    "query R($p: String!, $e: String!, $s: String!) {"
    " domains(projectId: $p, environmentId: $e, serviceId: $s) {"
    f" customDomains {{ {DOMAIN} }} serviceDomains {{ id }} }} }}"
)


@dataclass
class Host:
    """A custom domain of a service, and the DNS that the vendor sees."""

    api: Account
    names: PlainNames
    service_id: str
    name: str

    def create(self, **more: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.api.run(CREATE, input=self.order(**more))
        return made

    def order(self, **more: Any) -> dict[str, Any]:
        wanted = {**self.api.scope, "serviceId": self.service_id, "domain": self.name}
        return wanted | more

    def read(self) -> dict[str, Any]:
        found = self.api.run(
            READ,
            p=self.api.project_id,
            e=self.api.environment_id,
            s=self.service_id,
        )["customDomains"]
        return next(one for one in found if one["domain"] == self.name)

    @property
    def certificate(self) -> str:
        status: str = self.read()["status"]["certificateStatus"]
        return status.removeprefix("CERTIFICATE_STATUS_TYPE_")

    @property
    def certified_until(self) -> float:
        """Until when the edge shows a good certificate, in sandbox time."""
        sandbox = self.api.sandbox
        assert isinstance(sandbox, Sandbox)
        return sandbox.world.emulators["railway"].certified_until(self.name) or 0.0

    def is_renewed(self, end: float) -> bool:
        return self.certified_until > end

    def route(self, made: dict[str, Any]) -> None:
        (record,) = made["status"]["dnsRecords"]
        self.names.put(self.name, "CNAME", record["requiredValue"])

    def prove(self, made: dict[str, Any]) -> None:
        zone = made["status"]["dnsRecords"][0]["zone"]
        name = f"{made['status']['verificationDnsHost']}.{zone}"
        self.names.put(name, "TXT", "v=spf1 -all", made["status"]["verificationToken"])

    def certify(self) -> dict[str, Any]:
        made = self.create()
        self.route(made)
        self.prove(made)
        self.api.until(lambda: self.certificate == "VALID")
        return made

    def mutate(self, field: str, domain_id: str) -> Any:
        return self.api.run(
            f"mutation M($id: String!) {{ {field}(id: $id) }}", id=domain_id
        )

    def fault(self, effect: str, operation: str, **more: Any) -> None:
        body = {"vendor": "railway", "effect": effect, "operation": operation, **more}
        self.api.sandbox.control("POST", "/faults", body)

    def advance(self, seconds: float) -> None:
        self.api.sandbox.control("POST", "/advance", {"seconds": seconds})


@pytest.fixture
def host(api: Account, names: PlainNames) -> Host:
    """A domain that is not added yet, of a service that runs nothing."""
    return Host(api, names, api.make_service(), f"api-{api.project_id[:8]}.example.org")


def test_a_new_domain_asks_for_a_route_and_apart_from_that_for_a_proof(
    host: Host,
) -> None:
    made = host.create(targetPort=8080)
    (record,) = made["status"]["dnsRecords"]
    label = host.name.removesuffix(".example.org")
    target, _, suffix = record["requiredValue"].partition(".")
    assert (8, "up.railway.localhost") == (len(target), suffix)
    assert {
        "hostlabel": label,
        "fqdn": host.name,
        "zone": "example.org",
        "recordType": "DNS_RECORD_TYPE_CNAME",
        "requiredValue": record["requiredValue"],
        "currentValue": "",
        "purpose": "DNS_RECORD_PURPOSE_TRAFFIC_ROUTE",
        "status": "DNS_RECORD_STATUS_REQUIRES_UPDATE",
    } == record
    status = made["status"]
    assert f"_railway-verify.{label}" == status["verificationDnsHost"]
    assert status["verificationToken"].startswith("railway-verify=")
    assert not status["verified"]
    assert "VALIDATING_OWNERSHIP" == host.certificate
    assert 8080 == made["targetPort"]
    assert "WAITING" == made["cnameCheck"]["status"]


def test_both_records_lead_to_a_certificate(host: Host) -> None:
    made = host.certify()
    status = host.read()["status"]
    assert status["verified"]
    (record,) = status["dnsRecords"]
    assert "DNS_RECORD_STATUS_PROPAGATED" == record["status"]
    assert record["requiredValue"] == record["currentValue"]
    (certificate,) = status["certificates"]
    assert [host.name] == certificate["domainNames"]
    assert status["verificationToken"] == made["status"]["verificationToken"]


def test_traffic_comes_over_tls_once_the_certificate_is_valid(host: Host) -> None:
    host.api.configure(host.service_id, **WEB_SETTINGS)
    host.api.deploy(host.service_id, web())
    made = host.create()
    host.route(made)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        host.api.sandbox.visit(host.name)
    host.prove(made)
    host.api.until(lambda: host.certificate == "VALID")
    assert host.name == host.api.sandbox.visit(host.name).json()["host"].split(":")[0]


def test_the_api_names_the_certificate_that_is_shown(host: Host) -> None:
    host.certify()
    (certificate,) = host.read()["status"]["certificates"]
    _, shown = host.api.sandbox.visit_anyway(host.name)
    assert hashlib.sha256(shown).hexdigest() == certificate["fingerprintSha256"]


def test_without_the_proof_it_stays_where_it_is_and_the_edge_says_404(
    host: Host,
) -> None:
    host.route(host.create())
    host.advance(HOUR)
    read = host.read()["status"]
    assert not read["verified"]
    assert "DNS_RECORD_STATUS_PROPAGATED" == read["dnsRecords"][0]["status"]
    assert "VALIDATING_OWNERSHIP" == host.certificate
    answer = host.api.sandbox.visit_anyway(host.name)[0]
    assert 404 == answer.status
    assert "true" == answer.headers["x-railway-fallback"]


def test_a_proof_without_a_route_is_verified_but_has_no_certificate(
    host: Host,
) -> None:
    host.prove(host.create())
    host.api.until(lambda: bool(host.read()["status"]["verified"]))
    assert "VALIDATING_OWNERSHIP" == host.certificate


def test_a_proxied_route_is_seen_as_that(host: Host) -> None:
    made = host.create()
    host.prove(made)
    host.names.put(host.name, "A", "104.21.8.9")
    read = host.read()
    (record,) = read["status"]["dnsRecords"]
    assert "104.21.8.9" == record["currentValue"]
    assert "DNS_RECORD_STATUS_REQUIRES_UPDATE" == record["status"]
    assert "DETECTED_CDN_PROVIDER_CLOUDFLARE" == read["status"]["cdnProvider"]
    assert "INVALID" == read["cnameCheck"]["status"]
    assert "VALIDATING_OWNERSHIP" == host.certificate


def test_an_apex_is_routed_by_the_addresses_of_its_target(host: Host) -> None:
    host.name = f"apex-{host.api.project_id[:8]}.org"
    made = host.create()
    assert "_railway-verify" == made["status"]["verificationDnsHost"]
    host.prove(made)
    host.names.put(host.name, "A", "127.0.0.1")
    host.api.until(lambda: host.certificate == "VALID")


def test_caa_records_of_another_authority_fail_the_order_until_they_go(
    host: Host,
) -> None:
    made = host.create()
    host.names.put("example.org", "CAA", '0 issue "pki.goog"', '0 iodef "mailto:a@b"')
    host.route(made)
    host.prove(made)
    host.api.until(lambda: host.certificate == "ISSUE_FAILED")
    status = host.read()["status"]
    assert (
        "CERTIFICATE_ERROR_TYPE_AUTHORIZATION_FAILED" == status["certificateErrorType"]
    )
    assert "CAA record for example.org" in status["certificateErrorMessage"]
    assert status["certificateRetryable"]
    caa = ('0 issue "pki.goog"', '0 issue "letsencrypt.org"')
    host.names.put("example.org", "CAA", *caa)
    assert host.mutate("customDomainIssueCertificate", made["id"]) is True
    host.api.until(lambda: host.certificate == "VALID")
    assert host.read()["status"]["certificateErrorType"] is None
    host.names.put("example.org", "CAA")


def test_three_days_without_records_are_a_failure_that_can_be_retried(
    host: Host,
) -> None:
    made = host.create()
    host.advance(3 * DAY + HOUR)
    host.api.until(lambda: host.certificate == "ISSUE_FAILED")
    assert host.read()["status"]["certificateRetryable"]
    host.route(made)
    host.prove(made)
    host.mutate("customDomainIssueCertificate", made["id"])
    host.api.until(lambda: host.certificate == "VALID")


def test_the_authority_may_refuse_for_good(host: Host) -> None:
    host.fault(
        "certificate_failed",
        f"certificate {host.name}",
        error_type="RATE_LIMIT",
        message="too many certificates",
        retryable=False,
    )
    made = host.create()
    host.route(made)
    host.prove(made)
    host.api.until(lambda: host.certificate == "ISSUE_FAILED")
    status = host.read()["status"]
    assert "CERTIFICATE_ERROR_TYPE_RATE_LIMIT" == status["certificateErrorType"]
    assert "too many certificates" == status["certificateErrorMessage"]
    query = "mutation M($id: String!) { customDomainIssueCertificate(id: $id) }"
    assert "cannot be retried" in host.api.refused(query, id=made["id"])["message"]


def test_a_certificate_may_be_stuck_for_days(host: Host) -> None:
    host.fault("certificate_stuck", f"certificate {host.name}", times=0)
    made = host.create()
    host.route(made)
    host.prove(made)
    host.api.until(lambda: host.certificate == "ISSUING")
    host.advance(2 * HOUR)
    assert "ISSUING" == host.certificate
    host.api.sandbox.control("DELETE", "/faults")
    host.api.until(lambda: host.certificate == "VALID")


def test_a_certificate_is_renewed_in_time_unless_its_records_are_gone(
    host: Host,
) -> None:
    made = host.certify()
    for _ in range(2):
        end = host.certified_until
        host.advance(61 * DAY)
        # Nobody asks the API meanwhile: it happens by itself.
        host.api.until(functools.partial(host.is_renewed, end))
    host.names.put(f"_railway-verify.{host.name}", "TXT")
    host.advance(91 * DAY)
    host.api.until(lambda: host.certificate == "VALIDATING_OWNERSHIP")
    assert not host.read()["status"]["verified"]
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        host.api.sandbox.visit(host.name)
    host.prove(made)
    host.api.until(lambda: host.certificate == "VALID")


def test_a_domain_is_of_one_service_only(host: Host) -> None:
    host.create()
    error = host.api.refused(CREATE, input=host.order())
    assert "Domain is already in use" == error["message"]
    query = "query A($d: String!) { customDomainAvailable(domain: $d) { available message } }"
    taken = host.api.run(query, d=host.name)
    assert (False, "Domain is already in use") == (taken["available"], taken["message"])
    assert host.api.run(query, d="free.example.org")["available"]
    host.fault("domain_taken", "customDomainAvailable")
    assert not host.api.run(query, d="free.example.org")["available"]


@pytest.mark.parametrize(
    "name", ["nodots", "a b.org", "x.up.railway.localhost", "-.org"]
)
def test_a_name_that_is_no_domain_is_refused(host: Host, name: str) -> None:
    error = host.api.refused(CREATE, input=host.order(domain=name))
    assert "Invalid domain" == error["message"]


def test_wildcards_are_not_emulated(host: Host) -> None:
    error = host.api.refused(CREATE, input=host.order(domain="*.example.org"))
    assert "NOT_EMULATED" == error["extensions"]["code"]


def test_the_plan_limits_the_domains_of_a_service(host: Host) -> None:
    host.fault("plan", "workspace", plan="HOBBY", times=0)
    first = host.name
    for number in range(2):
        host.name = f"n{number}.{first}"
        host.create()
    error = host.api.refused(CREATE, input=host.order(domain=first))
    assert "Your plan allows 2 custom domains per service" == error["message"]


def test_a_port_is_changed_and_a_domain_taken_away(host: Host) -> None:
    made = host.certify()
    query = (
        "mutation U($id: String!, $e: String!)"
        " { customDomainUpdate(id: $id, environmentId: $e, targetPort: 90) }"
    )
    assert host.api.run(query, id=made["id"], e=host.api.environment_id) is True
    one = "query O($id: String!, $p: String!) { customDomain(id: $id, projectId: $p) { targetPort } }"
    found = host.api.run(one, id=made["id"], p=host.api.project_id)
    assert 90 == found["targetPort"]
    assert host.mutate("customDomainDelete", made["id"]) is True
    with pytest.raises(ssl.SSLCertVerificationError):
        host.api.sandbox.visit(host.name)
    again = host.create()
    assert made["status"]["dnsRecords"] != again["status"]["dnsRecords"]


def test_a_domain_and_its_certificate_survive_a_snapshot(
    railway: Sandbox, account: Account
) -> None:
    names = PlainNames()
    railway.world.names = names
    host = Host(account, names, account.make_service(), "api.example.org")
    waiting = host.create()
    railway.control("POST", "/snapshots/one")
    host.route(waiting)
    host.prove(waiting)
    account.until(lambda: host.certificate == "VALID")
    railway.control("POST", "/snapshots/one/restore")
    account.until(lambda: host.certificate == "VALID")
