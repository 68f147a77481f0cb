"""Which address shows which page. Pages are shells: who may see what is decided at the socket."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from rooms.errors import Corrupted, Erased, Forgotten, Unavailable
from server.codes import LONGEST_TYPED, Typed, typed_code
from server.known_codes import KnownCodes
from server.shells import (
    CODE_NOT_FOUND,
    PAGE_NOT_FOUND,
    Assets,
    build_of,
    not_found,
    preferred_language,
    shell,
)
from server.source_page import source_page

Answer = Callable[[Request], Awaitable[Response]]
WITHOUT_DIALOGUE = {"/": "start", "/enter": "enter", "/organise": "organise"}
OF_A_DIALOGUE = ("moderate", "board", "host", "print")


class Pages:
    """The answers to every address that a person opens."""

    def __init__(
        self, assets: dict[str, Assets], codes: KnownCodes, public_url: str, source_url: str
    ) -> None:
        self.assets = assets
        self.build = build_of(assets)
        self.codes = codes
        self.public_url = public_url
        self.source_url = source_url

    @property
    def routes(self) -> list[Route]:
        return [
            *(Route(path, self._simple(page)) for path, page in WITHOUT_DIALOGUE.items()),
            *(Route(f"/{page}/{{code}}", self._of(page)) for page in OF_A_DIALOGUE),
            Route("/source", self._source),
            Route("/{code}", self._of("phone")),
            Route("/{code}/{table}", self._of("phone")),
        ]

    def page_not_found(self, request: Request) -> Response:
        """For an address that leads nowhere."""
        return self._not_found(request, PAGE_NOT_FOUND)

    def _simple(self, page: str) -> Answer:
        async def answer(request: Request) -> Response:
            return self._shell(request, page, {})

        return answer

    def _of(self, page: str) -> Answer:
        async def answer(request: Request) -> Response:
            return await self._dialogue_page(request, page)

        return answer

    async def _source(self, request: Request) -> Response:
        return HTMLResponse(source_page(self.source_url, self.assets["start"], _language(request)))

    async def _dialogue_page(self, request: Request, page: str) -> Response:
        asked = "-".join(request.path_params.values())
        typed = typed_code(asked)
        if typed is None or (typed.table is not None and page != "phone"):
            looks_like_a_code = len(asked) <= LONGEST_TYPED and "." not in asked
            return self._not_found(request, CODE_NOT_FOUND if looks_like_a_code else PAGE_NOT_FOUND)
        path = _address(page, typed)
        if request.url.path != path:
            query = request.url.query
            return RedirectResponse(f"{path}?{query}" if query else path)
        if not await self._exists(typed.code):
            return self._not_found(request, CODE_NOT_FOUND)
        table = {} if typed.table is None else {"table": str(typed.table)}
        return self._shell(request, page, {"code": typed.code, **table})

    async def _exists(self, code: str) -> bool:
        """Also when it cannot be told: the page itself says then what is wrong."""
        try:
            await self.codes.live(code)
        except (Erased, Unavailable, Corrupted):  # erased: so that it forgets what it keeps of it
            return True
        except Forgotten:
            return False
        return True

    def _shell(self, request: Request, page: str, facts: dict[str, str]) -> Response:
        return HTMLResponse(
            shell(
                page,
                self.assets[page],
                public_url=self.public_url,
                language=_language(request),
                facts={"build": self.build, **facts},
            )
        )

    def _not_found(self, request: Request, texts: dict[str, tuple[str, str]]) -> Response:
        return HTMLResponse(not_found(texts, self.assets["start"], _language(request)), 404)


def _language(request: Request) -> str:
    return preferred_language(request.headers.get("accept-language", ""))


def _address(page: str, typed: Typed) -> str:
    """The one address of a page, however its code was typed."""
    path = f"/{typed.code}" if page == "phone" else f"/{page}/{typed.code}"
    return path if typed.table is None else f"{path}/{typed.table}"
