"""Objects in a bucket, on boto3 in threads. Credentials come from where AWS's tools look: variables, files, role.

boto3 (60 MB with a client, 0.5 to 1 s) is imported at the first call: a service without a bucket never pays for it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from store.objects import (
    ObjectMissing,
    ObjectsUnavailable,
    ObjectTooLarge,
    StoredObject,
    batches,
    check_key,
    check_seconds,
    content_type_of,
    disposition,
    is_key,
)

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef, ListObjectsV2OutputTypeDef

CONNECT_SECONDS, READ_SECONDS = 5, 30
ATTEMPTS = 3
CONNECTIONS = 32

KEYS = "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
RIGHTS = f"refused the credentials. {KEYS}, and that they may list, get, put and delete objects there."
REGION = "is in another region. Set BERNIE_S3__REGION to the bucket's region."
ABSENT = "does not exist. Create it or correct BERNIE_S3__BUCKET."
REFUSALS = {
    "ExpiredToken": RIGHTS,
    "InvalidToken": RIGHTS,
    "NoSuchBucket": ABSENT,
    "InvalidBucketName": "has a name that the store does not accept. Correct BERNIE_S3__BUCKET.",
    "RequestTimeTooSkewed": "refused the request as too old or too new. Set this machine's clock.",
    "PermanentRedirect": REGION,
    "AuthorizationHeaderMalformed": REGION,
    "IllegalLocationConstraintException": REGION,
}


class S3:
    """`Objects` in `bucket`, every key below `prefix`. Without `endpoint`: Amazon's own.

    `public_endpoint`: where links lead, when that is another address of the store than the one this service talks to.
    """

    def __init__(
        self,
        bucket: str,
        *,
        endpoint: str | None = None,
        public_endpoint: str | None = None,
        region: str | None = None,
        prefix: str = "",
    ) -> None:
        """Raises `ValueError` for an endpoint that is no URL, or that holds credentials: botocore's errors show it."""
        for name, url in (("ENDPOINT", endpoint), ("PUBLIC_ENDPOINT", public_endpoint)):
            if url is not None:
                _check_endpoint(f"BERNIE_S3__{name}", url)
        self._public_endpoint = public_endpoint or endpoint
        self._bucket, self._endpoint, self._region = bucket, endpoint, region
        self._prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""
        self._name = f"The bucket {bucket!r} at {endpoint or 'Amazon S3'}"
        self._client: S3Client | None = None
        self._signer: S3Client | None = None  # it never talks to the store
        self._making = threading.Lock()  # making a client is not thread-safe, using it is

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        where = self._where(key)

        def put() -> None:
            self._made().put_object(Bucket=self._bucket, Key=where, Body=data, ContentType=content_type)

        with self._explained(key):
            await asyncio.to_thread(put)

    async def get(self, key: str, *, at_most: int | None = None) -> bytes:
        where = self._where(key)

        def get() -> bytes:
            found = self._made().get_object(Bucket=self._bucket, Key=where)
            if at_most is not None and found["ContentLength"] > at_most:
                found["Body"].close()
                raise ObjectTooLarge(key)
            return found["Body"].read()

        with self._explained(key):
            return await asyncio.to_thread(get)

    async def link(self, key: str, *, seconds: int, filename: str | None = None) -> str:
        """With temporary credentials (a role) the link dies with them, if that is earlier."""
        check_seconds(seconds)
        wanted: GetObjectRequestTypeDef = {"Bucket": self._bucket, "Key": self._where(key)}
        wanted["ResponseContentType"] = content_type_of(key)
        if filename is not None:
            wanted["ResponseContentDisposition"] = disposition(filename)

        return await self._signed("get_object", dict(wanted), key, seconds)

    async def put_link(self, key: str, *, seconds: int, bytes: int) -> str:
        """The length is signed with it: the store refuses another."""
        check_seconds(seconds)
        wanted = {"Bucket": self._bucket, "Key": self._where(key), "ContentLength": bytes}
        return await self._signed("put_object", wanted, key, seconds)

    async def _signed(self, method: str, wanted: dict[str, Any], key: str, seconds: int) -> str:
        def sign() -> str:  # in a thread too: a role's credentials may have to be fetched
            return self._made_signer().generate_presigned_url(method, Params=wanted, ExpiresIn=seconds)

        with self._explained(key):
            return await asyncio.to_thread(sign)

    async def delete(self, keys: Iterable[str]) -> None:
        with self._explained(None):
            for batch in batches(keys):
                await asyncio.to_thread(self._delete, batch)

    async def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        if prefix:
            check_key(prefix.removesuffix("/"))
        with self._explained(None):
            pages = await asyncio.to_thread(self._pages, prefix)
            while page := await asyncio.to_thread(next, pages, None):
                for item in page.get("Contents", ()):
                    key = item["Key"].removeprefix(self._prefix)
                    if is_key(key):  # not the `folder/` markers of web consoles
                        modified = item["LastModified"].astimezone(UTC)
                        yield StoredObject(key=key, bytes=item["Size"], modified=modified)

    async def aclose(self) -> None:
        clients = {self._client, self._signer} - {None}
        self._client = self._signer = None
        for client in clients:
            if client is not None:
                await asyncio.to_thread(client.close)

    async def check(self) -> None:
        """Lists rather than heads the bucket: an answer to HEAD has no body to tell one refusal from another."""
        with self._explained(None):
            pages = await asyncio.to_thread(self._pages, "", 1)
            await asyncio.to_thread(next, pages, None)

    def _where(self, key: str) -> str:
        check_key(key)
        return self._prefix + key

    def _delete(self, keys: tuple[str, ...]) -> None:
        doomed: Any = {"Objects": [{"Key": self._prefix + key} for key in keys], "Quiet": True}
        answer = self._made().delete_objects(Bucket=self._bucket, Delete=doomed)
        # The status is 200 even when single keys were kept.
        kept = [error for error in answer.get("Errors", ()) if error.get("Code") != "NoSuchKey"]
        if kept:
            raise ObjectsUnavailable(f"{self._name} kept {len(kept)} objects: {kept[0].get('Code')}. Check the rights.")

    def _pages(self, prefix: str, at_most: int | None = None) -> Iterator[ListObjectsV2OutputTypeDef]:
        pages = self._made().get_paginator("list_objects_v2")
        limit: Any = {} if at_most is None else {"MaxItems": at_most, "PageSize": at_most}
        return iter(pages.paginate(Bucket=self._bucket, Prefix=self._prefix + prefix, PaginationConfig=limit))

    def _made(self) -> S3Client:
        with self._making:
            if self._client is None:
                self._client = _make_client(self._endpoint, self._region)
            return self._client

    def _made_signer(self) -> S3Client:
        if self._public_endpoint == self._endpoint:
            return self._made()
        with self._making:
            if self._signer is None:
                self._signer = _make_client(self._public_endpoint, self._region)
            return self._signer

    @contextmanager
    def _explained(self, key: str | None) -> Iterator[None]:
        """botocore's errors within become ours; their sentences name the bucket and never repeat the request."""
        try:
            yield
        except Exception as error:
            explained = _explain(error, self._name, key)
            if explained is None:
                raise
            raise explained from error


