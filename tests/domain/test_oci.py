"""References of the OCI specifications."""

from __future__ import annotations

import pytest

from helmforge.domain.oci import Digest, ImageRef, RegistryHost, Repository
from helmforge.errors import UsageError

SHA = "sha256:" + "0123456789abcdef" * 4
SHOP = Repository(RegistryHost("myrepo.cr.io"), "prod/shop")


def test_a_digest() -> None:
    assert Digest.parse(SHA) == SHA
    assert Digest.parse(SHA).short == "0123456789ab"
    assert Digest.parse("sha512:" + "a" * 128)


@pytest.mark.parametrize(
    "text", ["", "sha256:", SHA[:-1], SHA + "0", SHA.upper(), SHA[7:], SHA + "\n", "md5:" + "a" * 32]
)
def test_what_is_no_digest(text: str) -> None:
    with pytest.raises(UsageError, match="is not a digest"):
        Digest.parse(text)


@pytest.mark.parametrize(
    ("host", "plain"),
    [
        ("localhost", True),
        ("localhost:5000", True),
        ("127.0.0.1:5000", True),
        ("127.8.9.1", True),
        ("[::1]:5000", True),
        ("myrepo.cr.io", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
        ("128.0.0.1", False),
        ("registry:443", False),
    ],
)
def test_only_loopback_is_plain_http(host: str, *, plain: bool) -> None:
    assert RegistryHost(host).plain_http is plain
    assert RegistryHost(host, insecure=True).plain_http


@pytest.mark.parametrize(
    "host",
    [
        "",
        "-x",
        "x-",
        "a/b",
        "https://x",
        "user@x",
        "x:",
        "x:port",
        "x:123456",
        "x:65536",
        "127.0.0.1:99999",
        "a b",
        "x\n",
        "[::2]",
        "$(id)",
    ],
)
def test_what_is_no_host(host: str) -> None:
    with pytest.raises(UsageError, match="is not a registry host"):
        RegistryHost(host)


@pytest.mark.parametrize("path", ["shop", "prod/shop", "a.b/c_d/e__f/g--h", "1/2"])
def test_a_repository(path: str) -> None:
    assert str(Repository(RegistryHost("localhost:5000"), path)) == f"localhost:5000/{path}"


@pytest.mark.parametrize(
    "path", ["", "/x", "x/", "a//b", "X", "..", "a/../b", "a b", "a:b", "a@b", "-x", "_x", "a\n"]
)
def test_what_is_no_repository(path: str) -> None:
    with pytest.raises(UsageError, match="is not a repository path"):
        Repository(RegistryHost("localhost:5000"), path)


def test_references() -> None:
    assert str(SHOP.tagged("v1.2.3")) == "myrepo.cr.io/prod/shop:v1.2.3"
    assert str(SHOP.at(Digest(SHA))) == f"myrepo.cr.io/prod/shop@{SHA}"
    assert SHOP.tagged("v1.2.3").reference == "v1.2.3"
    assert SHOP.at(Digest(SHA)).reference == SHA


@pytest.mark.parametrize("tag", ["", ".x", "-x", "a/b", "a:b", "1.0.0+x", "a b", "x\n", "a" * 129])
def test_what_is_no_tag(tag: str) -> None:
    with pytest.raises(UsageError, match="is not a tag"):
        SHOP.tagged(tag)


def test_a_reference_has_a_tag_or_a_digest() -> None:
    with pytest.raises(UsageError, match="a tag or a digest"):
        ImageRef(SHOP)
    with pytest.raises(UsageError, match="a tag or a digest"):
        ImageRef(SHOP, tag="v1", digest=Digest(SHA))
