"""`POST /discord/interactions`: what people do at Discord, for applications with an interactions URL.

Discord signs each request with Ed25519 over the timestamp and the raw body. What passes goes to the bot as if it had
come over the gateway, and is answered there: hence 202 and no body, save for PING, which is answered here.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from engine import Unauthorized

PING = 1
FRESH_SECONDS = 60
"""How old a request may be: an interaction is worth nothing after three seconds."""
REMEMBERED = 10_000
"""Signatures that were seen, so that none counts twice within that time."""
Receive = Callable[[Mapping[str, Any]], None]


class Signatures:
    def __init__(self, public_key: str) -> None:
        """Raises `ValueError` for a key that is none."""
        self._key = VerifyKey(bytes.fromhex(public_key))
        self._seen: OrderedDict[str, None] = OrderedDict()

    def check(self, signature: str | None, timestamp: str | None, body: bytes) -> None:
        """Raises `Unauthorized` for a request that Discord did not sign just now, or that was here before."""
        if not signature or not timestamp:
            raise Unauthorized("This address takes requests that Discord has signed.")
        try:
            self._key.verify(timestamp.encode() + body, bytes.fromhex(signature))
            age = time.time() - float(timestamp)
        except (BadSignatureError, ValueError) as error:
            raise Unauthorized("The signature does not fit.") from error
        if abs(age) > FRESH_SECONDS or signature in self._seen:
            raise Unauthorized("This request is too old or was sent before.")
        self._seen[signature] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)


def routes(public_key: str, receive: Receive) -> APIRouter:
    """Raises `ValueError` for a key that is none."""
    signatures = Signatures(public_key)

    async def interactions(request: Request) -> Response:
        body = await request.body()
        headers = request.headers
        signatures.check(headers.get("x-signature-ed25519"), headers.get("x-signature-timestamp"), body)
        payload = json.loads(body)
        if payload["type"] == PING:
            return JSONResponse({"type": PING})
        receive(payload)
        return Response(status_code=202)

    router = APIRouter(include_in_schema=False)
    router.add_api_route("/discord/interactions", interactions, methods=["POST"])
    return router
