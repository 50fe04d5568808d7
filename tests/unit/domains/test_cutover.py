"""What is moved, what stays, and what others remember, as pure judgements."""

from __future__ import annotations

from launchbook.domains.cutover import (
    Cutover,
    Standing,
    asked_for,
    flat,
    former_of,
)
from launchbook.model.dns import RecordSet

ZONE = "vocilia.com"
API = "api.vocilia.com"
NEW = RecordSet(API, "CNAME", ("new.example.org",), 300)
OLD = RecordSet(API, "CNAME", ("old.example.org",), 3600)
ADDRESS = RecordSet(API, "A", ("203.0.113.7",), 600)


def cutover(*present: RecordSet, former: tuple[RecordSet, ...] = ()) -> Cutover:
    return Cutover(ZONE, (NEW,), Standing(present, former))


def test_nothing_moves_where_nothing_stood() -> None:
    found = cutover()
    assert () == found.moving
    assert (NEW,) == found.to_write(60)


def test_what_is_right_already_is_neither_moved_nor_written() -> None:
    found = cutover(NEW)
    assert ((), ()) == (found.moving, found.to_write(60))


def test_a_route_that_leads_elsewhere_is_lowered_first_and_then_replaced() -> None:
    found = cutover(OLD)
    assert (OLD,) == found.moving
    (lowered,) = found.slow(60)
    assert (OLD.values, 60) == (lowered.values, lowered.ttl_seconds)
    (written,) = found.to_write(60)
    assert (NEW.values, 60) == (written.values, written.ttl_seconds)


def test_a_route_of_another_kind_makes_room() -> None:
    found = cutover(ADDRESS)
    assert (ADDRESS,) == found.moving
    assert {(API, "A")} == found.to_remove()


def test_a_proxied_route_cannot_be_lowered_and_is_switched_at_once() -> None:
    proxied = RecordSet(API, "CNAME", OLD.values, 300, is_proxied=True)
    found = cutover(proxied)
    assert (proxied,) == found.moving
    assert () == found.slow(60)
    assert found.longest() is None


def test_what_was_lowered_already_is_remembered_as_it_was_before() -> None:
    lowered = RecordSet(API, "CNAME", OLD.values, 60)
    found = cutover(lowered, former=(OLD,))
    assert (OLD,) == found.remembered
    assert OLD == found.longest()


def test_what_somebody_changed_since_is_remembered_as_it_is_now() -> None:
    other = RecordSet(API, "CNAME", ("third.example.org",), 60)
    assert (other,) == cutover(other, former=(OLD,)).remembered


def test_values_that_are_shared_are_added_to() -> None:
    ours = RecordSet(ZONE, "CAA", ("0 issue letsencrypt.org",), 300)
    theirs = RecordSet(ZONE, "CAA", ("0 issue digicert.com",), 3600)
    found = Cutover(ZONE, (ours,), Standing((theirs,)))
    assert found.is_pending(ours)
    (written,) = found.to_write(60)
    assert ("0 issue digicert.com", "0 issue letsencrypt.org") == written.values
    assert 3600 == written.ttl_seconds
    assert () == found.moving


def test_mail_at_a_host_of_ours_is_in_the_way_and_at_the_top_it_is_not() -> None:
    mail = RecordSet(API, "MX", ("10 mail.example.org.",), 3600)
    assert (mail,) == cutover(mail).obstacles
    top = RecordSet(ZONE, "CNAME", ("new.example.org",), 300)
    at_top = RecordSet(ZONE, "MX", mail.values, 3600)
    assert () == Cutover(ZONE, (top,), Standing((at_top,))).obstacles


def test_records_are_sets_by_host_and_kind_however_deep_their_lists_are() -> None:
    records = [
        [{"host": "API.vocilia.com", "type": "CNAME", "value": "new.example.org"}],
        ({"host": f"_v.{ZONE}", "type": "TXT", "value": "b"},),
        {"host": f"_v.{ZONE}", "type": "TXT", "value": "a"},
        "nothing",
    ]
    assert 3 == len(list(flat(records)))
    authorities = {ZONE: ["letsencrypt.org"], "example.org": []}
    assert (
        RecordSet(f"_v.{ZONE}", "TXT", ("a", "b"), 300),
        NEW,
        RecordSet(ZONE, "CAA", ("0 issue letsencrypt.org",), 300),
    ) == asked_for(records, 300, authorities)


def test_what_the_ledger_keeps_is_read_back_as_it_was() -> None:
    proxied = RecordSet(API, "A", ("203.0.113.7", "203.0.113.8"), 300, is_proxied=True)
    kept = {"former": [OLD.as_json(), proxied.as_json()]}
    assert (OLD, proxied) == former_of(kept)
    assert () == former_of({"event": "run-started"})
