"""Host names at the edge."""

from tests.support.railway_account import WEB_SETTINGS, Account, web


def test_a_name_without_a_deployment_is_an_unknown_application(api: Account) -> None:
    host = api.make_domain(api.make_service("idle"))
    answer = api.sandbox.visit(host)
    assert answer.status == 404
    assert answer.json()["message"] == "Application not found"
    assert answer.headers["x-railway-fallback"] == "true"


def test_an_answer_carries_the_marks_of_the_edge(api: Account) -> None:
    service_id = api.make_service("marked", **WEB_SETTINGS)
    host = api.make_domain(service_id)
    api.deploy(service_id, web())
    answer = api.sandbox.visit(host)
    assert answer.headers["server"] == "railway-edge"
    assert answer.headers["x-railway-request-id"]


def test_the_logs_of_an_environment_hold_those_of_its_services(api: Account) -> None:
    service_id = api.make_service("talking", **WEB_SETTINGS)
    api.deploy(service_id, web())
    lines = api.run(
        'query L($id: String!) { environmentLogs(environmentId: $id, beforeLimit: 50, filter: "asked")'
        " { message tags { serviceId } } }",
        id=api.environment_id,
    )
    assert lines[0]["tags"]["serviceId"] == service_id
