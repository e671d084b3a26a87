"""One text for all the usual addresses of one repository."""

from __future__ import annotations

import pytest

from helmforge.domain.source import source_url

GITHUB = "https://github.com/Shop/services"
FORMS = {
    GITHUB: [
        "https://github.com/Shop/services",
        "https://github.com/Shop/services.git",
        "https://github.com/Shop/services/",
        "https://github.com/Shop/services.git/",
        "https://github.com:443/Shop/services.git",
        "https://GitHub.com/Shop/services.git",
        "https://ada@github.com/Shop/services.git",
        "https://x-access-token:s3cr@t@github.com/Shop/services.git",
        "http://github.com/Shop/services.git",
        "http://github.com:80/Shop/services.git",
        "git://github.com/Shop/services.git",
        "git@github.com:Shop/services.git",
        "git@github.com:/Shop/services.git",
        "github.com:Shop/services",
        "ssh://git@github.com/Shop/services.git",
        "ssh://git@github.com:22/Shop/services.git",
        "ssh://git@ssh.github.com:443/Shop/services.git",
        "git+ssh://git@github.com/Shop/services.git",
    ],
    "https://git.example.com/a/b/c": [
        "https://git.example.com/a/b/c.git",
        "git@git.example.com:a/b/c.git",
        "ssh://git@git.example.com:2222/a/b/c.git",
    ],
    "https://dev.azure.com/org/My%20Project/_git/shop": [
        "https://org@dev.azure.com/org/My%20Project/_git/shop",
        "git@ssh.dev.azure.com:v3/org/My%20Project/shop",
        "ssh://git@ssh.dev.azure.com/v3/org/My%20Project/shop",
        "org@vs-ssh.visualstudio.com:v3/org/My%20Project/shop",
    ],
    "https://bitbucket.example.com/scm/team/shop": [
        "https://ada@bitbucket.example.com/scm/team/shop.git",
        "ssh://git@bitbucket.example.com:7999/team/shop.git",
    ],
    "http://localhost:3000/a/b": ["http://ada:pw@localhost:3000/a/b.git"],
    "https://git.example.com:8443/a/b": ["https://git.example.com:8443/a/b.git/"],
    "https://[::1]/a/b": ["ssh://git@[::1]:2222/a/b.git", "git@[::1]:a/b.git", "https://[::1]:443/a/b"],
    "https://[::1]:8443/a": ["https://[::1]:8443/a.git"],
    "/srv/git/shop": ["/srv/git/shop.git", "/srv/git/shop", "file:///srv/git/shop.git/"],
    "../odd:name/shop": ["../odd:name/shop.git"],
}


@pytest.mark.parametrize(("form", "same"), [(form, same) for same, forms in FORMS.items() for form in forms])
def test_every_form_of_a_repository_gives_the_same_text(form: str, same: str) -> None:
    assert source_url(form) == same
    assert source_url(same) == same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://github.com/shop/one", "https://github.com/shop/two"),
        ("https://github.com/shop/one", "https://gitlab.com/shop/one"),
        ("https://git.example.com:8443/a/b", "https://git.example.com:9443/a/b"),
        ("git@github.com:shop/one.git", "git@github.com:Shop/one.git"),
    ],
)
def test_other_repositories_give_other_texts(one: str, other: str) -> None:
    assert source_url(one) != source_url(other)


@pytest.mark.parametrize(
    "odd", ["", ":", "://", "@", "https://", "https://[", "x://[::1", "a@b@c:d", "[::1", "\n"]
)
def test_what_is_no_address_is_no_error(odd: str) -> None:
    assert "@c" not in source_url(odd)
