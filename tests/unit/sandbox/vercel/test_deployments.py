"""Ordering, reading, listing, cancelling and deleting deployments."""

from __future__ import annotations

import base64
import json
import os
import re
from typing import Any

import pytest

from tests.support.vercel_world import SITE, Vercel, sha1


def test_missing_files_are_named_and_then_uploaded(vercel: Vercel) -> None:
    project = vercel.project()
    content = project.encode()
    files = [{"file": "a.txt", "sha": sha1(content), "size": len(content)}]
    body = {"name": project, "project": project, "files": files}
    status, code, error = vercel.refused("POST", "/v13/deployments", body)
    assert (status, code, error["missing"]) == (400, "missing_files", [sha1(content)])
    vercel.upload({"a.txt": content})
    assert vercel.done("POST", "/v13/deployments", body)["readyState"] == "QUEUED"


def test_a_file_must_be_what_its_digest_says(vercel: Vercel) -> None:
    for name in ("x-vercel-digest", "x-now-digest"):
        headers = {name: sha1(b"other")}
        answer = vercel.ask("POST", "/v2/files", b"content", headers=headers)
        assert (answer.status, answer.json()["error"]["code"]) == (400, "bad_request")


def test_the_same_file_may_be_uploaded_twice(vercel: Vercel) -> None:
    assert vercel.upload(SITE) == vercel.upload(SITE)


def test_files_may_come_inside_the_order(vercel: Vercel) -> None:
    project = vercel.project(rootDirectory=None, buildCommand=None, ssoProtection=None)
    encoded = base64.b64encode(b"bytes").decode()
    files = [
        {"file": "dist/index.html", "data": "text"},
        {"file": "dist/b.bin", "data": encoded, "encoding": "base64"},
    ]
    body = {"name": project, "project": project, "files": files}
    made = vercel.done("POST", "/v13/deployments", body)
    host = vercel.settled(made["id"])["url"]
    assert vercel.visit(host).text == "text"
    assert vercel.visit(host, "/b.bin").body == b"bytes"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"files": []}, "no_files"),
        ({"files": [{"file": "../a", "data": "x"}]}, "bad_request"),
        ({"files": [{"file": "/etc/a", "data": "x"}]}, "bad_request"),
        (
            {"files": [{"file": "a", "data": "?", "encoding": "base64"}]},
            "bad_request",
        ),
        ({"files": [{"file": "a"}] * 15_001}, "too_many_files"),
        ({"target": "qa"}, "bad_request"),
        ({"meta": {"count": 1}}, "bad_request"),
        ({"projectSettings": {"buildComand": "x"}}, "bad_request"),
        ({"branch": "main"}, "bad_request"),
    ],
)
def test_a_wrong_order_is_400(
    vercel: Vercel, change: dict[str, object], code: str
) -> None:
    project = vercel.project()
    files = [{"file": "a", "data": "x"}]
    body = {"name": project, "project": project, "files": files} | change
    assert vercel.refused("POST", "/v13/deployments", body)[:2] == (400, code)
    path = f"/v7/deployments?projectId={project}"
    assert vercel.get(path)["deployments"] == []


def test_a_git_source_is_not_emulated(vercel: Vercel) -> None:
    body = {"name": "shop", "gitSource": {"type": "github"}}
    refusal = vercel.refused("POST", "/v13/deployments", body)
    assert refusal[:2] == (501, "not_emulated")


def test_a_limit_must_be_a_number(vercel: Vercel) -> None:
    refusal = vercel.refused("GET", "/v7/deployments?limit=all")
    assert refusal[:2] == (400, "bad_request")


def test_an_unknown_project_or_environment_is_404(vercel: Vercel) -> None:
    files = [{"file": "a", "data": "x"}]
    body = {"name": "shop", "project": "prj_none", "files": files}
    assert vercel.refused("POST", "/v13/deployments", body)[0] == 404
    project = vercel.project()
    body = {"name": project, "project": project, "files": files}
    body["customEnvironmentSlugOrId"] = "staging"
    assert vercel.refused("POST", "/v13/deployments", body)[0] == 404


