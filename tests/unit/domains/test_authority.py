from __future__ import annotations

import pytest

from launchbook.domains.authority import is_allowed, issuers


@pytest.mark.parametrize(
    ("records", "allowed"),
    [
        ((), None),
        (('0 issue "letsencrypt.org"',), {"letsencrypt.org"}),
        (("0 issue letsencrypt.org",), {"letsencrypt.org"}),
        (('128 ISSUE "LetsEncrypt.org; accounturi=x"',), {"letsencrypt.org"}),
        (('0 issue ";"',), set()),
        (('0 iodef "mailto:a@b.test"',), None),
        (('0 issuewild "digicert.com"',), None),
        (
            ('0 issue "a.test"', '0 issue "b.test"', '0 issuewild ";"'),
            {"a.test", "b.test"},
        ),
    ],
)
def test_who_may_issue_is_what_the_records_say(
    records: tuple[str, ...], allowed: set[str] | None
) -> None:
    assert allowed == issuers(records)


def test_nobody_may_issue_where_the_value_is_empty() -> None:
    assert not is_allowed("letsencrypt.org", ['0 issue ";"'])
    assert is_allowed("letsencrypt.org", ())
