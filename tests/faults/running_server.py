"""The product as its own process, to be killed and started again on the same folder and port."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 30.0


class RunningServer:
    """`python -m server` on a free port of this machine, with its own Valkey."""

    def __init__(self, data: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.organiser_link = ""
        self._data = data
        self._port = port
        self._process: subprocess.Popen[str] | None = None

    async def start(self) -> None:
        """Start it and wait until it lets phones in."""
        self._launch()
        async with asyncio.timeout(START_SECONDS):
            welcome = await asyncio.to_thread(self._read_welcome)
        found = re.search(r"http://\S+/enter#\S+", welcome)
        assert found, welcome
        self.organiser_link = found[0]

    def _launch(self) -> None:
        command = [sys.executable, "-m", "server", "--host", "127.0.0.1"]
        command += ["--port", str(self._port), "--data", str(self._data)]
        command += ["--public-url", self.url]
        with (self._data.parent / "server.log").open("a") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
            )

    def _read_welcome(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        said = ""
        for line in self._process.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        return said

    def kill(self) -> None:
        """As if the power of this process alone were cut."""
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def kill_store(self) -> None:
        """End the Valkey this server runs now, if it has one at this moment."""
        holder = (self._data / "store" / "valkey.lock").read_text()
        if holder.isdigit():
            os.kill(int(holder), signal.SIGKILL)

    async def stop(self) -> int:
        """Ctrl-C; returns the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        code = await asyncio.to_thread(self._process.wait, 30)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code
