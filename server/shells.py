"""The HTML of the pages before their script runs: a few meta tags, the client's scripts and styles.

A shell holds nothing of a dialogue but its code; what may be seen comes over the socket.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

PROTOCOL = 1
PAGES = ("start", "phone", "enter", "organise", "moderate", "board", "host", "print")
STATIC = Path(__file__).parent / "static"

NO_SCRIPT = {
    "de": "Bitte JavaScript einschalten, sonst kann diese Seite nichts anzeigen.",
    "en": "Please switch on JavaScript, or this page cannot show anything.",
    "ar": "يرجى تفعيل جافا سكريبت حتى تعمل هذه الصفحة.",
}
CODE_NOT_FOUND = {
    "de": ("Code nicht gefunden", "Bitte den Code noch einmal vom Plakat abschreiben."),
    "en": ("Code not found", "Please copy the code from the poster once more."),
    "ar": ("لم يتم العثور على الرمز", "يرجى نسخ الرمز من الملصق مرة أخرى."),
}
PAGE_NOT_FOUND = {
    "de": ("Seite nicht gefunden", "Diese Adresse gibt es hier nicht."),
    "en": ("Page not found", "There is no such address here."),
    "ar": ("الصفحة غير موجودة", "هذا العنوان غير موجود هنا."),
}
TO_START = {"de": "Zur Startseite", "en": "To the start page", "ar": "إلى صفحة البداية"}
# The Arabic texts above are translations that await a native reader.
RIGHT_TO_LEFT = frozenset({"ar"})


class ClientNotBuilt(Exception):
    """server/static holds no built client; the text says how to build it."""


@dataclass(frozen=True, slots=True)
class Assets:
    """The files one page loads, as paths below /static/."""

    scripts: tuple[str, ...]
    styles: tuple[str, ...]


def read_manifest(static: Path = STATIC) -> dict[str, Assets]:
    """Which page loads which files, as the client build wrote it; raises ClientNotBuilt."""
    try:
        manifest = json.loads((static / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        raise ClientNotBuilt(f"no manifest.json in {static}: build the client first") from None
    if missing := [page for page in PAGES if page not in manifest]:
        raise ClientNotBuilt(f"{static}/manifest.json lacks {', '.join(missing)}")
    return {
        page: Assets(tuple(manifest[page]["scripts"]), tuple(manifest[page]["styles"]))
        for page in PAGES
    }


def build_of(assets: Mapping[str, Assets]) -> str:
    """Names this build of the pages: another name means that some page is another one."""
    files = sorted(path for one in assets.values() for path in (*one.scripts, *one.styles))
    return hashlib.sha256("\n".join(files).encode()).hexdigest()[:12]


def shell(
    page: str, assets: Assets, *, public_url: str, language: str, facts: Mapping[str, str]
) -> str:
    """One page before its script runs; `facts` become meta tags (code, table, build)."""
    metas = {"public-url": public_url, "protocol": str(PROTOCOL), "page": page, **facts}
    scripts = "".join(
        f'<script type="module" src="/static/{escape(path)}"></script>\n' for path in assets.scripts
    )
    return _document(
        language,
        head="".join(
            f'<meta name="{escape(name)}" content="{escape(text)}">\n'
            for name, text in metas.items()
        )
        + _style_links(assets)
        + scripts,
        body=f'<div id="app"></div>\n<noscript>{_in_every_language(NO_SCRIPT)}</noscript>',
    )


def not_found(texts: Mapping[str, tuple[str, str]], assets: Assets, language: str) -> str:
    """The page for a code or an address that does not exist, in every language at once."""
    said = {
        spoken: f"<h1>{escape(title)}</h1><p>{escape(sentence)}</p>"
        for spoken, (title, sentence) in texts.items()
    }
    return plain_page(said, assets, language)


def plain_page(said: Mapping[str, str], assets: Assets, language: str) -> str:
    """A page without a script: HTML for every language, `language` first, each with a way on."""
    sections = "".join(
        f"<section {_speaks(spoken)}>{said[spoken]}"
        f'<p><a href="/">{escape(TO_START[spoken])}</a></p></section>\n'
        for spoken in sorted(said, key=lambda spoken: spoken != language)
    )
    return _document(
        language, head=_style_links(assets), body=f'<main class="plain-page">{sections}</main>'
    )


def preferred_language(accept_language: str) -> str:
    """The language of ours that the browser asks for first; German when it names none."""
    wishes = []
    for order, part in enumerate(accept_language.split(",")):
        name, _, quality = part.strip().partition(";q=")
        wishes.append((-_quality(quality), order, name.strip().lower()[:2]))
    return next((name for _, _, name in sorted(wishes) if name in NO_SCRIPT), "de")


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def _document(language: str, *, head: str, body: str) -> str:
    return (
        f"<!doctype html>\n<html {_speaks(language)}>\n<head>\n"
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<link rel="icon" href="data:,">\n'
        f"<title>Dialogtisch</title>\n{head}</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _style_links(assets: Assets) -> str:
    return "".join(
        f'<link rel="stylesheet" href="/static/{escape(path)}">\n' for path in assets.styles
    )


def _in_every_language(texts: Mapping[str, str]) -> str:
    return "".join(f"<p {_speaks(language)}>{escape(text)}</p>" for language, text in texts.items())


def _speaks(language: str) -> str:
    return f'lang="{language}" dir="{"rtl" if language in RIGHT_TO_LEFT else "ltr"}"'
