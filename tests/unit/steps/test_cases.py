"""Every case: given inputs and facts, these changes and these outputs."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from launchbook.app.register import STEPS
from launchbook.domains import cutover
from launchbook.engine.step import Prior
from launchbook.errors import LaunchbookError
from launchbook.model import dns, domain, railway, scaling, source, supabase, vercel
from launchbook.redact import reveal
from tests.support.plain import construct

if TYPE_CHECKING:
    from collections.abc import Mapping

CASES = Path(__file__).parents[2] / "cases" / "steps"

FACTS: dict[str, Any] = {
    "dns.records": cutover.Standing,
    "dns.ttl": tuple[dns.RecordSet, ...],
    "dns.zone": dns.Zone,
    "railway.certificate": domain.Domain,
    "railway.custom_domain": domain.Domain,
    "railway.environment": railway.Environment,
    "railway.limits": scaling.Limits,
    "railway.project": railway.Project,
    "railway.service": railway.ServiceInstance,
    "source.commit": source.Commit,
    "supabase.api_keys": tuple[supabase.ApiKey, ...],
    "supabase.pool": supabase.Pooler,
    "supabase.pooler": supabase.Pooler,
    "supabase.project": supabase.Project,
    "vercel.certificate": domain.Domain,
    "vercel.domain": domain.Domain,
    "vercel.environment": vercel.CustomEnvironment,
    "vercel.promotion": vercel.Production,
    "vercel.project": vercel.Project,
}
"""Facts that are a model; the other steps have a dataclass ``Facts`` of their own."""


def all_cases() -> list[Any]:
    return [
        pytest.param(path, id=f"{path.parent.name}/{path.stem}")
        for path in sorted(CASES.glob("*/*.yml"))
    ]


def inputs_of(kind: type, given: Mapping[str, Any]) -> Any:
    values = construct(kind, given)
    assert set(given) <= {each.name for each in fields(kind)}
    return values


def plain(change: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"action": str(change.action), "name": change.name}
    if change.fields:
        found["fields"] = {
            each.name: [reveal(each.before), reveal(each.after)]
            for each in change.fields
        }
    if change.reason:
        found["reason"] = change.reason
    return found


def prior_of(case: Mapping[str, Any]) -> Prior | None:
    if "prior" not in case:
        return None
    return Prior(datetime(2026, 1, 1, tzinfo=UTC), "0" * 64, case["prior"])


@pytest.mark.parametrize("path", all_cases())
def test_a_plan_is_what_its_case_says(path: Path) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    module, attribute = STEPS[path.parent.name].location.split(":")
    module_of = import_module(module)
    step_class = getattr(module_of, attribute)
    step = object.__new__(step_class)
    facts_type = FACTS.get(path.parent.name) or getattr(module_of, "Facts", type(None))
    inputs = inputs_of(step_class.inputs_type, case["inputs"])
    facts = construct(facts_type, case.get("facts"))
    if "error" in case:
        with pytest.raises(LaunchbookError) as caught:
            step.plan(inputs, facts, prior_of(case))
        assert case["error"] == caught.value.code
        return
    planned = step.plan(inputs, facts, prior_of(case))
    assert case["changes"] == [plain(change) for change in planned.changes]
    assert case.get("outputs", {}) == reveal(dict(planned.outputs))
