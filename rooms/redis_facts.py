"""What a Redis or Valkey server tells of itself."""

from rooms.redis_cluster import Asking


async def told_by(server: Asking, section: str) -> dict[str, str]:
    """The facts of one section of INFO: "server", "replication", "persistence" and so on."""
    lines = (await server.ask("INFO", section)).decode().splitlines()
    return dict(pair.split(":", 1) for pair in lines if ":" in pair)
