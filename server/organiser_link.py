"""Tells the organiser's link again, beside a running server or without one."""

import asyncio
from collections.abc import Sequence

from rooms.errors import Unavailable
from rooms.redis_log import RedisLog
from server.embedded import EmbeddedStore
from server.entry import Keys
from server.settings import Settings, read_settings
from server.storage import open_storage


def tell_link(arguments: Sequence[str]) -> None:
    """print the organiser's link once more, also while the server runs"""
    settings = read_settings(arguments)
    print(asyncio.run(organiser_link(settings)))


async def organiser_link(settings: Settings) -> str:
    """The link as people use it. Raises StoreUnusable."""
    secret = await _secret_of_the_running(settings) or await _secret_of_the_resting(settings)
    return f"{settings.public_url}/enter#{Keys(secret).organiser_fragment()}"


async def _secret_of_the_running(settings: Settings) -> bytes | None:
    if settings.redis_url:
        return None
    log = RedisLog(EmbeddedStore(settings.data).url)
    try:
        return await log.secret()
    except Unavailable:
        return None
    finally:
        await log.close()


async def _secret_of_the_resting(settings: Settings) -> bytes:
    async with open_storage(settings) as storage:
        return await storage.log.secret()