def test_a_first_deployment_needs_to_know_how_to_build(vercel: Vercel) -> None:
    body = {"name": "undetected", "files": [{"file": "index.html", "data": "x"}]}
    refusal = vercel.refused("POST", "/v13/deployments", body)
    assert refusal[:2] == (400, "missing_project_settings")
    assert vercel.ask("GET", "/v9/projects/undetected").status == 404
    path = "/v13/deployments?skipAutoDetectionConfirmation=1"
    assert vercel.done("POST", path, body)["name"] == "undetected"


def test_a_project_that_is_only_named_is_made(vercel: Vercel) -> None:
    settings = {"framework": None, "outputDirectory": "web"}
    files = [{"file": "web/index.html", "data": "x"}]
    body = {"name": "made-by-the-way", "files": files, "projectSettings": settings}
    made = vercel.done("POST", "/v13/deployments", body)
    assert vercel.settled(made["id"])["readyState"] == "READY"
    assert vercel.get("/v9/projects/made-by-the-way")["id"] == made["projectId"]


def test_an_identical_order_is_answered_with_the_earlier_deployment(
    vercel: Vercel,
) -> None:
    project = vercel.project(buildCommand="true", outputDirectory=".")
    orders = [
        vercel.order(project, query="", meta={"run": run})["id"]
        for run in ("1", "1", "2")
    ]
    assert orders[0] == orders[1] != orders[2]
    assert vercel.order(project, meta={"run": "1"})["id"] not in orders


def test_a_failed_deployment_is_not_given_for_an_identical_order(
    vercel: Vercel,
) -> None:
    project = vercel.project(buildCommand="exit 1")
    failed = vercel.settled(vercel.order(project, query="")["id"])
    assert vercel.order(project, query="")["id"] != failed["id"]


def test_a_preview_can_be_built_again_for_production(vercel: Vercel) -> None:
    project = vercel.project(ssoProtection=None)
    vercel.variable(project, "NEXT_PUBLIC_GREETING", "p", target=["preview"])
    vercel.variable(project, "NEXT_PUBLIC_GREETING", "q", target=["production"])
    preview = vercel.deploy(project, meta={"a": "1"})
    body = {"name": project, "project": project, "deploymentId": preview["id"]}
    body["target"] = "production"
    made = vercel.done("POST", "/v13/deployments?forceNew=1", body)
    rebuilt = vercel.settled(made["id"])
    assert (made["id"] != preview["id"], rebuilt["meta"]) == (True, {"a": "1"})
    pages = [vercel.visit(one["url"]).text for one in (preview, rebuilt)]
    assert pages == ["<h1>p</h1>", "<h1>q</h1>"]


def test_a_deployment_is_found_by_id_and_by_host_name(vercel: Vercel) -> None:
    made = vercel.deploy(vercel.project())
    assert made == vercel.get(f"/v13/deployments/{made['url']}")
    assert vercel.refused("GET", "/v13/deployments/dpl_none")[:2] == (404, "not_found")


def test_the_commit_is_among_the_labels(vercel: Vercel) -> None:
    git = {"commitSha": "abc", "commitRef": "main", "commitMessage": "m"}
    made = vercel.order(vercel.project(), meta={"mine": "1"}, gitMetadata=git)
    expected = {"mine": "1", "gitCommitSha": "abc", "gitCommitRef": "main"}
    assert made["meta"] == expected | {"gitCommitMessage": "m"}


