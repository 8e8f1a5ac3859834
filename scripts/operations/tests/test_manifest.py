"""A backup that is not what was written is refused, with a line that says why."""

import json
import tarfile

import pytest
from operations import archive, manifest
from stack.console import StackError


@pytest.fixture
def made(tmp_path):
    """A backup as far as its manifest knows."""
    folder = tmp_path / "backup"
    folder.mkdir()
    for name in manifest.REQUIRED:
        (folder / name).write_bytes(name.encode() * 100)
    manifest.write(folder, {"release": "19.0.1.0.0"})
    return folder


def test_what_was_written_is_read(made):
    assert set(manifest.read(made)["parts"]) == set(manifest.REQUIRED)


def test_one_changed_byte_is_found(made):
    path = made / "timeseries.dump"
    content = bytearray(path.read_bytes())
    content[50] ^= 1
    path.write_bytes(content)
    with pytest.raises(StackError, match=r"timeseries\.dump is not what was written"):
        manifest.read(made)


def test_a_part_that_is_cut_off_is_found(made):
    path = made / "odoo.dump"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StackError, match="899 bytes, and 900 were written"):
        manifest.read(made)


def test_a_part_that_is_missing_is_named(made):
    (made / "filestore.tar").unlink()
    with pytest.raises(StackError, match=r"filestore\.tar is missing"):
        manifest.read(made)


def test_a_backup_that_was_cut_off_has_no_manifest(made):
    (made / manifest.NAME).unlink()
    with pytest.raises(StackError, match="no complete backup"):
        manifest.read(made)


def test_another_format_names_the_release_that_made_it(made):
    path = made / manifest.NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 2}))
    with pytest.raises(StackError, match="format 2, and this program reads 1") as error:
        manifest.read(made)
    assert "19.0.1.0.0" in error.value.remedy


def test_a_part_of_the_manifest_that_leads_elsewhere_is_not_followed(made):
    about = json.loads((made / manifest.NAME).read_text())
    about["parts"]["../secret"] = {"bytes": 1, "sha256": ""}
    (made / manifest.NAME).write_text(json.dumps(about))
    (made.parent / "secret").write_text("x")
    with pytest.raises(StackError, match="secret is missing"):
        manifest.read(made)


def test_a_folder_comes_back_with_its_modes_and_only_its_owner_reads_it(tmp_path):
    source = tmp_path / "ca"
    (source / "clients").mkdir(parents=True)
    (source / "ca.key").write_text("key")
    (source / "ca.key").chmod(0o600)
    (source / "clients" / "a.crt").write_text("a")
    archive.pack(tmp_path / "ca.tar", {"certificates": source})
    assert (tmp_path / "ca.tar").stat().st_mode & 0o077 == 0
    target = tmp_path / "new"
    assert archive.unpack(tmp_path / "ca.tar", "certificates", target) == 2
    assert (target / "ca.key").stat().st_mode & 0o777 == 0o600
    assert (target / "clients" / "a.crt").read_text() == "a"


def test_nothing_is_unpacked_over_what_is_there(tmp_path):
    archive.pack(tmp_path / "x.tar", {})
    target = tmp_path / "used"
    target.mkdir()
    (target / "file").touch()
    with pytest.raises(StackError, match="is not empty"):
        archive.unpack(tmp_path / "x.tar", "x", target)


def test_keys_are_encrypted_and_only_the_passphrase_opens_them(tmp_path):
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("the right one\n")
    wrong.write_text("another one\n")
    plain = tmp_path / "certificates.tar"
    plain.write_bytes(b"-----BEGIN EC PRIVATE KEY-----" * 10)
    closed = archive.encrypt(plain, right)
    assert not plain.exists()
    assert b"PRIVATE KEY" not in closed.read_bytes()
    archive.decrypt(closed, plain, right)
    assert plain.read_bytes().startswith(b"-----BEGIN EC PRIVATE KEY")
    with pytest.raises(StackError, match="could not read"):
        archive.decrypt(closed, tmp_path / "y", wrong)
    with pytest.raises(StackError, match="is encrypted"):
        archive.decrypt(closed, tmp_path / "y", None)


@pytest.mark.parametrize("way_out", ["x/../../outside", "x/{folder}/outside"])
def test_an_archive_that_leads_elsewhere_is_refused(tmp_path, way_out):
    with tarfile.open(tmp_path / "y.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo(way_out.format(folder=tmp_path)))
    with pytest.raises(StackError, match="holds what no backup has"):
        archive.unpack(tmp_path / "y.tar", "x", tmp_path / "new")
    assert not (tmp_path / "outside").exists()
