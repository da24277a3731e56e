"""What the hub, the network and the disk refuse, in sentences that say what to do next.

`ModelUnavailable` for what stays so until somebody acts; `ServiceError` for the rest, `retryable` where time may help.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.errors import ModelUnavailable, ServiceError
from engine.nn.published import Published, PublishedFile

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
BUSY = (408, 425, 429, 500, 502, 503, 504)
TOKENS = "https://huggingface.co/settings/tokens"


@contextmanager
def explained(published: Published, home: Path) -> Iterator[None]:
    """Turns what huggingface_hub, httpx2 and the operating system raise into our errors; others pass."""
    try:
        yield
    except Exception as error:
        known = _of_the_hub(error, published, home) or _of_the_disk(error, published, home)
        if known is None:
            raise
        raise known from error


def passing(error: Exception) -> bool:
    """Whether the same request may succeed in a moment."""
    import httpx2
    from huggingface_hub.errors import FileMetadataError, HfHubHTTPError

    if isinstance(error, HfHubHTTPError):
        return error.response.status_code in BUSY
    if isinstance(error, httpx2.TransportError):
        return not isinstance(error, httpx2.UnsupportedProtocol)
    return isinstance(error, FileMetadataError)


def offline(published: Published, home: Path) -> ModelUnavailable:
    return ModelUnavailable(
        f"{published.name} is not on this machine, and HF_HUB_OFFLINE is set. Unset it and run {_pull(published)}, "
        f"or {_by_hand(published, home)}."
    )


def _pull(published: Published) -> str:
    return f"`bernie models pull {published.name}`"


def _of_the_hub(error: Exception, published: Published, home: Path) -> Exception | None:
    import httpx2
    from huggingface_hub import errors

    name, again = published.name, _pull(published)
    if isinstance(error, errors.HfHubHTTPError) and error.response.status_code not in BUSY:
        return ModelUnavailable(_not_below(error, published) if published.address else _refused(error, published))
    if isinstance(error, errors.FileMetadataError):
        return ServiceError(
            f"{name}: something answered that is not a hub. Is HF_ENDPOINT right, or does a proxy or a sign-in page "
            f"stand between? Then run {again}, or {_by_hand(published, home)}.",
            retryable=True,
        )
    if isinstance(error, (httpx2.HTTPError, httpx2.InvalidURL)):
        return ServiceError(
            f"{name} could not be fetched: {_reason(error)}. What has arrived is kept. Run {again} again later, "
            f"or {_by_hand(published, home)}.",
            retryable=passing(error),
        )
    return None


def _not_below(error: Exception, published: Published) -> str:
    from huggingface_hub import errors

    assert isinstance(error, errors.HfHubHTTPError)
    names = ", ".join(file.path for file in published.files)
    return (
        f"{error.response.url} answers with status {error.response.status_code}. {published.name} is looked for below "
        f"{published.address}: {names}."
    )


def _refused(error: Exception, published: Published) -> str:
    """A status that will not change by itself. A gated repository is also, for the library, one not found."""
    from huggingface_hub import errors

    assert isinstance(error, errors.HfHubHTTPError)
    name, repo, status = published.name, published.repo, error.response.status_code
    if isinstance(error, errors.RevisionNotFoundError):
        return f"{repo} has no revision {published.revision}. Name another one after the @ of its source."
    if isinstance(error, errors.RemoteEntryNotFoundError):
        missing = error.response.url
        return f"{repo} has not all files of {name}: {missing} is not there. Upgrade Bernie, or name another source."
    if isinstance(error, errors.RepositoryNotFoundError) and not isinstance(error, errors.GatedRepoError):
        return (
            f"There is no repository {repo}, or it is private. Check its name; for a private one make a token at "
            f"{TOKENS} and set HF_TOKEN."
        )
    if status in (401, 403):
        return (
            f"{name} is behind its publisher's terms. Accept them at {published.homepage}, make a token at {TOKENS}, "
            f"set HF_TOKEN and run `bernie models pull {name}`."
        )
    return f"The hub refuses {name} with status {status} at {error.response.url}. Check HF_ENDPOINT and HF_TOKEN."


def _of_the_disk(error: Exception, published: Published, home: Path) -> Exception | None:
    if not isinstance(error, OSError) or error.errno is None:
        return None
    if error.errno in NO_ROOM:
        return no_room(published, home)
    return ServiceError(
        f"{published.name} cannot be stored in {home}: {error.strerror}. Check the folder and its permissions.",
        retryable=False,
    )


def no_room(published: Published, home: Path, needed: int | None = None) -> ServiceError:
    much = f"{needed / 1e6:,.0f} MB " if needed else ""
    return ServiceError(
        f"There is no room for {published.name}: {much}more must fit on the disk of {home}. Free some space and run "
        f"`bernie models pull {published.name}`, or set BERNIE_DATA to a folder on a larger disk.",
        retryable=True,
    )


def to_be_added(published: Published, home: Path, lacking: Sequence[PublishedFile]) -> ModelUnavailable:
    """What only a person can bring, from where and to where."""
    names = _listed([file.path for file in lacking])
    if not published.by_hand:
        return ModelUnavailable(f"{home} is not a whole {published.name}: it has no {names}. Add it there.")
    return ModelUnavailable(
        f"{published.name} is published outside of the hub, where it can only be downloaded by hand. "
        f"Open {published.by_hand}, download {names}, and put each into {home} under exactly this name; then run "
        f"`bernie models pull {published.name}` again: it fetches the rest and checks all of it."
    )


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _by_hand(published: Published, home: Path) -> str:
    if published.address:
        return f"copy {_listed([file.path for file in published.files])} into {home} by hand"
    paths = [file.remote or file.path for file in published.files]
    if any(file.remote for file in published.files):
        places = _listed([f"{file.remote} to {home / file.path}" for file in published.files])
        return f"copy from {published.repo} by hand {places}"
    files = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
    return f"copy the files of {published.repo} ({files}) into {home} by hand"


def _reason(error: Exception) -> str:
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError

    if isinstance(error, HfHubHTTPError):
        return f"the hub is busy (status {error.response.status_code})"
    if isinstance(error, httpx2.TimeoutException):
        return "the hub did not answer in time"
    return f"the hub cannot be reached ({error or type(error).__name__})"
