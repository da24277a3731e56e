"""A published model: of which files it consists, on what terms, and whether they lie whole on this disk."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict

from engine.errors import ModelUnavailable

MARKER = ".whole.json"
HUB = "https://huggingface.co"
REPOSITORY = re.compile(r"(?:https://huggingface\.co/)?(?P<repo>[\w.-]+/[\w.-]+)(@(?P<revision>[\w./-]+))?/?")
ADDRESS = re.compile(r"https?://[^\s?#]+")


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """`bytes` and `sha256` are None where we know of none: then the hub's own word is taken.

    `repo`: where it comes from, if from another publisher than the rest of its model, and there is called `remote`.
    """

    path: str
    bytes: int | None = None
    sha256: str | None = None
    repo: str = ""
    remote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """`folder`: its own among the models, `name` when empty. `repo` is empty for files of the user's own, for those
    below an `address` of the web, and for those that a person must download: `by_hand` says from which page.
    """

    name: str
    repo: str
    revision: str
    files: tuple[PublishedFile, ...]
    licence: str
    terms: str
    homepage: str
    folder: str = ""
    address: str = ""
    by_hand: str = ""

    @property
    def bytes(self) -> int | None:
        """Of all files; None where one is not known."""
        sizes = [file.bytes for file in self.files if file.bytes is not None]
        return sum(sizes) if len(sizes) == len(self.files) else None

    def portions(self) -> list[Published]:
        """By publisher, the model's own first: the files of each, as if they were all."""
        repos = dict.fromkeys(file.repo for file in self.files if file.repo)
        own = replace(self, files=tuple(file for file in self.files if not file.repo))
        others = [
            replace(
                self,
                repo=repo,
                address="",
                revision="main",
                files=tuple(file for file in self.files if file.repo == repo),
                homepage=f"{HUB}/{repo}",
            )
            for repo in repos
        ]
        return [own, *others] if own.files else others


class Mark(TypedDict):
    """What a file was when its digest was taken: as long as both hold, the digest does."""

    bytes: int
    mtime_ns: int
    sha256: str


def placed(published: Published, folder: Path, source: str | None) -> tuple[Published, Path]:
    """The model as `source` gives it, and where its files lie or will lie. `folder`: that of all models.

    `source`: nothing, the publisher's repository; a folder that has the files under the same paths, or one of
    these files; another repository with the same paths, `owner/name` or `owner/name@revision`; an address of the web,
    https://..., below which the files have the same paths. What another publisher adds comes from that one all the
    same, unless a folder is named.
    Raises `ModelUnavailable` when it is none of these.
    """
    if not source:
        return published, folder / (published.folder or published.name)
    path = Path(source).expanduser()
    if path.exists():
        own_files = tuple(PublishedFile(file.path) for file in published.files)
        return replace(published, repo="", by_hand="", files=own_files), _root(published, path)
    files = tuple(file if file.repo else PublishedFile(file.path) for file in published.files)
    if (match := REPOSITORY.fullmatch(source)) and source[0] not in "./~":
        repo, revision = match["repo"], match["revision"] or "main"
        own = f"{published.name}-from-{repo}-{revision}".replace("/", "--")
        other = replace(published, repo=repo, revision=revision, files=files, folder=own)
        return replace(other, homepage=f"{HUB}/{repo}"), folder / own
    if ADDRESS.fullmatch(source):
        address = source.rstrip("/")
        own = f"{published.name}-from-" + re.sub(r"[^\w.-]+", "-", address.partition("://")[2])[:100]
        return replace(published, repo="", address=address, files=files, homepage=address, folder=own), folder / own
    raise ModelUnavailable(
        f"{published.name} cannot be taken from {source}: there is no such file or folder on this machine, "
        "a repository is written owner/name or owner/name@revision, and an address begins with https://."
    )


def _root(published: Published, path: Path) -> Path:
    if path.is_dir():
        return path
    for file in published.files:
        depth = len(Path(file.path).parts)
        if path.absolute().parts[-depth:] == Path(file.path).parts:
            return path.absolute().parents[depth - 1]
    names = ", ".join(file.path for file in published.files[:3])
    raise ModelUnavailable(f"{path} is no file of {published.name}. Name the folder that has its files ({names}).")


def present(published: Published, folder: Path, source: str | None = None) -> Path | None:
    """Where the model lies with all its files whole, else None. Takes a second per GB, the first time only.

    Raises `ModelUnavailable` for a source that is none.
    """
    published, home = placed(published, folder, source)
    return home if all(whole(home, file) for file in published.files) else None


def whole(home: Path, file: PublishedFile) -> bool:
    """A file that was copied here by hand is as good as a fetched one."""
    path = home / file.path
    if not path.is_file() or file.bytes not in (None, path.stat().st_size):
        return False
    return file.sha256 is None or digest(home, file.path) == file.sha256


def digest(home: Path, name: str) -> str:
    """The sha256 of a file, taken once and remembered beside it until the file changes."""
    stat = (home / name).stat()
    marks = _marks(home)
    known = marks.get(name)
    if known and (known["bytes"], known["mtime_ns"]) == (stat.st_size, stat.st_mtime_ns):
        return known["sha256"]
    with (home / name).open("rb") as content:
        taken = hashlib.file_digest(content, "sha256").hexdigest()
    marks[name] = Mark(bytes=stat.st_size, mtime_ns=stat.st_mtime_ns, sha256=taken)
    draft = home / f"{MARKER}.{secrets.token_hex(4)}"
    with suppress(OSError):  # a folder that we may only read is read again each time
        draft.write_text(json.dumps(marks, indent=1))
        os.replace(draft, home / MARKER)
    return taken


def _marks(home: Path) -> dict[str, Mark]:
    try:
        marks = json.loads((home / MARKER).read_text())
        return {
            name: Mark(bytes=mark["bytes"], mtime_ns=mark["mtime_ns"], sha256=mark["sha256"])
            for name, mark in marks.items()
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}  # none yet, or damaged: then the digests are taken again
