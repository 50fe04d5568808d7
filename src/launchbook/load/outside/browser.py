"""Loads pages in Chromium, and writes what the browser measured.

Run with two files as arguments: what to visit, and where to write. In a process of its
own: Playwright brings an event loop and a Node program along.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

OBSERVE: Final = """
window.__largest = 0;
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) window.__largest = each.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
"""
MEASURE: Final = """
() => {
  const [page] = performance.getEntriesByType("navigation");
  const first = performance.getEntriesByName("first-contentful-paint")[0];
  return {
    first_paint_ms: first ? first.startTime : null,
    largest_paint_ms: window.__largest || null,
    load_ms: page.loadEventEnd,
  };
}
"""
PAINTED: Final = "performance.getEntriesByName('first-contentful-paint').length > 0"
PAGE_TIMEOUT_MS: Final = 60_000
QUIET_MS: Final = 300
"""After the load event, for the last largest paint to be told."""


def main(order_file: str, result_file: str) -> None:
    """Do what the order says."""
    order = json.loads(Path(order_file).read_text(encoding="utf-8"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=order["program"] or None, args=order["flags"]
        )
        found = [
            {"app": app, **_visits(browser, url, order["line"])}
            for app, url in order["pages"].items()
            for _ in range(order["runs"])
        ]
        result = {"browser": browser.version, "visits": found}
        browser.close()
    Path(result_file).write_text(json.dumps(result), encoding="utf-8")


def _visits(browser: Browser, url: str, line: dict[str, float]) -> dict[str, Any]:
    """Visit as somebody new, then once more as somebody who was there."""
    context = browser.new_context()
    try:
        first, _ = _visit(context, url, line)
        _, answers = _visit(context, url, line)
    finally:
        context.close()
    return {**first, "second_visit": answers}


def _visit(
    context: BrowserContext, url: str, line: dict[str, float]
) -> tuple[dict[str, float], list[dict[str, Any]]]:
    """Load a page in a new tab; return its times, and how its files were answered."""
    page = context.new_page()
    page.add_init_script(OBSERVE)
    wire = context.new_cdp_session(page)
    answers = _listen(wire, url)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", {"offline": False, **line})
    page.goto(url, wait_until="load", timeout=PAGE_TIMEOUT_MS)
    measured = _measure(page)
    page.close()
    return measured, answers


def _measure(page: Page) -> dict[str, float]:
    page.wait_for_function(PAINTED, timeout=PAGE_TIMEOUT_MS)
    page.wait_for_timeout(QUIET_MS)
    measured: dict[str, float] = page.evaluate(MEASURE)
    return measured


def _listen(wire: CDPSession, url: str) -> list[dict[str, Any]]:
    """Note how each file of the page's own host was answered."""
    answers: list[dict[str, Any]] = []
    from_memory: set[str] = set()

    def heard(event: dict[str, Any]) -> None:
        response = event["response"]
        if not response["url"].startswith(url):
            return
        headers = {key.lower(): each for key, each in response["headers"].items()}
        is_kept = response.get("fromDiskCache") or event["requestId"] in from_memory
        answers.append(
            {
                "url": response["url"],
                "status": response["status"],
                "is_from_browser": bool(is_kept),
                "cache": headers.get("x-vercel-cache", ""),
            }
        )

    wire.on("Network.requestServedFromCache",
            lambda event: from_memory.add(event["requestId"]))  # fmt: skip
    wire.on("Network.responseReceived", heard)
    return answers


if __name__ == "__main__":
    main(*sys.argv[1:3])
