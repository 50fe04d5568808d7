"""Extensions that a project has and the binaries lack, as real extensions.

PostgreSQL looks for extensions in a folder of ours first (``extension_control_path``,
since version 18), so nothing is written into its own. The same folder holds copies of
some control files of its own that mark them as trusted: at the vendor the role
``postgres``, which is no superuser, may create these as well.
"""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.installation import give

if TYPE_CHECKING:
    from launchbook.sandbox.installation import Installation

PRIVILEGED: Final = (
    "amcheck",
    "autoinc",
    "bloom",
    "dblink",
    "dict_xsyn",
    "earthdistance",
    "insert_username",
    "moddatetime",
    "pg_buffercache",
    "pg_prewarm",
    "pg_stat_statements",
    "pg_walinspect",
    "pgrowlocks",
    "pgstattuple",
    "postgres_fdw",
    "refint",
    "vector",
)
"""What the vendor lets ``postgres`` create although PostgreSQL does not."""


def write_extensions(folder: Path, installation: Installation) -> Path:
    """Fill a folder with the extensions; return what the server must be told.

    Args:
        folder: Ours; replaced.
        installation: Whose control files are marked as trusted.
    """
    if installation.copy is not None:
        # Another user cannot look into folders of ours.
        folder = installation.copy / "more"
    shutil.rmtree(folder, ignore_errors=True)
    target = folder / "extension"
    target.mkdir(parents=True, mode=0o700)
    _copy_own(target)
    for found in _own_folders(installation):
        for name in PRIVILEGED:
            _copy_trusted(found, target, name)
    if installation.copy is not None and installation.owner is not None:
        give(folder, installation.owner)
    return folder


def _copy_own(target: Path) -> None:
    """Write the extensions of this package."""
    source = resources.files(__package__).joinpath("extension")
    for entry in source.iterdir():
        if entry.name.endswith((".control", ".sql")):
            (target / entry.name).write_bytes(entry.read_bytes())


def _own_folders(installation: Installation) -> list[Path]:
    """Where an installation has its extensions: the wheel's way, or a system's."""
    version = installation.folder.name
    candidates = (
        installation.folder / "share" / "extension",
        Path("/usr/share/postgresql") / version / "extension",
    )
    return [folder for folder in candidates if folder.is_dir()]


def _copy_trusted(source: Path, target: Path, name: str) -> None:
    """Copy an extension, marked as one that no superuser is needed for."""
    control = source / f"{name}.control"
    if not control.is_file():
        return
    text = control.read_text(encoding="utf-8") + "\ntrusted = true\n"
    (target / control.name).write_text(text, encoding="utf-8")
    for script in source.glob(f"{name}--*.sql"):
        shutil.copyfile(script, target / script.name)
