"""Adding a host name: found again, told what it needs, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from launchbook.engine.step import Undoable
from launchbook.errors import VerificationFailed
from launchbook.steps import railway_custom_domain, vercel_domain
from launchbook.steps.railway_custom_domain import RailwayCustomDomain
from launchbook.steps.vercel_domain import VercelDomain
from tests.support.domains import HOST, Platform, context, domain

if TYPE_CHECKING:
    from launchbook.providers.railway.client import RailwayClient
    from launchbook.providers.vercel.client import VercelClient

ON_RAILWAY = railway_custom_domain.Inputs("p1", "e1", "s1", HOST, 443)
ON_VERCEL = vercel_domain.Inputs("p1", "cenv1", HOST, 443)


def railway(platform: Platform) -> RailwayCustomDomain:
    return RailwayCustomDomain(cast("RailwayClient", platform))


def vercel(platform: Platform) -> VercelDomain:
    return VercelDomain(cast("VercelClient", platform))


def test_an_absent_name_is_added_and_a_present_one_is_not() -> None:
    platform = Platform(domain())
    railway(platform).apply(ON_RAILWAY, None, context())
    vercel(platform).apply(ON_VERCEL, None, context())
    railway(platform).apply(ON_RAILWAY, domain(), context())
    vercel(platform).apply(ON_VERCEL, domain("vercel"), context())
    assert [f"create {HOST}", f"add {HOST} to cenv1"] == platform.orders


def test_its_records_are_known_although_nothing_is_proven_yet() -> None:
    added = domain("vercel", is_owned=False, is_routed=False)
    on_railway = railway(Platform(added)).verify(ON_RAILWAY, context())
    on_vercel = vercel(Platform(added)).verify(ON_VERCEL, context())
    assert ["CNAME", "TXT"] == [r.kind for r in added.records]
    expected = added.records_as_json()
    assert expected == on_railway.outputs["records"] == on_vercel.outputs["records"]


def test_a_name_that_is_not_listed_or_needs_nothing_is_no_success() -> None:
    with pytest.raises(VerificationFailed):
        railway(Platform(None)).verify(ON_RAILWAY, context())
    with pytest.raises(VerificationFailed):
        railway(Platform(domain(records=()))).verify(ON_RAILWAY, context())
    with pytest.raises(VerificationFailed):
        vercel(Platform(None)).verify(ON_VERCEL, context())


def test_what_this_run_added_is_taken_back_and_nothing_else() -> None:
    platform = Platform(domain())
    railway(platform).undo(ON_RAILWAY, None, context())
    vercel(platform).undo(ON_VERCEL, None, context())
    railway(platform).undo(ON_RAILWAY, domain(), context())
    vercel(platform).undo(ON_VERCEL, domain("vercel"), context())
    assert ["delete d1", f"remove {HOST}"] == platform.orders
    assert isinstance(railway(platform), Undoable)
