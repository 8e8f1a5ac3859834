"""Tokens, names, and what the broker reads."""

import base64
import hashlib
import os
import stat

import pytest

from smartdairy_iot.identity.export import (
    ExportError,
    Folder,
    render_acl,
    render_passwd,
    users_of,
)
from smartdairy_iot.identity.names import is_reserved
from smartdairy_iot.identity.token import hash_token, make_token


def test_a_token_is_long_and_never_the_same():
    tokens = {make_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}


def test_the_hash_is_what_mosquitto_computes():
    _, kind, iterations, salt, digest = hash_token("secret").split("$")
    assert kind == "7"
    raw = base64.b64decode(salt)
    assert len(raw) == 12, "Mosquitto takes no other"
    expected = hashlib.pbkdf2_hmac("sha512", b"secret", raw, int(iterations), 64)
    assert base64.b64decode(digest) == expected


def test_two_devices_with_one_token_have_not_one_hash():
    assert hash_token("secret") != hash_token("secret")


@pytest.mark.parametrize("name", ["admin", "Admin", "iot_consumer", "DASHBOARD"])
def test_the_names_of_services_are_reserved_in_any_case(name):
    assert is_reserved(name)


def test_what_the_administrator_has_written_comes_first():
    text = render_passwd("admin:$7$1$a$b", {"B": "$7$2", "A": "$7$1"})
    assert text == "admin:$7$1$a$b\nA:$7$1\nB:$7$2\n"


@pytest.mark.parametrize("name", ["admin", "vet", "iot_consumer", "bridge"])
def test_no_token_is_for_somebody_with_rights_of_their_own(name):
    others = users_of("user bridge\ntopic write z/#\n", "admin:x\nvet:y\n")
    with pytest.raises(ExportError, match=f"reserved: {name}"):
        render_passwd("admin:x\nvet:y\n", {name: "z"}, others)


def test_nobody_with_rights_of_their_own_is_denied_them():
    acl = "user bridge\ntopic write z/#\n"
    assert render_acl(acl, {"bridge"}, users_of(acl, "")) == acl


def test_who_is_denied_stands_below_the_roles_and_a_service_never_does():
    text = render_acl("pattern write %u", {"B", "A", "iot_consumer"})
    assert text.startswith("pattern write %u\n")
    assert text.endswith("user A\ntopic deny #\nuser B\ntopic deny #\n")
    assert "iot_consumer" not in text


def test_without_anybody_denied_the_list_is_the_administrators_own():
    assert render_acl("pattern write %u\n", set()) == "pattern write %u\n"


def test_files_are_replaced_and_the_generation_counts(tmp_path):
    folder = Folder(tmp_path, "farm 1")
    folder.write({"acl": b"one"}, "reload")
    with open(tmp_path / "acl", "rb") as reader:  # a broker that is reading
        folder.write({"acl": b"two", "passwd": b"x"}, "restart")
        assert reader.read() == b"one"
    assert folder.read("acl") == b"two"
    assert folder.read("generation") == b"2 restart\n"
    assert stat.S_IMODE(os.stat(tmp_path / "passwd").st_mode) == 0o640
    assert not list(tmp_path.glob(".*")), "nothing half is left"


def test_the_generation_is_written_last(tmp_path, monkeypatch):
    order = []
    replace = Folder._replace
    monkeypatch.setattr(
        Folder,
        "_replace",
        lambda self, name, text: order.append(name) or replace(self, name, text),
    )
    Folder(tmp_path, "x").write({"acl": b"", "passwd": b"", "crl.pem": b""}, "reload")
    assert order[-1] == "generation"


def test_two_databases_never_write_into_one_folder(tmp_path):
    Folder(tmp_path, "farm 1").write({"acl": b"one"}, "reload")
    Folder(tmp_path, "farm 1").check()
    with pytest.raises(ExportError, match="foreign: farm 1"):
        Folder(tmp_path, "copy 2").check()


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ExportError, match="missing"):
        Folder(tmp_path / "no", "x").check()
