"""What a project's instance size decides.

Source: the vendor's page on compute and disk, table of connections by size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Size:
    """One instance size.

    Attributes:
        max_connections: Of the server itself.
        max_clients: Of the pooler.
    """

    max_connections: int
    max_clients: int


SIZES: Final = {
    "nano": Size(60, 200),
    "micro": Size(60, 200),
    "small": Size(90, 400),
    "medium": Size(120, 600),
    "large": Size(160, 800),
    "xlarge": Size(240, 1000),
    "2xlarge": Size(380, 1500),
    "4xlarge": Size(480, 3000),
    "8xlarge": Size(490, 6000),
    "12xlarge": Size(500, 9000),
    "16xlarge": Size(500, 12000),
}
DEFAULT_SIZE: Final = "micro"
