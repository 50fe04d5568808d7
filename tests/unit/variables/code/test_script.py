from __future__ import annotations

import pytest

from launchbook.variables.code.script import read_script


def names(text: str, *, is_listed: bool = False) -> set[str]:
    found = read_script("a.ts", text)
    return {each.name for each in found if each.is_listed is is_listed}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("const a = process.env.API_URL; // process.env.NOT_THIS", {"API_URL"}),
        (
            'process.env["API_KEY"] ?? process?.env?.OTHER_KEY',
            {"API_KEY", "OTHER_KEY"},
        ),
        (
            "const { A_B, C_D: c, E_F = 'x', G_H = {a: 1}, ...rest } = process.env;",
            {"A_B", "C_D", "E_F", "G_H"},
        ),
        ('const env = process.env;\nenv.A_B; f(env["C_D"])', {"A_B", "C_D"}),
        ('import { env } from "node:process"; env.A_B', {"A_B"}),
        ('import { env as e } from "process"; e.A_B', {"A_B"}),
        ("const { env } = process; env.A_B", {"A_B"}),
        ("`${process.env.A_B}/process.env.C_D`", {"A_B"}),
        ("`${`${process.env.A_B}`}` + process.env.C_D", {"A_B", "C_D"}),
        ('if ("A_B" in process.env) {}', {"A_B"}),
        ('import.meta.env.VITE_A; import.meta.env["VITE_B"]', {"VITE_A", "VITE_B"}),
        ('const KEY = "A_B"; process.env[KEY]', {"A_B"}),
        ("function f({ A_B } = process.env) {}", {"A_B"}),
        ("<p>Don't</p>; process.env.A_B", {"A_B"}),
        ("const q = a / b / process.env.A_B;", {"A_B"}),
        ("globalThis.process.env.A_B", {"A_B"}),
        ('Deno.env.get("A_B"); Bun.env.C_D', {"A_B", "C_D"}),
        ("/* x */ process\n  .env\n  .A_B", {"A_B"}),
        (
            "config.NEXT_PUBLIC_A; config['NEXT_PUBLIC_B']",
            {"NEXT_PUBLIC_A", "NEXT_PUBLIC_B"},
        ),
        ('process.env.A_B === "y"', {"A_B"}),
    ],
)
def test_a_reading_is_seen(text: str, expected: set[str]) -> None:
    assert expected == names(text)


@pytest.mark.parametrize(
    "text",
    [
        'const s = "process.env.A_B";',
        "// process.env.A_B",
        "const r = /process.env.A_B/;",
        'process.env.A_B = "x"',
        "other.process.env.A_B",
        "process.env.VERCEL_URL; process.env.CI; process.env.lower",
        "const x = 'NEXT_PUBLIC_A'",
        "process.environment.A_B",
    ],
)
def test_what_is_no_reading_is_passed_by(text: str) -> None:
    assert set() == names(text)


def test_a_module_that_hands_everything_on_reads_what_it_lists() -> None:
    text = 'z.object({ A_B: z.string(), "C_D": z.string() }).parse(process.env)'
    assert {"A_B", "C_D"} == names(text, is_listed=True)


def test_a_reading_has_its_line() -> None:
    (found,) = read_script("a.js", "/* one\n two */\n\nprocess.env.A_B")
    assert ("a.js", 4) == (found.file, found.line)


@pytest.mark.parametrize(
    "text", ["`${", "'", "`", "{ } = process.env", "process.env[", "/"]
)
def test_a_broken_module_is_no_error(text: str) -> None:
    assert set() == names(text)
