"""Fixtures that every folder of tests may ask for."""

import signal

pytest_plugins = [
    "tests.support.sandbox",
    "tests.support.worlds",
    "tests.support.contract_summary",
    "tests.support.matrix_summary",
]


def pytest_configure() -> None:
    """Hear Ctrl-C also when a script started the tests in the background.

    A shell without job control lets its background commands ignore SIGINT, and
    every process below inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
