"""The guard of outgoing requests: what a user can name reaches the public network, and nothing of ours."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from engine.egress import Egress, NotReachable, checked_url
from engine.errors import InvalidInput

NOT_ADDRESSES = [
    "",
    "   ",
    "example.org",
    "//example.org/hook",
    "/hook",
    "ftp://example.org/hook",
    "file:///etc/passwd",
    "gopher://example.org:70/_",
    "javascript:alert(1)",
    "data:text/plain,hello",
    "unix:///var/run/docker.sock",
    "http://",
    "http:///hook",
    "https://:443/hook",
    "http://user@example.org/",
    "http://user:password@example.org/",
    "http://example.org@127.0.0.1/",
    "http://example.org:99999/",
    "http://example.org:abc/",
    "http://exa mple.org/",
    "http://example.org/\r\nHost: localhost",
    "http://example.org\\@127.0.0.1/",
    "http://[::1/",
    "http://" + "a" * 2000,
]
PRIVATE = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://localhost./",
    "http://LOCALHOST:6379/",
    "http://127.0.0.1.:8080/",
    "http://127.255.255.254/",
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://100.64.0.1/",
    "http://192.0.0.8/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://203.0.113.5/",
    "http://192.88.99.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b:1::10.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[2001:0:7f00:1::]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[100::1]/",
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]


@pytest.mark.parametrize("url", NOT_ADDRESSES)
def test_what_is_no_address_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_url(url)
    assert refused.value.field == "url"


@pytest.mark.parametrize("url", PRIVATE)
async def test_an_address_of_our_own_network_is_not_connected_to(url: str) -> None:
    async with Egress().client(seconds=5) as client:
        with pytest.raises((NotReachable, InvalidInput)) as refused:
            await client.post(checked_url(url), content=b"{}")
    assert re.search("not a public address|does not resolve|whole address", str(refused.value))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_reached(address: str) -> None:
    assert Egress().permits(address)


async def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["8.8.8.8", "10.0.0.7"]

    async with Egress(resolve=resolve).client(seconds=5) as client:
        with pytest.raises(NotReachable, match=r"two\.example leads to 10\.0\.0\.7"):
            await client.get("http://two.example/")


@dataclass
class Receiver:
    """Listens on loopback and answers everything alike."""

    answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n"
    port: int = 0
    asked: list[bytes] = field(default_factory=list)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Receiver]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answer)
        await writer.drain()
        writer.close()


async def test_a_network_that_the_operator_allows_is_reached_under_the_name_that_was_asked_for() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async with Receiver().listening() as receiver:
        egress = Egress(Egress.allowing("127.0.0.0/8, ::1/128").allow, resolve)
        async with egress.client(seconds=5) as client:
            answer = await client.post(f"http://hooks.internal:{receiver.port}/in?x=1", content=b"{}")
    assert answer.status_code == 204
    [asked] = receiver.asked
    assert asked.startswith(b"POST /in?x=1 HTTP/1.1\r\n")
    assert f"Host: hooks.internal:{receiver.port}".encode() in asked


async def test_a_name_that_changes_its_mind_is_asked_once_per_connection() -> None:
    """DNS rebinding: public when judged, private when used. The address that was judged is the one used."""
    answers = iter([["198.51.100.1"], ["127.0.0.1"]])
    seen: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        seen.append(host)
        return next(answers)

    async with Receiver().listening() as receiver:
        # The first answer is a documentation address, allowed here: nothing answers there.
        egress = Egress(Egress.allowing("198.51.100.0/24").allow, resolve)
        async with egress.client(seconds=0.3) as client:
            with pytest.raises(httpx.TransportError):
                await client.get(f"http://rebinding.example:{receiver.port}/")
            assert seen == ["rebinding.example"]
            with pytest.raises(NotReachable, match=r"127\.0\.0\.1"):
                await client.get(f"http://rebinding.example:{receiver.port}/")
    assert receiver.asked == []


async def test_a_redirect_into_our_network_is_an_answer_and_not_followed() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    guarded = Egress.allowing("127.0.0.1/32").client(seconds=5)
    async with Receiver(answer).listening() as receiver, guarded as client:
        found = await client.get(f"http://127.0.0.1:{receiver.port}/")
    assert (found.status_code, len(receiver.asked)) == (302, 1)


async def test_a_name_that_does_not_resolve_and_a_port_where_nobody_listens_are_told_apart() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with Egress.allowing("127.0.0.1/32").client(seconds=5) as client:
            with pytest.raises(httpx.NetworkError):
                await client.get(f"http://127.0.0.1:{taken.getsockname()[1]}/")
            with pytest.raises(NotReachable, match="does not resolve"):
                await client.get("http://nowhere.invalid/")


def test_a_list_of_networks_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="10"):
        Egress.allowing("10.0.0.0/99")
