"""The installation's secret and the algorithms: where it comes from, how both are changed."""

import re
import time
from pathlib import Path

import pytest
from open_server import open_server
from program import ORGANISER_LINK, Program

from rooms.log import MemoryLog
from rooms.messages import LinkId
from server.algorithms import FIRST, GENERATIONS, SECOND
from server.keys import PROLONGED_AFTER_SECONDS, Keys
from server.organiser_link import EVERY_LINK_ENDED, organiser_link, tell_link
from server.phones import Desk
from server.setting_checks import BadSetting
from server.settings import read_settings
from server.shells import STATIC

session_loop = pytest.mark.asyncio(loop_scope="session")
needs_client = pytest.mark.skipif(
    not (STATIC / "manifest.json").exists(), reason="the client is not built; ./run test builds it"
)
SECRET = bytes(range(32))
OLD, NEW, BETWEEN = (Keys(SECRET, made) for made in ([FIRST], [SECOND], [SECOND, FIRST]))
LINK = LinkId("one")


# Algorithms


def test_a_link_of_the_older_generation_is_good_while_both_are_believed() -> None:
    older = OLD.link_fragment("ABCDEFGH", LINK)
    newer = BETWEEN.link_fragment("ABCDEFGH", LINK)
    assert older != newer == NEW.link_fragment("ABCDEFGH", LINK)
    good = [(keys, made) for keys in (OLD, BETWEEN, NEW) for made in (older, newer)]
    believed = [keys.is_link(made, "ABCDEFGH", LINK) for keys, made in good]
    assert believed == [True, False, True, True, False, True]
    assert not BETWEEN.is_link(newer, "ABCDEFGH", LinkId("two"))


def test_so_is_the_organisers() -> None:
    older, newer = OLD.organiser_fragment(2), NEW.organiser_fragment(2)
    for made in (older, newer):
        assert BETWEEN.is_organiser(made, 2)
        assert not BETWEEN.is_organiser(made, 1)
    assert not NEW.is_organiser(older, 2)
    assert not OLD.is_organiser(newer, 2)


def test_a_cookie_goes_over_to_the_newer_generation_by_being_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    older = OLD.signed("ABCDEFGH", "one", "session")
    assert BETWEEN.session_of(older, "ABCDEFGH", "one") == "session"
    assert NEW.session_of(older, "ABCDEFGH", "one") is None
    later = time.time() + PROLONGED_AFTER_SECONDS + 10
    monkeypatch.setattr(time, "time", lambda: later)
    newer = BETWEEN.prolonged(older)
    assert newer is not None
    assert NEW.session_of(newer, "ABCDEFGH", "one") == "session"
    assert OLD.session_of(newer, "ABCDEFGH", "one") is None


@pytest.mark.parametrize("change", ["", "1-", "3-", "2", "-", "2-2-"])
def test_a_mark_that_was_changed_opens_nothing(change: str) -> None:
    for keys in (OLD, NEW):
        said = keys.signed("ABCDEFGH", "one", "session").removeprefix("2-")
        if change or keys is NEW:
            assert BETWEEN.session_in(f"{change}{said}") is None


def test_every_generation_has_128_bits_or_more() -> None:
    for generation in GENERATIONS.values():
        assert generation.link_bytes >= 16
        assert generation.digest().digest_size >= 32


@pytest.mark.parametrize("wrong", ["", "3", "1,1", "md5", "1;2"])
def test_what_is_no_generation_is_named(wrong: str) -> None:
    with pytest.raises(BadSetting, match="algorithms"):
        read_settings(["--algorithms", wrong], {})


@session_loop
async def test_the_setting_changes_what_is_made_and_what_is_believed(built_client: Path) -> None:
    log = MemoryLog()
    older = Keys(await log.secret()).organiser_fragment()
    async with open_server(log, built_client, "--algorithms", "2,1") as server:
        await server.enter(older)
        made = await server.new_dialogue()
        fragment = made["moderator_link"].partition("#")[2]
        assert fragment.rpartition(".")[2].startswith("2-")
        async with server.another_browser() as other:
            await other.enter(fragment)
            links = await other.links(made["code"])
        assert all(".2-" in link["url"] for link in links)
    async with open_server(log, built_client, "--algorithms", "2") as server:
        refused = await server.post("/api/enter", {"secret": older})
        assert (await refused.json())["reason"] == "unknown_link"


# The secret


def laid_down(folder: Path, digits: str) -> Path:
    file = folder / "secret"
    file.write_text(digits)
    return file


