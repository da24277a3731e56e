"""Requests to addresses that users name: they reach the public network, and nothing of ours.

A name is resolved once, every address it has is judged, and the connection goes to an address that was judged: a name
that answers differently a moment later (rebinding) changes nothing. Redirects are answers like others, not followed.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpcore
import httpx

from engine.errors import InvalidInput

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# Addresses that lead to the IPv4 address in their last 32 bits: translated (RFC 6052), compatible (RFC 4291).
WRAPPING_IPV4 = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
# Not all that is called global leads outside: protocol assignments, 6to4 relays (RFC 7526), local-use translation
# (RFC 8215), site-local, segment routing.
NEVER: tuple[Network, ...] = (
    *(IPv4Network(network) for network in ("192.0.0.0/24", "192.88.99.0/24")),
    *(IPv6Network(network) for network in ("64:ff9b:1::/48", "fec0::/10", "5f00::/16")),
)
LONGEST_URL = 2000
POOLS = 32


class NotReachable(Exception):
    """Why an address may not be reached, as a sentence for whoever named it."""


async def resolved(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, the system's way. Raises `OSError`."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True)
class Egress:
    """`allow`: private networks that may be reached all the same, for receivers of one's own."""

    allow: tuple[Network, ...] = ()
    resolve: Resolve = resolved

    @classmethod
    def allowing(cls, networks: str) -> Egress:
        """From a list by commas, as in the settings. Raises `ValueError`."""
        return cls(tuple(ip_network(name.strip()) for name in networks.split(",") if name.strip()))

    def client(self, *, seconds: float, connections: int = 100) -> httpx.AsyncClient:
        """Follows nothing, reads no proxy or netrc from the environment; `seconds` per connect, read and write."""
        return httpx.AsyncClient(
            transport=GuardedTransport(self, connections), timeout=seconds, follow_redirects=False, trust_env=False
        )

    async def addresses(self, host: str, port: int) -> list[str]:
        """To connect to. Raises `NotReachable` when one of them is private: a name has no business there."""
        try:
            found = await self.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise NotReachable(f"The name {host[:100]} does not resolve.") from error
        refused = next((address for address in found if not self.permits(address)), None)
        if refused is not None:
            raise NotReachable(f"{host[:100]} leads to {refused}, which is not a public address.")
        return list(found)

    def permits(self, address: str) -> bool:
        try:
            found = ip_address(address.partition("%")[0])  # a scope names an interface of this machine
        except ValueError:
            return False
        meant = _meant(found)
        return any(_in(one, self.allow) for one in meant) or all(_is_public(one) for one in meant)


def checked_url(url: str) -> httpx.URL:
    """An address that a user named, in form only: where it leads is seen when it is used. Raises `InvalidInput`."""
    problem = "Give a whole address that begins with https:// or http://."
    if len(url) > LONGEST_URL:
        raise InvalidInput(f"This address is too long: at most {LONGEST_URL:,} characters.", field="url")
    if any(character.isspace() or not character.isprintable() or character == "\\" for character in url.strip()):
        raise InvalidInput(problem, field="url")
    try:
        parsed = httpx.URL(url.strip())
        parsed.raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError) as error:
        raise InvalidInput(problem, field="url") from error
    if parsed.scheme not in ("http", "https") or not parsed.host or not 0 < (parsed.port or 80) < 65_536:
        raise InvalidInput(problem, field="url")
    if parsed.userinfo:
        raise InvalidInput("Leave the user name and password out of the address.", field="url")
    return parsed


def _meant(address: Address) -> list[Address]:
    """The address, and each one that is written into it."""
    if isinstance(address, IPv4Address):
        return [address]
    inner: Iterable[IPv4Address | None] = (address.ipv4_mapped, address.sixtofour, *(address.teredo or ()))
    wrapped = [IPv4Address(int(address) & 0xFFFFFFFF)] if _in(address, WRAPPING_IPV4) else []
    found = [one for one in (*inner, *wrapped) if one is not None]
    # What is only a way to write an IPv4 address stands for nothing else.
    return [*found] if found and (address.ipv4_mapped or wrapped) else [address, *found]


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved and not _in(address, NEVER)


def _in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


class _CheckedConnections(httpcore.AsyncNetworkBackend):
    """Connects to an address that was judged; TLS goes on asking for the certificate of the name."""

    def __init__(self, egress: Egress) -> None:
        self._egress, self._plain = egress, httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's protocol
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._egress.addresses(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        await self._plain.sleep(seconds)


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx over connections that `Egress` has checked. Raises `NotReachable` beside httpx's own errors."""

    def __init__(self, egress: Egress, connections: int) -> None:
        # httpcore looks at all pairs of a pool's connections at each request: in one pool of 256 that costs 20 ms,
        # fifteen times as much as the request. So there are many, and each address has its own among them.
        tls, checked = ssl.create_default_context(), _CheckedConnections(egress)
        self._pools = [
            httpcore.AsyncConnectionPool(
                ssl_context=tls,
                max_connections=connections,
                max_keepalive_connections=max(1, connections // POOLS),
                keepalive_expiry=30,
                network_backend=checked,
            )
            for _ in range(POOLS)
        ]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        asked = httpcore.Request(
            request.method, target, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        try:
            answer = await self._pools[hash(str(url)) % POOLS].handle_async_request(asked)
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise httpx.TimeoutException("the receiver did not answer in time", request=request) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, ssl.SSLError) as error:
            raise httpx.NetworkError(str(error) or type(error).__name__, request=request) from error
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer, request), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        for pool in self._pools:
            await pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response, request: httpx.Request) -> None:
        self._answer, self._request = answer, request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._answer.aiter_stream():
                yield part
        except httpcore.TimeoutException as error:
            raise httpx.ReadTimeout(
                "the receiver stopped in the middle of its answer", request=self._request
            ) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise httpx.ReadError(str(error), request=self._request) from error

    async def aclose(self) -> None:
        await self._answer.aclose()
