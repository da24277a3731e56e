"""A hub on loopback that the real huggingface_hub takes for one, and that can be told to misbehave.

As huggingface.co: large files are redirected to another host, which gets no token; small ones come from the hub itself.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE_BYTES = 10_000
TOKEN = "hf_accepted"
CHUNK = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to the next `times` requests of `method` for a file.

    `cut_after`, `stall_after`: that many bytes are sent, then the line is closed, or silent until the hub closes.
    `announce`: the size that HEAD tells. `content`: sent instead, under the right tag. `ranges`: whether it knows them.
    """

    method: str = "GET"
    times: int = 1
    status: int | None = None
    error_code: str | None = None
    cut_after: int | None = None
    stall_after: int | None = None
    announce: int | None = None
    content: bytes | None = None
    ranges: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    method: str
    path: str
    range: str | None
    token: str | None
    host: str
    agent: str


@dataclass
class LocalHub:
    """`sent`: bytes of each file's content that left the hub."""

    url: str
    other_host: str
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    commits: dict[str, str] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)
    closing: threading.Event = field(default_factory=threading.Event)

    def publish(self, repo: str, files: Mapping[str, bytes], *, commit: str = COMMIT, gated: bool = False) -> None:
        self.files[repo], self.commits[repo] = dict(files), commit
        if gated:
            self.gated.add(repo)

    def fail(self, path: str, fault: Fault) -> None:
        self.faults.setdefault(path, []).extend([fault] * fault.times)

    def fault(self, path: str, method: str) -> Fault | None:
        waiting = self.faults.get(path, [])
        for fault in waiting:
            if fault.method == method:
                waiting.remove(fault)
                return fault
        return None

    def gets(self, path: str) -> list[Seen]:
        """Requests for the content, not those that were redirected to it."""
        content = [seen for seen in self.seen if seen.method == "GET" and seen.path.endswith(path)]
        return [seen for seen in content if self.is_small(path) or seen.path.startswith("/content/")]

    def is_small(self, path: str) -> bool:
        return all(len(files[path]) < LARGE_BYTES for files in self.files.values() if path in files)

    def environment(self, home: Path) -> dict[str, str]:
        """For a process of its own: this hub, and nothing of the machine's own login."""
        return {"HF_ENDPOINT": self.url, "HF_HUB_OFFLINE": "0", "HF_HOME": str(home / "hf"), "NO_PROXY": "*"}


@contextmanager
def running_hub() -> Iterator[LocalHub]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    port = server.server_address[1]
    hub = LocalHub(f"http://127.0.0.1:{port}", f"http://localhost:{port}")
    _Handler.hubs[port] = hub
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def etag(content: bytes) -> str:
    if len(content) >= LARGE_BYTES:
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hubs: dict[int, LocalHub] = {}  # noqa: RUF012

    @property
    def hub(self) -> LocalHub:
        return self.hubs[self.server.server_address[1]]  # type: ignore[index]

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        token = (self.headers.get("authorization") or "").removeprefix("Bearer ") or None
        self.hub.seen.append(
            Seen(
                method=self.command,
                path=self.path,
                range=self.headers.get("range"),
                token=token,
                host=self.headers.get("host", ""),
                agent=self.headers.get("user-agent", ""),
            )
        )
        if self.path.startswith("/content/"):
            repo, path = self.path.removeprefix("/content/").split("/-/")
            self._content(path, self.hub.files[repo][path])
            return
        repo, _, rest = self.path.removeprefix("/").partition("/resolve/")
        revision, _, path = rest.partition("/")
        if repo not in self.hub.files:
            self._refuse(401, "RepoNotFound")
        elif repo in self.hub.gated and token != TOKEN:
            self._refuse(403 if token else 401, "GatedRepo")
        elif revision not in ("main", self.hub.commits[repo]):
            self._refuse(404, "RevisionNotFound")
        elif path not in self.hub.files[repo]:
            self._refuse(404, "EntryNotFound")
        else:
            self._resolve(repo, path, self.hub.files[repo][path])

    def _refuse(self, status: int, code: str | None) -> None:
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _resolve(self, repo: str, path: str, content: bytes) -> None:
        fault = self.hub.fault(path, "HEAD") if self.command == "HEAD" else None
        if fault and fault.status:
            self._refuse(fault.status, fault.error_code)
            return
        if fault and fault.stall_after is not None:
            self.hub.closing.wait()
            return
        if len(content) < LARGE_BYTES and self.command == "GET":
            self._content(path, content)
            return
        size = str(fault.announce if fault and fault.announce is not None else len(content))
        large = len(content) >= LARGE_BYTES
        self.send_response(302 if large else 200)
        self.send_header("X-Repo-Commit", self.hub.commits[repo])
        self.send_header("X-Linked-Etag" if large else "ETag", f'"{etag(content)}"')
        self.send_header("X-Linked-Size" if large else "Content-Length", size)
        if large:
            self.send_header("Location", f"{self.hub.other_host}/content/{repo}/-/{path}")
            self.send_header("Content-Length", "0")
        self.end_headers()

    def _content(self, path: str, content: bytes) -> None:
        fault = self.hub.fault(path, "GET") or Fault()
        if fault.status:
            self._refuse(fault.status, fault.error_code)
            return
        content = content if fault.content is None else fault.content
        asked, start = self.headers.get("range"), 0
        if asked and fault.ranges:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(content):
                self._refuse(416, None)
                return
        self.send_response(206 if start else 200)
        self.send_header("Accept-Ranges", "bytes")
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self._send(path, content[start:], fault)

    def _send(self, path: str, body: bytes, fault: Fault) -> None:
        end = next((stop for stop in (fault.cut_after, fault.stall_after) if stop is not None), len(body))
        for at in range(0, min(end, len(body)), CHUNK):
            chunk = body[at : min(at + CHUNK, end)]
            try:
                self.wfile.write(chunk)
            except OSError:  # the client has gone
                return
            self.hub.sent[path] = self.hub.sent.get(path, 0) + len(chunk)
        if fault.stall_after is not None:
            self.hub.closing.wait()
        if end < len(body):
            time.sleep(0.05)  # let it arrive: a reset may overtake it
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: `seen` is the log."""
