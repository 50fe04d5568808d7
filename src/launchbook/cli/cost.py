"""``invoke cost.ENVIRONMENT``: what an environment costs in a month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from launchbook.cli.desk import open_desk
from launchbook.cli.options import read_switch, read_text
from launchbook.cli.render.cost import (
    line_record,
    next_line,
    table_lines,
    total_lines,
    total_record,
)
from launchbook.config.inventory import PRICES, load_inventory
from launchbook.config.schema import load_schema, validate_value
from launchbook.config.workspace import Workspace
from launchbook.cost.estimate import estimate
from launchbook.cost.need import read_needs
from launchbook.cost.price import CURRENCY, PriceList
from launchbook.errors import FileMissing
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.config.inventory import Inventory
    from launchbook.cost.need import Needs

LIVE: Final = "live"
"""The set of platforms that sends bills."""


def run(options: Mapping[str, object]) -> int:
    """Show every line, the total, and what it leaves out; nothing is sent.

    Returns 0; what is missing in the inventory is an error of status 2.
    """
    desk = open_desk(options)
    environment = read_text(options, "environment")
    inventory = load_inventory(Workspace(desk.root, desk.home))
    found = estimate(_needs(inventory, environment), _prices(inventory))
    today = desk.clock.now().date()
    for each in found.lines:
        desk.output.record(line_record(each))
    desk.output.record(total_record(found, environment, today))
    desk.output.line(f"{environment} on live platforms, a month, in {CURRENCY}")
    for line in table_lines(found, is_verbose=read_switch(options, "verbose")):
        desk.output.line(line)
    for line in total_lines(found, today):
        desk.output.line(line)
    if hint := next_line(found):
        desk.output.line(hint)
    return 0


def _prices(inventory: Inventory) -> PriceList:
    """The prices of the working folder.

    Raises:
        FileMissing: It has none.
    """
    if inventory.prices is None:
        raise FileMissing(
            f"inventory/{PRICES} is not there",
            hint="Make a working folder with `launchbook init DIR`, and copy the file "
            "from there.",
        )
    return PriceList(inventory.prices)


def _needs(inventory: Inventory, environment: str) -> Needs:
    """What the environment uses, its references followed; secrets stay closed.

    Raises:
        InputError: A reference leads to a value that does not fit.
    """
    view = inventory.view(environment, LIVE)
    resolver = view.resolver(Secret)
    document = inventory.environment(environment)
    resolved = cast("Mapping[str, object]", resolver.resolve(document.value, {}))
    validate_value(resolved, load_schema("inventory/environment"), document.locate)
    parts = {key: view.product.mapping()[key] for key in ("apps", "services", "team")}
    product = cast("Mapping[str, object]", resolver.resolve(parts, {}))
    zone = resolver.resolve({"dns": view.platform.mapping()["dns"]}, {})
    return read_needs(product, resolved, cast("Mapping[str, object]", zone))
