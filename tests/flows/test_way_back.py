"""The way back on the sandbox: open for what serves, closed for what is gone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.journey import Journey

pytestmark = [
    pytest.mark.xdist_group("journey"),
    pytest.mark.timeout(180),
    pytest.mark.heavy,
]

PLAYBOOK = """playbook: wayback
description: Look at the way back to what staging serves
needs: [staging]
environments: [staging]

steps:
  - id: compatibility
    uses: release.compatibility
    with:
      capsule: staging-1
      schema: ${steps.database_schema.outputs.latest}
      backend: ${steps.backend_health.outputs.url}
      backend_identity: BACKEND_IDENTITY
      pages:
        admin: ${steps.admin_page.outputs.url}
      identities:
        admin: ${steps.admin.outputs.identity}
      journey:
        /api/shops/none: 404

  - id: rollback_way
    uses: rollback.admission
    with:
      capsule:
        format: 1
        id: staging-1
        environment: staging
        commit: ${steps.source.outputs.commit}
        branch: main
        subject: the first
        author: Ada
        actor: ada@desk
        began_at: "2026-11-20T12:00:00+00:00"
        done_at: "2026-11-20T12:10:00+00:00"
        schema: {oldest: "20260101000000", newest: "20260101000300"}
        surfaces:
          - name: backend
            kind: service
            app: backend
            place: {}
            deployment_id: ${steps.backend.outputs.deployment_id}
            identity: ${steps.backend.outputs.identity}
            content: c
            variables: ${steps.backend_variables.outputs.fingerprint}
          - name: admin
            kind: web
            app: admin
            place:
              project_id: ${steps.admin_project.outputs.id}
              environment_id: ${steps.admin_environment.outputs.id}
            deployment_id: DEPLOYMENT
            identity: ${steps.admin.outputs.identity}
            content: c
            variables: ${steps.admin_variables.outputs.fingerprint}
      named: staging-1
      is_anything_served: true
      is_signature_valid: true
      surfaces: [backend, admin]
      path: ${steps.source.outputs.path}
      workspace: ${platform.railway.workspace}
      service_seconds: 120
      build_seconds: 180
      limit_seconds: 900
      applied: [{version: "20260101000300", phase: expand}]
      variables:
        backend: ${steps.backend_variables.outputs.fingerprint}
        admin: ${steps.admin_variables.outputs.fingerprint}
      secrets: [JWT_SECRET]
"""
OWN = "${steps.admin.outputs.deployment_id}"


def write(journey: Journey, *, identity: str, deployment: str = OWN) -> None:
    text = PLAYBOOK.replace("DEPLOYMENT", deployment)
    path = journey.root / "playbooks" / "wayback.yml"
    path.write_text(text.replace("BACKEND_IDENTITY", identity))


def judged(journey: Journey) -> dict[str, object]:
    """What the ledger keeps of the judgement."""
    shown = journey.run("ledger.export")
    records = [json.loads(line) for line in shown.lines if line.startswith("{")]
    found = [each for each in records if each["step"] == "rollback_way"]
    outputs: dict[str, object] = found[-1]["outputs"]["admission"]
    return outputs


def test_what_serves_is_tried_and_could_serve_again(
    torn: Journey, tmp_path: Path
) -> None:
    # The trial that fails here stays in the ledger, and closes the way back.
    shop = torn.elsewhere(tmp_path / "shop")
    write(shop, identity="${steps.backend.outputs.identity}")
    done = shop.run("provision.wayback")
    assert 0 == done.status, done.err
    told = judged(shop)
    assert (True, "staging-1") == (told["is_open"], told["target"]), told

    write(
        shop,
        identity="${steps.backend.outputs.identity}",
        deployment="dpl_gone",
    )
    assert 0 == shop.run("provision.wayback").status
    told = judged(shop)
    closed = [
        each["name"]
        for each in told["findings"]  # type: ignore[attr-defined]  # JSON
        if each["verdict"] != "pass"
    ]
    assert (False, ["rollback-deployment"]) == (told["is_open"], closed)

    write(shop, identity="another-build")
    refused = shop.run("provision.wayback")
    assert (6, True) == (refused.status, "not another-build" in refused.err)
