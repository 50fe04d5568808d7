"""Fixtures that every folder of tests may ask for."""

pytest_plugins = [
    "tests.support.sandbox",
    "tests.support.worlds",
    "tests.support.contract_summary",
]
