"""`/metrics` for Prometheus: traffic of this process, and what the rows tell of all of them.

With a token it is told to whoever has it; without one, to this machine only.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import APIRouter, Request, Response

from engine import DatabaseUnavailable, Distribution, Engine, NotAllowed, Snapshot, Totals, Unauthorized
from webhooks.auth import key_of
from webhooks.requests import TheEngine
from webhooks.traffic import Traffic

if TYPE_CHECKING:
    from prometheus_client import Metric

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


async def metrics(request: Request, engine: TheEngine) -> Response:
    """In the text format of Prometheus. Takes the token of `BERNIE_METRICS__TOKEN`, or comes from this machine."""
    _require_permission(request, request.app.state.metrics_token)
    # Imported here: a service that nobody watches does without it.
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest

    seen: Snapshot | None
    try:
        seen = await engine.figures.look()
    except DatabaseUnavailable:
        seen = None
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    registry.register(_Page(engine, request.app.state.traffic, seen))
    return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})


def _require_permission(request: Request, token: str | None) -> None:
    """Raises `Unauthorized` and `NotAllowed`."""
    if token is not None:
        if not hmac.compare_digest(key_of(request).encode(), token.encode()):
            raise Unauthorized("Send the token of BERNIE_METRICS__TOKEN as `Authorization: Bearer TOKEN`.")
        return
    host = request.client.host if request.client else ""
    if not _is_loopback(host) or any(name in request.headers for name in FORWARDED):
        raise NotAllowed(
            "Metrics are told to this machine only. To read them from elsewhere, set BERNIE_METRICS__TOKEN."
        )


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


class _Page:
    """What `prometheus_client` collects: plain numbers, put into its words."""

    def __init__(self, engine: Engine, traffic: Traffic, seen: Snapshot | None) -> None:
        self._engine, self._traffic, self._seen = engine, traffic, seen

    def collect(self) -> Iterator[Metric]:
        yield from _about(self._engine, self._seen)
        yield from _of_traffic(self._traffic)
        if self._seen is not None:
            yield from _of_totals(self._engine.figures.totals)
            yield from _of_now(self._seen)


@cache
def _version() -> str:
    return metadata.version("bernie")


def _about(engine: Engine, seen: Snapshot | None) -> Iterator[Metric]:
    version = _version()
    yield _gauge("bernie_info", "The version that runs", ("version",), {(version,): 1})
    yield _gauge("bernie_database_up", "Whether the database answered this time", (), {(): int(seen is not None)})
    offered = {(name,): int(offer.unavailable is None) for name, offer in engine.offers.items()}
    yield _gauge("bernie_capability_up", "Whether there is a model for it", ("capability",), offered)


def _of_traffic(traffic: Traffic) -> Iterator[Metric]:
    labels = ("method", "route")
    requests = {(method, route, str(status)): count for (method, route, status), count in traffic.requests.items()}
    yield _counter("bernie_http_requests", "Requests that were answered", (*labels, "status"), requests)
    yield _histogram("bernie_http_first_byte_seconds", "Until the answer began", labels, traffic.seconds)
    kinds = {(kind,): traffic.streams[kind] for kind in ("events", "body", "socket")}
    yield _gauge("bernie_http_streams", "Event streams, streamed bodies and sockets that are open", ("kind",), kinds)


def _of_totals(totals: Totals) -> Iterator[Metric]:
    by, jobs = ("capability",), ("capability", "outcome", "code")
    yield _counter("bernie_jobs", "Jobs that ended", jobs, totals.jobs)
    yield _counter("bernie_credits_captured", "Credits paid for jobs", by, _keyed(totals.credits))
    yield _histogram("bernie_job_waiting_seconds", "From request to start", by, _keyed(totals.waiting_seconds))
    yield _histogram("bernie_job_working_seconds", "From start to success", by, _keyed(totals.working_seconds))
    yield _histogram("bernie_audio_seconds", "Length of the clips made", by, _keyed(totals.audio_seconds))
    attempts = _keyed(totals.attempts)
    yield _counter("bernie_webhook_attempts", "Webhooks sent, by how they were answered", ("answer",), attempts)


def _of_now(seen: Snapshot) -> Iterator[Metric]:
    unfinished, backlog = seen.unfinished, seen.backlog
    yield _gauge("bernie_jobs_unfinished", "Jobs that wait or run", ("capability", "state"), unfinished)
    oldest = {(): seen.waiting_seconds}
    yield _gauge("bernie_jobs_oldest_waiting_seconds", "Of the job that waits longest, 0 for none", (), oldest)
    waiting = {(courier,): found.count for courier, found in backlog.items()}
    yield _gauge("bernie_deliveries_waiting", "Deliveries still to be made", ("courier",), waiting)
    late = {
        (courier,): max((seen.moment - found.next_due_at).total_seconds(), 0.0) if found.next_due_at else 0.0
        for courier, found in backlog.items()
    }
    yield _gauge("bernie_deliveries_overdue_seconds", "Of the delivery that is due longest", ("courier",), late)
    became = ("courier", "outcome")
    yield _gauge("bernie_deliveries_recent", "Deliveries promised in the last 15 minutes", became, seen.promised)


T = TypeVar("T")
Labelled = Mapping[Any, float]
"""Numbers by the values of their labels, a tuple."""


def _keyed(values: Mapping[str, T]) -> dict[tuple[str, ...], T]:
    return {(name,): value for name, value in values.items()}


def _gauge(name: str, says: str, labels: tuple[str, ...], values: Labelled) -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(name, f"{says}.", labels=labels)
    for of, value in values.items():
        family.add_metric(of, value)
    return family


def _counter(name: str, says: str, labels: tuple[str, ...], values: Labelled) -> Metric:
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(name, f"{says}.", labels=labels)
    for of, value in values.items():
        family.add_metric(of, value)
    return family


def _histogram(name: str, says: str, labels: tuple[str, ...], values: Mapping[Any, Distribution]) -> Metric:
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily(name, f"{says}.", labels=labels)
    for of, spread in values.items():
        family.add_metric(of, spread.buckets(), spread.total)
    return family


def routes() -> APIRouter:
    router = APIRouter(tags=["health"])
    content: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
    router.add_api_route("/metrics", metrics, methods=["GET"], response_class=Response, responses=content)
    return router
