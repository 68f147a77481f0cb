"""Tells the organiser's link again or makes a new one, beside a running server or without one."""

import asyncio
from collections.abc import Sequence

from rooms.ended import Ended, RedisEnded
from rooms.errors import Unavailable
from rooms.log import Log
from rooms.redis_log import RedisLog
from server.embedded import EmbeddedStore
from server.installation import keys_of
from server.settings import BadSetting, Settings, read_settings
from server.storage import open_storage

NEW, NEW_SECRET = "--new", "--new-secret"
EVERY_LINK_ENDED = (
    "Every link and every cookie from before is worth nothing. Servers that run on this "
    "store must be started anew; the links of moderators and hosts then stand on their pages."
)


def tell_link(arguments: Sequence[str]) -> None:
    """print the organiser's link once more; --new ends it, --new-secret ends every link there is"""
    words = list(arguments)
    settings = read_settings([word for word in words if word not in (NEW, NEW_SECRET)])
    if NEW_SECRET in words:
        print(asyncio.run(_with_a_new_secret(settings)))
        print(EVERY_LINK_ENDED)
    else:
        print(asyncio.run(organiser_link(settings, NEW in words)))


async def organiser_link(settings: Settings, anew: bool = False) -> str:
    """The link as people use it. Raises StoreUnusable."""
    fragment = await _of_the_running(settings, anew) or await _of_the_resting(settings, anew)
    return f"{settings.public_url}/enter#{fragment}"


async def _with_a_new_secret(settings: Settings) -> str:
    """Raises BadSetting, and StoreUnusable while a server runs on the data folder."""
    if settings.secret is not None:
        raise BadSetting(
            "secret_file: the secret is laid down there; lay down another one "
            "(openssl rand -hex 32) and start the server anew. Every link then ends."
        )
    async with open_storage(settings) as storage:
        await storage.log.renew_secret()
        fragment = await _fragment(settings, storage.log, storage.ended)
    return f"{settings.public_url}/enter#{fragment}"


async def _of_the_running(settings: Settings, anew: bool) -> str | None:
    if settings.redis_url:
        return None
    url = EmbeddedStore(settings.data).url
    log, ended = RedisLog(url), RedisEnded(url)
    try:
        return await _fragment(settings, log, ended, anew)
    except Unavailable:
        return None
    finally:
        await log.close()
        await ended.close()


async def _of_the_resting(settings: Settings, anew: bool) -> str:
    async with open_storage(settings) as storage:
        return await _fragment(settings, storage.log, storage.ended, anew)


async def _fragment(settings: Settings, log: Log, ended: Ended, anew: bool = False) -> str:
    keys = await keys_of(settings, log)
    if anew:
        await ended.end_organiser()
    return keys.organiser_fragment(await ended.organisers())
