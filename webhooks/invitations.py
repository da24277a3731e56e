"""`/api/v1/invitations`: links by which new people sign up. Only the owner makes them."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from engine import Invitation
from webhooks.auth import CurrentUser
from webhooks.requests import AnId, TheEngine


class NewInvitation(BaseModel):
    """`credits`: what each who comes by it starts with; the welcome credits when left out."""

    model_config = ConfigDict(extra="forbid")
    credits: int | None = Field(default=None, strict=True, ge=0, le=10**12)
    uses: int = Field(default=1, strict=True, ge=1, le=1000)
    days: int = Field(default=7, strict=True, ge=1, le=365)


class InvitationView(BaseModel):
    id: str
    credits: int | None
    uses: int
    used: int
    created_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None


class InvitationWithToken(InvitationView):
    token: str = Field(description="It is shown now and never again.")
    path: str = Field(description="Where it leads: put it after the address of this service.")


class InvitationPage(BaseModel):
    invitations: list[InvitationView]


def view(invitation: Invitation) -> InvitationView:
    return InvitationView(**{name: getattr(invitation, name) for name in InvitationView.model_fields})


async def create(body: NewInvitation, user: CurrentUser, engine: TheEngine) -> InvitationWithToken:
    invitation, token = await engine.invitations.create(user, credits=body.credits, uses=body.uses, days=body.days)
    return InvitationWithToken(**view(invitation).model_dump(), token=token, path=f"/join?invitation={token}")


async def page(user: CurrentUser, engine: TheEngine) -> InvitationPage:
    """Newest first; those that expired, for a month more."""
    return InvitationPage(invitations=[view(invitation) for invitation in await engine.invitations.mine(user)])


async def withdraw(invitation_id: AnId, user: CurrentUser, engine: TheEngine) -> None:
    """Nobody gets in by it any more."""
    await engine.invitations.withdraw(user, invitation_id)


def routes() -> APIRouter:
    router = APIRouter(prefix="/invitations", tags=["account"])
    router.add_api_route("", create, methods=["POST"], status_code=201)
    router.add_api_route("", page, methods=["GET"])
    router.add_api_route("/{invitation_id}", withdraw, methods=["DELETE"], status_code=204)
    return router
