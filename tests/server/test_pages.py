"""Pages: which address shows what, in which words, with which headers; and the client's files."""

import asyncio
import re
from pathlib import Path

import pytest
from open_server import OpenServer, open_server
from yarl import URL

from rooms.log import MemoryLog
from server.codes import CODE_ALPHABET, shown_code, typed_code
from server.shells import PAGES, ClientNotBuilt, preferred_language, read_manifest

CLIENT = Path(__file__).parents[2] / "client"
SCRIPT = "/static/phone-ABCD2345.js"
session_loop = pytest.mark.asyncio(loop_scope="session")


def metas(html: str) -> dict[str, str]:
    return dict(re.findall(r'<meta name="([^"]+)" content="([^"]*)">', html))


@pytest.mark.parametrize(
    "typed", ["ABCD-EFGH", "abcd-efgh", "ABCDEFGH", " abcd efgh ", "ABCD-EFGH-3", "abcdefgh-12"]
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    found = typed_code(typed)
    assert found is not None
    assert found.code == "ABCDEFGH"
    assert found.table == {"ABCD-EFGH-3": 3, "abcdefgh-12": 12}.get(typed)


@pytest.mark.parametrize("typed", ["", "ABCD", "ABCD-EFG", "ABCD-EFGI", "ABCD-EFG0", "ABCD--EFGH"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert typed_code(typed) is None


def test_codes_have_no_look_alikes() -> None:
    assert len(CODE_ALPHABET) == 32
    assert not set("01IO") & set(CODE_ALPHABET)
    assert shown_code("ABCDEFGH") == "ABCD-EFGH"


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("ar", "ar"),
        ("en-GB,en;q=0.9", "en"),
        ("fr,ar;q=0.4,en;q=0.8", "en"),
        ("uk", "de"),
        ("", "de"),
        ("*;q=x, en", "en"),
    ],
)
def test_a_page_speaks_what_the_browser_asks_for(wish: str, language: str) -> None:
    assert preferred_language(wish) == language


def test_every_page_has_a_folder_in_the_client() -> None:
    assert {folder.name for folder in (CLIENT / "pages").iterdir()} >= set(PAGES)


def test_a_client_that_is_not_built_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ClientNotBuilt, match="build the client"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text('{"phone": {"scripts": [], "styles": []}}')
    with pytest.raises(ClientNotBuilt, match="start"):
        read_manifest(tmp_path)


@session_loop
@pytest.mark.parametrize(
    ("path", "page"), [("/", "start"), ("/enter", "enter"), ("/organise", "organise")]
)
async def test_pages_without_a_dialogue(server: OpenServer, path: str, page: str) -> None:
    response = await server.get(path)
    html = await response.text()
    assert response.status == 200
    assert metas(html)["page"] == page
    assert metas(html)["protocol"] == "1"
    assert metas(html)["public-url"] == server.url
    assert f'<script type="module" src="/static/{page}-ABCD2345.js"></script>' in html
    assert f'<link rel="stylesheet" href="/static/{page}-WXYZ6789.css">' in html


@session_loop
@pytest.mark.parametrize("page", ["moderate", "board", "host", "print"])
async def test_staff_pages_of_a_dialogue(organiser: OpenServer, page: str) -> None:
    code = (await organiser.new_dialogue())["code"]
    facts = metas(await (await organiser.get(f"/{page}/{code}?link=abc")).text())
    assert (facts["page"], facts["code"]) == (page, code)


@session_loop
async def test_the_table_of_a_qr_code_is_named_to_the_phone(organiser: OpenServer) -> None:
    code = (await organiser.new_dialogue())["code"]
    with_table = metas(await (await organiser.get(f"/{code}/3")).text())
    without = metas(await (await organiser.get(f"/{code}")).text())
    assert (with_table["page"], with_table["code"], with_table["table"]) == ("phone", code, "3")
    assert "table" not in without


@session_loop
async def test_however_a_code_is_typed_there_is_one_address(organiser: OpenServer) -> None:
    code = (await organiser.new_dialogue())["code"]
    for path, canonical in {
        f"/{shown_code(code)}": f"/{code}",
        f"/{shown_code(code).lower()}-4": f"/{code}/4",
        f"/moderate/{shown_code(code)}?link=a%26b": f"/moderate/{code}?link=a%26b",
    }.items():
        response = await organiser.get(path, allow_redirects=False)
        assert (response.status, response.headers["location"]) == (307, canonical)


@session_loop
@pytest.mark.parametrize("path", ["/ABCD-EFGH", "/2222-2222-7", "/moderate/ABCDEFGH", "/abcdefg"])
async def test_an_unknown_code_is_told_in_every_language(server: OpenServer, path: str) -> None:
    response = await server.get(path, headers={"accept-language": "ar"})
    html = await response.text()
    assert response.status == 404
    for words in ("Code nicht gefunden", "Code not found", "لم يتم العثور على الرمز"):
        assert words in html
    assert html.index("لم يتم") < html.index("Code nicht")
    assert '<section lang="ar" dir="rtl">' in html


@session_loop
@pytest.mark.parametrize(
    "path", ["/favicon.ico", "/wp-login.php", "/a/b/c", "/ABCDEFGH/" + "9" * 5_000]
)
async def test_an_unknown_address_is_a_friendly_page(server: OpenServer, path: str) -> None:
    response = await server.get(path)
    assert response.status == 404
    assert "Seite nicht gefunden" in await response.text()


@session_loop
async def test_everybody_can_get_the_source_and_read_whose_libraries_are_in_it(
    server: OpenServer, built_client: Path
) -> None:
    html = await (await server.get("/source", headers={"accept-language": "en"})).text()
    assert html.index("The source came with the server") < html.index("liegt dem Server bei")
    assert '<a href="/static/licences.txt">' in html
    address = "https://git.example.org/Dialog?a=1&b=2"
    async with open_server(MemoryLog(), built_client, "--source-url", address) as opened:
        html = await (await opened.get("/source")).text()
    assert html.count(f'<a href="{address.replace("&", "&amp;")}">') == 3


@session_loop
async def test_unknown_addresses_of_the_api_answer_in_its_shape(server: OpenServer) -> None:
    response = await server.get("/api/nothing")
    assert response.status == 404
    assert await response.json() == {
        "ok": False,
        "error": "malformed",
        "reason": "unknown_address",
    }
    response = await server.post("/api/enter/", {})
    assert (await response.json())["ok"] is False
    response = await server.get("/api/enter")
    assert (response.status, (await response.json())["reason"]) == (405, "wrong_method")


@session_loop
@pytest.mark.parametrize("path", ["/", "/api/nothing", SCRIPT, "/ABCDEFGH", "/healthz"])
async def test_p16_every_answer_keeps_pages_from_asking_other_hosts(
    server: OpenServer, path: str
) -> None:
    headers = (await server.get(path)).headers
    host = server.url.removeprefix("http://")
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["connect-src"] == f"'self' ws://{host} wss://{host}"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"


@session_loop
async def test_shells_hold_no_inline_script_or_style(organiser: OpenServer) -> None:
    code = (await organiser.new_dialogue())["code"]
    for path in ("/", f"/{code}/3", f"/board/{code}", "/2222-2222"):
        html = await (await organiser.get(path)).text()
        assert not re.search(r"<style|style=|\son\w+=|javascript:", html)
        assert not re.search(r"<script(?![^>]*\ssrc=)", html)


@session_loop
async def test_shells_and_the_api_are_never_cached(server: OpenServer) -> None:
    for path in ("/", "/organise", "/api/dialogues", "/ABCDEFGH"):
        assert (await server.get(path)).headers["cache-control"] == "no-store"


@session_loop
async def test_a_script_comes_packed_as_the_browser_likes_and_is_kept(server: OpenServer) -> None:
    for accepted, encoding, content in [
        ("gzip, deflate, br", "br", b"as brotli"),
        ("gzip", "gzip", b"as gzip"),
        ("identity", None, b"console.log('plain')"),
    ]:
        response = await server.get(SCRIPT, headers={"accept-encoding": accepted})
        assert await response.read() == content
        assert response.headers.get("content-encoding") == encoding
        assert response.headers["content-type"] == "text/javascript; charset=utf-8"
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["vary"] == "accept-encoding"


@session_loop
async def test_a_file_without_a_hash_is_asked_for_again(server: OpenServer) -> None:
    first = await server.get("/static/manifest.json")
    assert first.headers["cache-control"] == "no-cache"
    again = await server.get(
        "/static/manifest.json", headers={"if-none-match": first.headers["etag"]}
    )
    assert (again.status, await again.read()) == (304, b"")


@session_loop
@pytest.mark.parametrize(
    "path",
    [
        "/static/../settings.py",
        "/static/%2e%2e/settings.py",
        "/static//etc/passwd",
        "/static/",
        "/static/phone-ABCD2345.js.br",
        "/static/..%2f..%2fpyproject.toml",
    ],
)
async def test_nothing_else_of_the_machine_is_served(server: OpenServer, path: str) -> None:
    response = await server.http.get(URL(f"{server.url}{path}", encoded=True))
    assert response.status == 404
    assert b"docs/settings.md" not in await response.read()


@session_loop
@pytest.mark.parametrize("host", ["evil.example.com", "127.0.0.1.evil.com", "x@127.0.0.1", ""])
async def test_a_wrong_host_is_turned_away(server: OpenServer, host: str) -> None:
    response = await server.get("/", headers={"host": host})
    assert response.status in (400, 421)
    policy = response.headers.get("content-security-policy", "")
    assert "evil" not in policy


@session_loop
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "PATCH", "PROPFIND", "OPTIONS"])
async def test_only_the_methods_that_mean_something_are_taken(
    server: OpenServer, method: str
) -> None:
    for path in ("/", "/api/enter", "/static/manifest.json", "/healthz"):
        response = await server.http.request(method, path, headers={"x-mark": "come-back"})
        assert response.status in (400, 405)
        assert b"come-back" not in await response.read()