def test_a_secret_that_is_laid_down_is_read_and_shown_nowhere(tmp_path: Path) -> None:
    file = laid_down(tmp_path, SECRET.hex() + "\n")
    settings = read_settings(["--secret-file", str(file)], {})
    assert settings.secret == SECRET
    assert SECRET.hex() not in repr(settings)
    assert repr(SECRET) not in repr(settings)


@pytest.mark.parametrize("digits", ["", "abc", "00" * 31, "password" * 8])
def test_a_secret_that_could_be_guessed_is_not_taken(tmp_path: Path, digits: str) -> None:
    with pytest.raises(BadSetting, match="secret_file") as told:
        read_settings(["--secret-file", str(laid_down(tmp_path, digits))], {})
    assert not digits or digits not in str(told.value)


@session_loop
async def test_links_are_made_from_the_secret_that_is_laid_down(
    short_folder: Path, tmp_path: Path
) -> None:
    file = laid_down(tmp_path, SECRET.hex())
    here = ["--host", "127.0.0.1", "--data", str(short_folder), "--secret-file", str(file)]
    link = await organiser_link(read_settings(here, {}))
    assert link.endswith(Keys(SECRET).organiser_fragment())
    kept = everything(short_folder)
    assert SECRET not in kept
    assert b"dialogtisch:secret" not in kept


def test_a_password_and_a_token_may_lie_in_files_too(tmp_path: Path) -> None:
    store, token = tmp_path / "store", tmp_path / "token"
    store.write_text("redis://:secret@10.0.0.5:6379/0\n")
    token.write_text("a-token-of-more-than-twenty-letters\n")
    environment = {
        "DIALOGTISCH_REDIS_URL_FILE": str(store),
        "DIALOGTISCH_METRICS_TOKEN_FILE": str(token),
        "DIALOGTISCH_HOST_FILE": str(store),
    }
    settings = read_settings([], environment)
    assert settings.redis_url == "redis://:secret@10.0.0.5:6379/0"
    assert settings.metrics_token == "a-token-of-more-than-twenty-letters"
    assert settings.host == "0.0.0.0", "only what is secret"
    with pytest.raises(BadSetting, match="redis_url"):
        read_settings([], {"DIALOGTISCH_REDIS_URL_FILE": str(tmp_path / "nowhere")})


def test_a_secret_that_is_laid_down_is_not_renewed_here(tmp_path: Path) -> None:
    file = laid_down(tmp_path, SECRET.hex())
    with pytest.raises(BadSetting, match="lay down another one"):
        tell_link(["--new-secret", "--secret-file", str(file), "--data", str(tmp_path)])


@session_loop
@needs_client
async def test_a_new_secret_ends_every_link_and_every_cookie(short_folder: Path) -> None:
    here = ("--host", "127.0.0.1", "--data", str(short_folder))
    server = Program(*here, "--port", "0")
    await server.start()
    organiser = await Desk.of_organiser(link := await server.says(ORGANISER_LINK))
    asked = {"template": "zukunftswerkstatt", "languages": ["de"]}
    made = await organiser.post("/api/dialogues", asked)
    refused = await told("link", "--new-secret", *here)
    assert "is in use" in refused, "not while the server runs, which would not hear of it"
    await server.end()
    before = stored(short_folder)
    said = await told("link", "--new-secret", *here)
    assert EVERY_LINK_ENDED in said
    fresh = ORGANISER_LINK.search(said)
    assert fresh
    assert fresh[0].partition("#")[2] != link.partition("#")[2]
    assert before
    assert not [secret for secret in before if secret in everything(short_folder)]

    again = Program(*here, "--port", "0")
    await again.start()
    assert (await again.says(ORGANISER_LINK)).partition("#")[2] == fresh[0].partition("#")[2]
    url = (await again.says(ORGANISER_LINK)).partition("/enter")[0]
    for ended in (link, made["moderator_link"]):
        stranger = Desk(url)
        with pytest.raises(Exception, match="unknown_link"):
            await stranger.enter(ended.partition("#")[2])
    desk = await Desk.of_organiser(await again.says(ORGANISER_LINK))
    assert [one["code"] for one in (await desk.get("/api/dialogues"))["dialogues"]] == [
        made["code"]
    ]
    await again.end()


def everything(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def stored(folder: Path) -> set[bytes]:
    """The secrets in the store's file, as it is written there."""
    return set(re.findall(rb"dialogtisch:secret\r\n\$32\r\n(.{32})", everything(folder), re.DOTALL))


async def told(*arguments: str) -> str:
    program = Program(*arguments)
    await program.start()
    await program.ended()
    return program.said
