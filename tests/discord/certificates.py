"""A certificate for this machine's loopback address, which signs itself: voice servers speak TLS only."""

from __future__ import annotations

import ssl
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import which

import pytest


@dataclass(frozen=True)
class Certificate:
    """`path`: what a client has to trust, such as by SSL_CERT_FILE."""

    path: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path, self.key)
        return context


@cache
def certificate() -> Certificate:
    """One for all tests of a process; without openssl the test is skipped."""
    if which("openssl") is None:
        pytest.skip("a voice server needs a certificate, and there is no openssl on this machine")
    folder = Path(tempfile.mkdtemp(prefix="bernie-tls-"))
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    extensions = (
        "subjectAltName=IP:127.0.0.1",
        "basicConstraints=critical,CA:TRUE",
        "keyUsage=critical,keyCertSign,digitalSignature",
    )
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=a voice server of the tests", "-keyout", made.key, "-out", made.path]
    for extension in extensions:
        command += ["-addext", extension]
    subprocess.run(command, check=True, capture_output=True)
    return made


def trust() -> None:
    """For clients in this process: added to what they trust anyway."""
    from aiohttp import connector

    connector._SSL_CONTEXT_VERIFIED.load_verify_locations(certificate().path)  # type: ignore[union-attr]
