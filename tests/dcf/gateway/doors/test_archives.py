"""Code is put under the SHA-256 of its bytes."""

import hashlib


def test_an_archive_must_be_what_its_name_says(ask):
    data = b"not what the name says"
    wrong = ask("PUT", "/system/archives/" + "0" * 64, data=data)
    assert (wrong.status_code, "sha256 is" in wrong.text) == (400, True)
    assert ask("PUT", "/system/archives/..%2F..%2Fevil", data=data).status_code == 400
    digest = hashlib.sha256(data).hexdigest()
    assert ask("HEAD", f"/system/archives/{digest}").status_code == 404
    assert ask("PUT", f"/system/archives/{digest}", data=data).status_code == 201
    assert ask("HEAD", f"/system/archives/{digest}").status_code == 200
