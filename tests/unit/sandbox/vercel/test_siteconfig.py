"""Reading vercel.json as strictly as the vendor."""

from __future__ import annotations

import pytest

from launchbook.sandbox.vercel.siteconfig import ConfigError, read_config


def test_an_empty_file_serves_plainly() -> None:
    config = read_config({})
    assert (config.is_clean, config.trailing_slash, config.rewrites) == (
        False,
        None,
        (),
    )


def test_a_redirect_is_permanent_unless_it_says_otherwise() -> None:
    entries = [
        {"source": "/a", "destination": "/"},
        {"source": "/b", "destination": "/", "permanent": False},
        {"source": "/c", "destination": "/", "statusCode": 302},
    ]
    config = read_config({"redirects": entries})
    assert [308, 307, 302] == [rule.status for rule in config.redirects]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "should be object"),
        ({"cleanURLs": True}, "additional property `cleanURLs`"),
        ({"functions": {}}, "does not emulate `functions`"),
        ({"cleanUrls": "yes"}, "`cleanUrls` should be boolean"),
        ({"headers": {}}, "`headers` should be array"),
        ({"headers": [{"source": "/"}]}, "needs an array"),
        ({"headers": [{"source": "/", "headers": [{"key": "a"}]}]}, "key` and `value"),
        ({"rewrites": [{"destination": "/"}]}, "needs a `source`"),
        ({"rewrites": [{"source": "/"}]}, "needs a `destination`"),
        ({"rewrites": [{"source": "x", "destination": "/"}]}, "does not start with /"),
        (
            {"redirects": [{"source": "/", "destination": "/", "statusCode": 200}]},
            "statusCode",
        ),
        (
            {"rewrites": [{"source": "/", "destination": "/", "has": [{"key": "a"}]}]},
            "need a `type`",
        ),
        (
            {"rewrites": [{"source": "/", "destination": "/", "has": {}}]},
            "`has` should be array",
        ),
        (
            {
                "rewrites": [
                    {
                        "source": "/",
                        "destination": "/",
                        "has": [{"type": "host", "value": "("}],
                    }
                ]
            },
            "is no pattern",
        ),
    ],
)
def test_what_the_vendor_would_refuse_is_refused(data: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_config(data)
