"""The server's own TLS: 1.2 or newer, keys that are forgotten after each connection, no fallback.

A renewed certificate is taken up within a minute, for connections that begin then; nobody who is
in notices.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from server.setting_checks import BadSetting, CertificateFiles

log = structlog.get_logger(__name__)

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
LOOK_EVERY_SECONDS = 60.0


class Certificate:
    """Raises BadSetting unless both files are there and fit each other."""

    def __init__(self, files: CertificateFiles) -> None:
        self._files = files
        self.context = _empty_context()
        try:
            self._stamp = files.stamp()
            files.fill(self.context)
        except OSError as error:
            raise BadSetting(f"tls_certificate, tls_key: {_why(error)}") from None

    @asynccontextmanager
    async def kept_fresh(self) -> AsyncIterator[None]:
        """For as long as the block lasts."""
        watching = asyncio.create_task(self._watch(), name="certificate")
        try:
            yield
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching

    def take_up(self) -> None:
        """If the files have changed. Half a renewal is none: then the one from before stays."""
        try:
            stamp = self._files.stamp()
            if stamp == self._stamp:
                return
            self._files.fill(_empty_context())
            self._files.fill(self.context)
        except OSError as error:
            log.warning("certificate_unusable", why=_why(error))
        else:
            self._stamp = stamp
            log.info("certificate_renewed")

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            self.take_up()


def _empty_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_alpn_protocols(["http/1.1"])
    return context


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return f"not a certificate with its key ({error.reason or 'no reason given'})"
    return f"{error.filename or 'a file'}: {error.strerror}"