def _check_endpoint(name: str, endpoint: str) -> None:
    url = urlsplit(endpoint)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError(f"{name} must be a URL such as https://s3.example.org.")
    if "@" in url.netloc:
        raise ValueError(f"{name} must not hold credentials. Set AWS_ACCESS_KEY_ID and the like instead.")


def _make_client(endpoint: str | None, region: str | None) -> S3Client:
    import boto3
    from botocore.config import Config

    config = Config(
        signature_version="s3v4",
        # Few self-hosted stores have a DNS name per bucket.
        s3={"addressing_style": "path" if endpoint else "auto"},
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        max_pool_connections=CONNECTIONS,
        # The newer default adds checksum trailers that many S3-like stores refuse.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    # A signature needs some region; self-hosted stores take this one unless told otherwise.
    region = region or ("us-east-1" if endpoint else None)
    return boto3.session.Session().client("s3", endpoint_url=endpoint, region_name=region, config=config)


def _explain(error: Exception, name: str, key: str | None) -> ObjectMissing | ObjectsUnavailable | None:
    """None: not botocore's."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectionError,
        CredentialRetrievalError,
        HTTPClientError,
        NoCredentialsError,
        PartialCredentialsError,
    )

    match error:
        case ClientError():
            return _refused(error, name, key)
        case NoCredentialsError() | PartialCredentialsError() | CredentialRetrievalError():
            return ObjectsUnavailable(f"{name} needs credentials. {KEYS}.")
        case ConnectionError() | HTTPClientError():
            advice = "Check that the store runs, and BERNIE_S3__ENDPOINT."
            return ObjectsUnavailable(f"{name} does not answer ({type(error).__name__}). {advice}")
        case BotoCoreError():
            advice = "Check BERNIE_S3__BUCKET, __ENDPOINT and __REGION."
            return ObjectsUnavailable(f"{name} cannot be used ({type(error).__name__}). {advice}")
    return None


def _refused(error: ClientError, name: str, key: str | None) -> ObjectMissing | ObjectsUnavailable:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in REFUSALS:
        return ObjectsUnavailable(f"{name} {REFUSALS[code]}")
    if status == 404 and key is not None:
        return ObjectMissing(key)
    if status in (401, 403):
        return ObjectsUnavailable(f"{name} {RIGHTS}")
    return ObjectsUnavailable(f"{name} answered {status} {code}. Try again; if it stays, look at the store's own log.")