@session_loop
async def test_no_answer_lets_another_site_read_it(server: OpenServer) -> None:
    for path in ("/", "/api/dialogues", "/static/manifest.json", "/healthz"):
        response = await server.get(path, headers={"origin": "https://evil.example.com"})
        assert "access-control-allow-origin" not in response.headers
        assert response.headers["cross-origin-resource-policy"] == "same-origin"


@session_loop
async def test_every_answer_says_what_it_holds(server: OpenServer) -> None:
    wanted = {
        "/": "text/html; charset=utf-8",
        "/there/is/nothing/here": "text/html; charset=utf-8",
        "/api/nothing": "application/json",
        "/healthz": "application/json",
        "/static/nothing": "application/json",
        SCRIPT: "text/javascript; charset=utf-8",
    }
    for path, media_type in wanted.items():
        assert (await server.get(path)).headers["content-type"] == media_type


@session_loop
async def test_a_forwarded_host_changes_nothing(server: OpenServer) -> None:
    for name in ("x-forwarded-host", "forwarded", "x-forwarded-for"):
        html = await (await server.get("/", headers={name: "host=evil.example.com"})).text()
        assert "evil" not in html


@session_loop
async def test_by_https_everything_stricter_is_switched_on(built_client: Path) -> None:
    async with open_server(
        MemoryLog(), built_client, "--public-url", "https://dialog.example.org"
    ) as secure:
        headers = (await secure.get("/", headers={"host": "dialog.example.org"})).headers
        assert headers["cross-origin-opener-policy"] == "same-origin"
        https = headers["strict-transport-security"]
        assert int(re.search(r"max-age=(\d+)", https)[1]) >= 365 * 24 * 3600  # type: ignore[index]
        assert "includeSubDomains" in https


@session_loop
async def test_on_plain_http_no_header_makes_the_browser_complain(server: OpenServer) -> None:
    headers = (await server.get("/")).headers
    assert "cross-origin-opener-policy" not in headers
    assert "strict-transport-security" not in headers


@session_loop
async def test_health_is_told_without_signing_in(server: OpenServer) -> None:
    response = await server.get("/healthz")
    answer = await response.json()
    assert answer == {"ok": True, "storage": "durable"}


@session_loop
@pytest.mark.parametrize("length", ["4", "60"])
async def test_no_request_hides_in_the_body_of_another(server: OpenServer, length: str) -> None:
    """With both a length and chunks, a proxy and we must not see two ends of one request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.settings.port)
    hidden = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    writer.write(
        b"POST /api/enter HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Connection: close\r\nContent-Length: " + length.encode() + b"\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden
    )
    async with asyncio.timeout(10):
        answers = await reader.read()
    writer.close()
    assert answers.count(b"HTTP/1.1 ") <= 1
    assert b"storage" not in answers
