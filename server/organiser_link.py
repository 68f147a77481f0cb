"""Tells the organiser's link again or makes a new one, beside a running server or without one."""

import asyncio
from collections.abc import Sequence

from rooms.ended import Ended, RedisEnded
from rooms.errors import Unavailable
from rooms.log import Log
from rooms.redis_log import RedisLog
from server.embedded import EmbeddedStore
from server.entry import Keys
from server.settings import Settings, read_settings
from server.storage import open_storage


def tell_link(arguments: Sequence[str]) -> None:
    """print the organiser's link once more; --new ends it and makes another"""
    words = list(arguments)
    anew = "--new" in words
    settings = read_settings([word for word in words if word != "--new"])
    print(asyncio.run(organiser_link(settings, anew)))


async def organiser_link(settings: Settings, anew: bool = False) -> str:
    """The link as people use it. Raises StoreUnusable."""
    fragment = await _of_the_running(settings, anew) or await _of_the_resting(settings, anew)
    return f"{settings.public_url}/enter#{fragment}"


async def _of_the_running(settings: Settings, anew: bool) -> str | None:
    if settings.redis_url:
        return None
    url = EmbeddedStore(settings.data).url
    log, ended = RedisLog(url), RedisEnded(url)
    try:
        return await _fragment(log, ended, anew)
    except Unavailable:
        return None
    finally:
        await log.close()
        await ended.close()


async def _of_the_resting(settings: Settings, anew: bool) -> str:
    async with open_storage(settings) as storage:
        return await _fragment(storage.log, storage.ended, anew)


async def _fragment(log: Log, ended: Ended, anew: bool) -> str:
    keys = Keys(await log.secret())
    if anew:
        await ended.end_organiser()
    return keys.organiser_fragment(await ended.organisers())
