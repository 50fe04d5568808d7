"""The wheel is all that is needed: built, installed and used without the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("wheel")

ROOT = Path(__file__).parents[2]
SHIPPED = (
    "schemas/playbook.schema.json",
    "schemas/steps/railway.service.schema.json",
    "playbooks/staging.yml",
    "playbooks/infrastructure.yml",
    "inventory/product.yml",
    "inventory/environments/staging.yml",
    "inventory/platforms/sandbox.yml",
    "examples/vocilia",
)
READ_AT_RUN_TIME = (".graphql", ".sql", ".control", ".txt", ".typed")
"""Suffixes of what the program reads beside its own modules."""
LEFT_BEHIND = ("__pycache__", ".mypy_cache", ".ruff_cache", ".pyc", "node_modules")


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it, and a folder below which to work.

    Attributes:
        wheel: What was installed.
        scripts: The folder of its commands.
    """

    wheel: Path
    scripts: Path

    def run(self, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Type a command of the environment; it sees nothing of the checkout."""
        kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        return subprocess.run(
            [self.scripts / words[0], *words[1:]],
            cwd=cwd,
            env=kept,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def invoke(self, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Type ``invoke``; its script is not part of our wheel."""
        return self.run("python", "-m", "invoke", *words, cwd=cwd)

    def launchbook(self, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Type ``launchbook``."""
        return self.run("launchbook", *words, cwd=cwd)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, built from what version control knows, in a new environment."""
    folder = tmp_path_factory.mktemp("wheel")
    wheel = build_wheel(clean_copy(folder / "source"), folder / "dist")
    scripts = make_environment(folder / "environment", wheel)
    return Installed(wheel, scripts)


@pytest.fixture(scope="module")
def shop(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder, made by the installed command in an empty folder."""
    empty = tmp_path_factory.mktemp("empty")
    made = installed.launchbook("init", "shop", cwd=empty)
    assert (0, "") == (made.returncode, made.stderr)
    return empty / "shop"


def clean_copy(folder: Path) -> Path:
    """Copy the files that version control knows or would add; no caches."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    return folder


def build_wheel(source: Path, folder: Path) -> Path:
    """Build it with the installed backend; nothing is downloaded."""
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d"]
    done = subprocess.run(
        [*words, folder], cwd=source, check=False, capture_output=True, text=True
    )
    assert 0 == done.returncode, done.stderr
    (wheel,) = folder.iterdir()
    return wheel


def make_environment(folder: Path, wheel: Path) -> Path:
    """Install the wheel beside our dependencies; return the folder of its commands.

    The dependencies' folder joins by a ``.pth`` file, and a ``.pth`` file in there,
    as that of the editable installation, is not followed.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    words = [sys.executable, "-m", "pip", "--python", str(python), "install", "-qq"]
    options = ["--disable-pip-version-check", "--no-index", "--no-deps", "--no-compile"]
    done = subprocess.run(
        [*words, *options, wheel], check=False, capture_output=True, text=True
    )
    assert 0 == done.returncode, done.stderr
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python.parent


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as file:
        return set(file.namelist())


@pytest.mark.parametrize("path", SHIPPED)
def test_the_wheel_carries_the_working_folder(installed: Installed, path: str) -> None:
    carried = [name for name in names_in(installed.wheel) if name.startswith(
        f"launchbook/data/{path}")]  # fmt: skip
    assert [] != carried


def test_the_wheel_carries_every_file_that_the_program_reads(
    installed: Installed,
) -> None:
    package = ROOT / "src" / "launchbook"
    needed = {
        f"launchbook/{path.relative_to(package).as_posix()}"
        for path in package.rglob("*")
        if path.suffix in READ_AT_RUN_TIME
    }
    named = {Path(name).name for name in needed}
    assert {
        "py.typed",
        "bootstrap.sql",
        "schema.graphql",
        "not_emulated.txt",
        "pg_cron.control",
        "pg_cron--1.6.sql",
        "projects.graphql",
    } <= named
    assert set() == needed - names_in(installed.wheel)


def test_the_wheel_carries_the_reference_product_whole(installed: Installed) -> None:
    top = "launchbook/data/examples/vocilia/"
    carried = {
        name.removeprefix(top)
        for name in names_in(installed.wheel)
        if name.startswith(top)
    }
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    source = ROOT / "examples" / "vocilia"
    listed = subprocess.run(words, cwd=source, check=True, capture_output=True)
    known = set(filter(None, listed.stdout.decode().split("\0")))
    assert {name for name in known if (source / name).exists()} == carried


def test_the_wheel_carries_nothing_that_a_build_left_behind(
    installed: Installed,
) -> None:
    assert [] == [
        name
        for name in names_in(installed.wheel)
        if any(part in name for part in LEFT_BEHIND)
        or name.startswith(("tests/", "src/"))
    ]


def test_the_installed_package_is_what_is_imported(
    installed: Installed, shop: Path
) -> None:
    text = "import launchbook, launchbook.sandbox as s; print(launchbook.__file__, s.__file__)"
    told = installed.run("python", "-c", text, cwd=shop)
    environment = installed.scripts.parent
    assert [True, True] == [
        Path(each).is_relative_to(environment) for each in told.stdout.split()
    ], told.stdout + told.stderr


def test_the_new_folder_holds_all_that_a_person_edits(shop: Path) -> None:
    assert [
        ".gitignore",
        "examples",
        "inventory",
        "playbooks",
        "tasks.py",
    ] == sorted(path.name for path in shop.iterdir())
    lines = (shop / "tasks.py").read_text().splitlines()
    assert 3 == len(lines)
    shipped = below(ROOT / "playbooks")
    assert "parts/application.yml" in shipped
    assert shipped == below(shop / "playbooks")


@pytest.mark.parametrize("command", ["invoke", "launchbook"])
def test_both_commands_list_the_tasks_of_the_new_folder(
    installed: Installed, shop: Path, command: str
) -> None:
    run = installed.invoke if command == "invoke" else installed.launchbook
    told = run("--list", cwd=shop)
    assert (0, "") == (told.returncode, told.stderr)
    for name in ("provision.staging", "sandbox.up", "ledger.show", "inventory.check"):
        assert f"  {name} " in told.stdout


def test_the_new_folder_is_valid(installed: Installed, shop: Path) -> None:
    told = installed.invoke("inventory.check", cwd=shop)
    assert (0, "") == (told.returncode, told.stderr)
    assert "inventory  every file is valid" == told.stdout.splitlines()[0]
    assert not (shop / ".launchbook").exists()


def test_a_folder_that_holds_something_is_refused(
    installed: Installed, tmp_path: Path
) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "mine.txt").write_text("mine")
    told = installed.launchbook("init", "shop", cwd=tmp_path)
    assert (2, "") == (told.returncode, told.stdout)
    assert "error[input-error]: shop exists and is not an empty folder" in told.stderr
    assert ["mine.txt"] == [path.name for path in (tmp_path / "shop").iterdir()]


def below(folder: Path) -> set[str]:
    """The files below a folder, by their paths in it."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    }
