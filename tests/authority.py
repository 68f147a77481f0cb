"""A certification authority of a test's own, made by openssl, which nobody else trusts."""

import shutil
import ssl
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")
NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Identity(NamedTuple):
    certificate: Path
    key: Path

    @property
    def options(self) -> tuple[str, ...]:
        """As the server is told of them."""
        return ("--tls-certificate", str(self.certificate), "--tls-key", str(self.key))


class Authority:
    """`certificate` is what those who trust it need."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._own = self._request(name, "-x509", "-days", "30")
        self.certificate = self._own.certificate

    def issue(self, name: str, *more: str) -> Identity:
        """For this machine itself, reached as localhost or by its loopback address."""
        plain = self._request(f"{name}-request", "-new")
        extensions = self._folder / f"{name}.ext"
        extensions.write_text("subjectAltName = DNS:localhost, IP:127.0.0.1\n")
        signed = Identity(self._folder / f"{name}.pem", plain.key)
        issuer = ("-CA", str(self.certificate), "-CAkey", str(self._own.key), "-CAcreateserial")
        _openssl(
            *("x509", "-req", "-in", str(plain.certificate), "-out", str(signed.certificate)),
            *(*issuer, "-days", "30", "-extfile", str(extensions), *more),
        )
        return signed

    def trusting(self) -> ssl.SSLContext:
        """As a browser that was told of this authority."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def _request(self, name: str, *how: str) -> Identity:
        made = Identity(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        _openssl(
            *("req", *how, *NEW_KEY, "-subj", f"/CN={name}"),
            *("-keyout", str(made.key), "-out", str(made.certificate)),
        )
        return made


def _openssl(*words: str) -> None:
    assert OPENSSL is not None
    done = subprocess.run([OPENSSL, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
