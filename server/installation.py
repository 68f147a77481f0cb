"""Where the installation's secret is: laid down in a file by whoever runs it, or in the store."""

from rooms.log import Log
from server.keys import Keys
from server.settings import Settings


async def keys_of(settings: Settings, log: Log) -> Keys:
    """Raises Unavailable."""
    return Keys(settings.secret or await log.secret(), settings.algorithms)
