"""Settings: what is typed, what comes of it, and that the page about them is current."""

import dataclasses
import ipaddress
from pathlib import Path

import pytest

from server.addresses import reachable_address
from server.origins import answers_to, may_talk
from server.settings import BadSetting, Settings, read_settings
from server.typed_settings import Typed, argument_parser, settings_page

ROOT = Path(__file__).parents[2]
PUBLIC = ["--public-url", "https://dialog.example.org"]


def settings(*arguments: str) -> Settings:
    return read_settings(arguments, {})


def test_the_command_line_wins_over_the_environment() -> None:
    environment = {"DIALOGTISCH_PORT": "8100", "DIALOGTISCH_HOST": "127.0.0.1"}
    found = read_settings(["--port", "8200"], environment)
    assert (found.host, found.port) == ("127.0.0.1", 8200)


def test_without_anything_typed_the_store_is_the_embedded_one() -> None:
    found = settings()
    assert found.redis_url is None
    assert found.data == Path("data").resolve()


@pytest.mark.parametrize(
    "wrong",
    [
        ["--port", "http"],
        ["--port", "70000"],
        ["--fanout", "carrier-pigeon"],
        ["--public-url", "dialog.example.org"],
        ["--public-url", "https://example.org/dialog"],
        ["--allowed-origins", "https://fine.example.org, not-an-address"],
        ["--source-url", "javascript:alert(1)"],
    ],
)
def test_a_setting_that_makes_no_sense_is_named(wrong: list[str]) -> None:
    with pytest.raises(BadSetting, match=wrong[0].strip("-").replace("-", "_")):
        settings(*wrong)


def test_the_public_address_ends_without_a_slash() -> None:
    assert settings("--public-url", "https://Dialog.example.org/").public_url == PUBLIC[1]


def test_the_address_of_the_source_stays_as_it_was_typed() -> None:
    assert settings("--source-url", "https://example.org/Town/").source_url.endswith("/Town/")


def test_the_join_address_names_a_machine_others_can_reach() -> None:
    address = reachable_address("0.0.0.0")
    if address == "localhost":
        pytest.skip("this machine has no network at all")
    assert not ipaddress.ip_address(address.strip("[]")).is_loopback
    assert settings("--port", "8123").public_url == f"http://{address}:8123"


def test_a_server_for_this_machine_only_is_not_advertised_elsewhere() -> None:
    assert settings("--host", "127.0.0.1").public_url == "http://127.0.0.1:8000"


def test_cookies_insist_on_https_when_people_come_by_https() -> None:
    assert settings(*PUBLIC).secure
    assert not settings().secure


@pytest.mark.parametrize(
    "host",
    [
        "dialog.example.org",
        "DIALOG.example.org:443",
        "localhost:8000",
        "127.0.0.1",
        "[::1]:8000",
        "192.168.178.23:8000",
        "10.0.0.7",
        "tisch.local:80",
    ],
)
def test_we_answer_to_our_names_and_to_plain_addresses(host: str) -> None:
    assert answers_to(settings(*PUBLIC, "--allowed-hosts", "tisch.local"), host)


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example.com",
        "dialog.example.org.evil.com",
        "localhost.evil.com",
        "dialog.example.org@evil.com",
        "evil.com#dialog.example.org",
        "127.0.0.1.evil.com",
        "dialog.example.org:80:80",
        "dialog.example.org:http",
        "dialog.example.org/",
        "[::1",
        "dialog.example.org evil.com",
        "dialog.example.org, evil.com",
        "0x7f.1.evil",
        "\\localhost",
    ],
)
def test_we_do_not_answer_to_other_names(host: str | None) -> None:
    assert not answers_to(settings(*PUBLIC), host)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://dialog.example.org", "dialog.example.org"),
        ("http://192.168.1.20:8000", "192.168.1.20:8000"),
        ("https://www.example.org", "192.168.1.20:8000"),
        (None, "192.168.1.20:8000"),
    ],
)
def test_our_own_pages_and_allowed_ones_may_talk_to_us(origin: str | None, host: str) -> None:
    assert may_talk(settings(*PUBLIC, "--allowed-origins", "https://www.example.org"), origin, host)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://evil.example.com",
        "http://192.168.1.20",
        "http://192.168.1.20:8001",
        "https://192.168.1.20:8000.evil.com",
        "file://192.168.1.20:8000",
        "192.168.1.20:8000",
        "http://192.168.1.20:8000/",
        "http://evil.com@192.168.1.20:8000",
    ],
)
def test_other_sites_may_not_talk_to_us(origin: str) -> None:
    assert not may_talk(settings(*PUBLIC), origin, "192.168.1.20:8000")


def test_every_setting_has_an_option_and_a_sentence() -> None:
    options = argument_parser().format_help()
    for field in dataclasses.fields(Typed):
        assert f"--{field.name.replace('_', '-')}" in options
        assert field.metadata["about"].endswith(".")


def test_the_settings_page_is_current() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert page == settings_page(), "run: python -m server docs"
