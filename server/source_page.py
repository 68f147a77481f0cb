"""The page /source: where people get the source of what they use, and whose libraries are in it.

The licence (docs/decisions/licence.md) gives that right to everybody who uses the pages.
"""

from html import escape

from server.shells import Assets, plain_page

LICENCES = "/static/licences.txt"

TITLE = {
    "de": "Quelltext und Lizenzen",
    "en": "Source and licences",
    "ar": "الشيفرة المصدرية والتراخيص",
}
FREE = {
    "de": "Dialogtisch ist freie Software unter der GNU AGPL, Version 3 oder neuer.",
    "en": "Dialogtisch is free software under the GNU AGPL, version 3 or later.",
    "ar": "Dialogtisch برنامج حر مرخص برخصة GNU AGPL، الإصدار 3 أو أحدث.",
}
SOURCE = {
    "de": "Der Quelltext dieser Fassung",
    "en": "The source of this version",
    "ar": "الشيفرة المصدرية لهذا الإصدار",
}
CAME_ALONG = {
    "de": "Der Quelltext liegt dem Server bei. Wer ihn betreibt, gibt ihn auf Wunsch weiter.",
    "en": "The source came with the server. Whoever runs it passes it on when asked.",
    "ar": "الشيفرة المصدرية مرفقة مع الخادم، ويقدمها من يشغّله عند الطلب.",
}
LIBRARIES = {
    "de": "Die Lizenzen der Bibliotheken in diesen Seiten",
    "en": "The licences of the libraries in these pages",
    "ar": "تراخيص المكتبات المستخدمة في هذه الصفحات",
}
# The Arabic texts above are translations that await a native reader.


def source_page(source_url: str, assets: Assets, language: str) -> str:
    """The page in every language at once; without an address the source came with the server."""
    return plain_page(
        {
            spoken: f"<h1>{escape(TITLE[spoken])}</h1><p>{escape(FREE[spoken])}</p>"
            f"<p>{_source(source_url, spoken)}</p>"
            f"<p>{_link(LICENCES, LIBRARIES[spoken])}</p>"
            for spoken in TITLE
        },
        assets,
        language,
    )


def _source(source_url: str, spoken: str) -> str:
    return _link(source_url, SOURCE[spoken]) if source_url else escape(CAME_ALONG[spoken])


def _link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>'
