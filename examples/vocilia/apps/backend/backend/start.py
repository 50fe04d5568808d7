"""What the three processes have in common when they start."""

from __future__ import annotations

import os
import sys

from backend import log
from backend.config import Config, ConfigurationError, read_config

EXIT_CONFIGURATION = 78  # EX_CONFIG of sysexits.h


def configured(*, needs_port: bool) -> Config:
    """Return the configuration, or say what is wrong with it and end the process."""
    try:
        config = read_config(os.environ, needs_port=needs_port)
    except ConfigurationError as error:
        lines = "\n".join(f"  - {problem}" for problem in error.problems)
        sys.stderr.write(f"configuration error: cannot start\n{lines}\n")
        raise SystemExit(EXIT_CONFIGURATION) from None
    log.configure(config.log_level)
    return config
