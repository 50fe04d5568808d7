from __future__ import annotations

import json
import sys

import pytest

from launchbook.cli.output import Output, output_of
from launchbook.redact import Redactor, Secret
from tests.support.screen import screen


def knowing(value: str) -> Redactor:
    redactor = Redactor()
    redactor.learn(Secret(value))
    return redactor


def test_text_goes_to_standard_output_and_complaints_to_standard_error() -> None:
    given = screen()
    given.output.line("a line")
    given.output.line()
    given.output.complaint("a complaint")
    assert ["a line", ""] == given.lines
    assert ["a complaint"] == given.complaints


def test_records_are_written_only_with_json_and_lines_only_without() -> None:
    plain, structured = screen(), screen(is_json=True)
    for each in (plain, structured):
        each.output.line("text")
        each.output.record({"kind": "fact"})
    assert ["text"] == plain.lines
    assert ['{"kind": "fact"}'] == structured.lines


def test_a_known_secret_leaves_by_no_way() -> None:
    redactor = knowing("hunter22")
    plain = screen(redactor=redactor)
    structured = screen(redactor=redactor, is_json=True)
    plain.output.line("value hunter22")
    plain.output.complaint("value hunter22")
    structured.output.record({"hunter22": ["hunter22", {"deep": "hunter22"}]})
    assert ["value [redacted]"] == plain.lines == plain.complaints
    assert {"[redacted]": ["[redacted]", {"deep": "[redacted]"}]} == json.loads(
        structured.out.getvalue()
    )
    assert "value [redacted]" == plain.output.clean("value hunter22")


def test_a_secret_object_is_redacted_though_nobody_learnt_it() -> None:
    given = screen(is_json=True)
    given.output.record({"token": Secret("nobody-knows")})
    assert {"token": "[redacted]"} == json.loads(given.out.getvalue())


def test_letters_of_other_alphabets_stay_readable_in_json() -> None:
    given = screen(is_json=True)
    given.output.record({"name": "Malmö"})
    assert ['{"name": "Malmö"}'] == given.lines


@pytest.mark.parametrize(
    ("is_terminal", "is_json", "environ", "expected"),
    [
        (True, False, {}, True),
        (True, False, {"TERM": "xterm"}, True),
        (False, False, {}, False),
        (True, True, {}, False),
        (True, False, {"TERM": "dumb"}, False),
        (True, False, {"NO_COLOR": ""}, False),
    ],
)
def test_only_a_capable_terminal_gets_a_live_picture(
    is_terminal: bool, is_json: bool, environ: dict[str, str], expected: bool
) -> None:
    given = screen(is_terminal=is_terminal, is_json=is_json, environ=environ)
    assert expected is given.output.is_live


def test_a_commands_output_is_the_process_own() -> None:
    output = output_of({"json": True})
    assert (True, sys.stdout, sys.stderr) == (
        output.is_json,
        output.stream,
        output.errors,
    )
    assert False is output_of({}).is_json
    assert isinstance(output, Output)
