"""Who is let in with an API key, to what, and how often; and from where nobody is let in for a while."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.requests import HTTPConnection

from engine import Engine, Rate, Standing, TooManyRequests, Unauthorized, User, require_scope
from webhooks.scopes import needed_for

WRONG_KEYS = Rate("wrong-keys", 60, 60)
"""From one address. A key cannot be guessed; this is for the database, which is not asked any more after that."""


async def admit(connection: HTTPConnection, token: str) -> User:
    """The user of that key, with the key, for this request.

    Raises `Unauthorized`, `TooManyRequests`, and `MissingScope` when the key is not for this.
    """
    user = await holder_of(connection, token)
    assert user.key is not None
    await count(connection, user.key.id)
    # A socket has no method, and writes.
    require_scope(user.key, needed_for(connection.scope.get("method", "POST"), connection.scope["path"]))
    return user


async def holder_of(connection: HTTPConnection, token: str) -> User:
    """The user of that key, with the key. Raises `Unauthorized`, and `TooManyRequests` after many wrong ones."""
    engine: Engine = connection.app.state.engine
    if not connection.app.state.requests_per_minute:
        return await engine.keys.with_token(token)
    address = address_of(connection)
    await engine.rates.look(WRONG_KEYS, address)
    try:
        return await engine.keys.with_token(token)
    except Unauthorized:
        with suppress(TooManyRequests):  # this one was looked up: it is told what came of it
            await engine.rates.hit(WRONG_KEYS, address)
        raise


async def count(connection: HTTPConnection, subject: str) -> None:
    """Notes for the answer's headers how many more requests there may be. Raises `TooManyRequests`."""
    amount: int = connection.app.state.requests_per_minute
    if not amount:
        return
    engine: Engine = connection.app.state.engine
    try:
        standing = await engine.rates.hit(Rate("requests", amount, 60), subject)
    except TooManyRequests as error:
        connection.state.standing = Standing(amount, 0, error.retry_after)
        raise
    connection.state.standing = standing


def address_of(connection: HTTPConnection) -> str:
    """Of the client; for IPv6 its network, of which one client has all addresses."""
    host = connection.client.host if connection.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return host
    if address.ipv4_mapped:  # as IPv4 clients look to a socket of both kinds
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> 64 << 64))