def test_a_list_is_filtered_and_paged(vercel: Vercel) -> None:
    project = vercel.project(buildCommand="true", outputDirectory=".")
    vercel.environment(project)
    orders: dict[str, dict[str, Any]] = {
        "production": {"target": "production", "meta": {"run": "1"}},
        "staging": {"customEnvironmentSlugOrId": "staging"},
        "preview": {"gitMetadata": {"commitSha": "abc", "commitRef": "main"}},
    }
    ids = {name: vercel.order(project, **more)["id"] for name, more in orders.items()}
    for id_ in ids.values():
        vercel.settled(id_)
    base = f"/v7/deployments?projectId={vercel.get(f'/v9/projects/{project}')['id']}"

    def found(query: str) -> list[str]:
        listed = vercel.get(f"{base}{query}")["deployments"]
        return [one["uid"] for one in listed]

    newest_first = [ids["preview"], ids["staging"], ids["production"]]
    assert found("") == newest_first
    for name in orders:
        assert found(f"&target={name}") == [ids[name]]
    assert found("&meta-run=1") == [ids["production"]]
    assert found("&meta-run=2") == []
    assert found("&branch=main") == found("&sha=abc") == [ids["preview"]]
    assert found("&state=ready,error") == newest_first
    assert found("&state=QUEUED") == []
    page = vercel.get(f"{base}&limit=2")
    rest = found(f"&until={page['pagination']['next']}")
    assert [one["uid"] for one in page["deployments"]] + rest == newest_first


def test_the_list_tells_the_alias_as_a_moment(vercel: Vercel) -> None:
    project = vercel.project()
    made = vercel.deploy(project, target="production")
    listed = vercel.get(f"/v7/deployments?projectId={project}")["deployments"][0]
    assert made["aliasAssigned"] is True
    assert listed["aliasAssigned"] > made["ready"]


def test_a_log_can_be_cut_and_turned(vercel: Vercel) -> None:
    made = vercel.deploy(vercel.project())
    base = f"/v3/deployments/{made['id']}/events?builds=1"
    events = vercel.get(base)
    assert {"stdout", "command"} == {event["type"] for event in events}
    assert vercel.get(f"{base}&direction=backward&limit=2") == events[:-3:-1]
    third = events[2]["created"]
    assert vercel.get(f"{base}&since={third}") == events[2:]
    assert vercel.get(f"{base}&until={third}") == events[:3]


def test_a_log_can_be_followed_to_its_end(vercel: Vercel) -> None:
    command = "echo one; sleep 0.3; echo two; exit 1"
    made = vercel.order(vercel.project(buildCommand=command))
    answer = vercel.ask("GET", f"/v3/deployments/{made['id']}/events?follow=1")
    lines = [json.loads(line)["text"] for line in answer.text.splitlines()]
    assert lines[-3:] == ["one", "two", f'Error: Command "{command}" exited with 1']


def test_a_canceled_build_ends_with_its_processes(vercel: Vercel) -> None:
    project = vercel.project(buildCommand="echo pid $$; sleep 300")
    made = vercel.order(project)
    events = f"/v3/deployments/{made['id']}/events?builds=1"
    told = vercel.until(events, lambda all_: any(_pid(e["text"]) for e in all_))
    pid = next(filter(None, (_pid(event["text"]) for event in told)))
    os.kill(pid, 0)
    path = f"/v12/deployments/{made['id']}/cancel"
    canceled = vercel.done("PATCH", path)
    assert (canceled["readyState"], "canceledAt" in canceled) == ("CANCELED", True)
    assert vercel.refused("PATCH", path)[:2] == (400, "bad_request")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def _pid(text: str) -> int | None:
    """The process that a build's log names."""
    found = re.fullmatch(r"pid ([0-9]+)", text)
    return int(found[1]) if found else None


def test_a_deleted_deployment_is_gone_with_its_names(vercel: Vercel) -> None:
    project = vercel.project(ssoProtection=None)
    made = vercel.deploy(project, target="production")
    path = f"/v13/deployments/{made['id']}"
    expected = {"uid": made["id"], "state": "DELETED"}
    assert vercel.done("DELETE", path) == expected
    assert vercel.ask("GET", path).status == 404
    for host in (made["url"], f"{project}.vercel.localhost"):
        assert vercel.visit(host).status == 404
