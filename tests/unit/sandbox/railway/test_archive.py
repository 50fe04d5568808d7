"""Archives are unpacked without escape."""

import io
import tarfile
from pathlib import Path

import pytest

from launchbook.sandbox.railway.archive import (
    HAS_FILTERS,
    InvalidArchive,
    check_archive,
    unpack,
)
from tests.support.railway_account import not_a_tarball, tarball


def saved(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "source.tar.gz"
    path.write_bytes(content)
    return path


def linked(name: str, target: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = tarfile.SYMTYPE, target
        archive.addfile(member)
    return buffer.getvalue()


@pytest.mark.parametrize("has_filters", [HAS_FILTERS, False])
def test_files_and_folders_come_out_as_they_went_in(
    tmp_path: Path, has_filters: bool
) -> None:
    path = saved(tmp_path, tarball({"a.txt": "a", "b/c.txt": "c"}))
    assert 2 == unpack(path, tmp_path / "out", has_filters=has_filters)
    assert (tmp_path / "out" / "b" / "c.txt").read_text() == "c"


@pytest.mark.parametrize("has_filters", [HAS_FILTERS, False])
@pytest.mark.parametrize(
    "content",
    [tarball({"../out.txt": "x"}), linked("link", "/etc"), linked("link", "../..")],
    ids=["a name", "an absolute link", "a relative link"],
)
def test_what_leads_out_is_refused(
    tmp_path: Path, content: bytes, has_filters: bool
) -> None:
    path = saved(tmp_path, content)
    with pytest.raises(InvalidArchive):
        unpack(path, tmp_path / "out", has_filters=has_filters)
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize(
    "content", [b"", b"text", not_a_tarball()], ids=["empty", "text", "gzip"]
)
def test_what_is_no_tarball_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InvalidArchive):
        check_archive(saved(tmp_path, content))
