"""The yardstick of `bernie bench api`: FastAPI with one route that reads the same body and does nothing with it."""

from __future__ import annotations

import json
import socket
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class Body(BaseModel):
    capability: str
    params: dict[str, Any]


async def accept(body: Body) -> dict[str, Any]:
    return {"id": "job_0", "state": "queued"} | body.model_dump()


def main() -> None:
    app = FastAPI(openapi_url=None)
    app.add_api_route("/jobs", accept, methods=["POST"], status_code=202)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    print(json.dumps({"url": f"http://127.0.0.1:{listener.getsockname()[1]}"}), flush=True)  # noqa: T201
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
