from __future__ import annotations

import pytest

from launchbook.variables.code.python import read_python


def names(*texts: str, is_listed: bool = False) -> set[str]:
    found = read_python({f"m{number}.py": text for number, text in enumerate(texts)})
    return {each.name for each in found if each.is_listed is is_listed}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import os\nos.environ['A_B']", {"A_B"}),
        ("import os as o\no.environ.get('A_B', 'x')", {"A_B"}),
        ("import os\nos.getenv('A_B')", {"A_B"}),
        ("from os import getenv as g\ng('A_B')", {"A_B"}),
        ("from os import environ\nenviron.pop('A_B')", {"A_B"}),
        ("import os\nif 'A_B' in os.environ: pass", {"A_B"}),
        ("import os\nenv = dict(os.environ)\nenv['A_B']", {"A_B"}),
        ("import os\nenv = {**os.environ, 'X_Y': '1'}\nenv['A_B']", {"A_B"}),
        ("import os\nenv = os.environ.copy()\nenv['A_B']", {"A_B"}),
        ("import os\nKEY = 'A_B'\nos.environ[KEY]", {"A_B"}),
        (
            (
                "import os\ndef f(given, *, more):\n    return given['A_B'], more['C_D']\n"
                "f(os.environ, more=os.environ)"
            ),
            {"A_B", "C_D"},
        ),
        (
            (
                "import os\ndef clean():\n    return {k: v for k, v in os.environ.items() if v}\n"
                "clean()['A_B']"
            ),
            {"A_B"},
        ),
        (
            (
                "import os\nclass S:\n    def __init__(self):\n        self.env = os.environ\n"
                "    def get(self):\n        return self.env['A_B']"
            ),
            {"A_B"},
        ),
        (
            (
                "import os\nfrom dataclasses import dataclass, field\n@dataclass\nclass S:\n"
                "    given: dict = field(default_factory=lambda: dict(os.environ))\n"
                "def f(s):\n    return s.given['A_B']"
            ),
            {"A_B"},
        ),
    ],
)
def test_a_reading_is_seen(text: str, expected: set[str]) -> None:
    assert expected == names(text)


def test_the_environment_is_followed_from_module_to_module() -> None:
    one = "import os\nfrom m1 import read\nread(os.environ)"
    two = (
        "def read(given):\n    return inner(given)\ndef inner(g):\n    return g['A_B']"
    )
    assert {"A_B"} == names(one, two)


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.environ['A_B'] = 'x'",
        "import os\nos.environ['PATH'], os.environ['RAILWAY_SERVICE_ID']",
        "settings = {}\nsettings['A_B']",
        'import os\n# os.environ[\'A_B\']\n"""os.environ[\'A_B\']"""',
        "def broken(:\n    os.environ['A_B']",
    ],
)
def test_what_is_no_reading_is_passed_by(text: str) -> None:
    assert set() == names(text)


def test_a_module_that_computes_keys_reads_what_it_lists() -> None:
    text = (
        "import os\nTABLE = (Variable('A_B'), Variable('C_D', 1))\n"
        "found = {v.name: os.environ.get(v.name) for v in TABLE}"
    )
    assert {"A_B", "C_D"} == names(text, is_listed=True)
    assert set() == names(text.replace("v.name)", "'lower')"), is_listed=True)
