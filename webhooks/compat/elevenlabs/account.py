"""`/v1/user`, `/v1/user/subscription` and `/v1/models`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from engine import CAPABILITIES, Engine, Model, User
from webhooks.auth import CurrentUser, key_is_openai
from webhooks.requests import TheEngine

VOICE_LIMIT = 100
LONGEST_TEXT = 5000
# Names of theirs that are in their users' code; every one of them is answered by the model that the voice belongs to.
ALIASES = ("eleven_multilingual_v2", "eleven_flash_v2_5", "eleven_turbo_v2_5", "eleven_v3")
OPENAI_ALIASES = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
LANGUAGES = [{"language_id": "en", "name": "English"}]


class Overage(BaseModel):
    amount: str = "0"
    currency: str = "usd"


class UserSubscription(BaseModel):
    """Credits: `character_count` are spent, `character_limit` is what was ever given; the rest is there to spend."""

    tier: str = "self_hosted"
    character_count: int
    character_limit: int
    max_credit_limit_extension: int | str = 0
    can_extend_character_limit: bool = False
    allowed_to_extend_character_limit: bool = False
    voice_slots_used: int
    professional_voice_slots_used: int = 0
    professional_voice_slots_used_in_workspace: int = 0
    voice_limit: int = VOICE_LIMIT
    voice_add_edit_counter: int
    professional_voice_limit: int = 0
    can_extend_voice_limit: bool = False
    can_use_instant_voice_cloning: bool
    can_use_professional_voice_cloning: bool = False
    current_overage: Overage = Overage()
    status: str = "active"
    next_character_count_reset_unix: int | None = None


class Subscription(UserSubscription):
    open_invoices: list[dict[str, Any]] = []
    has_open_invoices: bool = False


class UserAnswer(BaseModel):
    user_id: str
    workspace_id: str
    subscription: UserSubscription
    is_new_user: bool = False
    can_use_delayed_payment_methods: bool = False
    is_onboarding_completed: bool = True
    is_onboarding_checklist_completed: bool = True
    created_at: int
    seat_type: str = "workspace_admin"
    first_name: str | None


async def subscription(user: CurrentUser, engine: TheEngine) -> Subscription:
    return Subscription(**await _facts(engine, user))


async def account(user: CurrentUser, engine: TheEngine) -> UserAnswer:
    return UserAnswer(
        user_id=user.id,
        workspace_id=user.id,
        subscription=UserSubscription(**await _facts(engine, user)),
        created_at=int(user.created_at.timestamp()),
        first_name=user.name,
    )


async def _facts(engine: Engine, user: User) -> dict[str, Any]:
    left = await engine.credits.balance(user)
    spent = sum(day.credits for day in await engine.credits.usage(user, since=user.created_at))
    mine = len(await engine.voices.mine(user))
    clones = any(offer.clones for offer in engine.offers.values())
    return {
        "character_count": spent,
        "character_limit": spent + left,
        "voice_slots_used": mine,
        "voice_add_edit_counter": mine,
        "can_use_instant_voice_cloning": clones,
    }


async def models(request: Request, user: CurrentUser, engine: TheEngine) -> JSONResponse:
    """A bare list for the ElevenLabs SDK (`xi-api-key`), `{"object": "list"}` for the OpenAI SDK (a bearer's key)."""
    ours = [(name, model) for name, offer in engine.offers.items() for model in offer.models]
    if key_is_openai(request):
        names = [model.name for _, model in ours] + list(OPENAI_ALIASES)
        listed = [{"id": name, "object": "model", "created": 0, "owned_by": "bernie"} for name in names]
        return JSONResponse({"object": "list", "data": listed})
    speaking = next((model for name, model in ours if name == "tts"), None)
    aliases = [_model(alias, "tts", speaking) for alias in ALIASES] if speaking else []
    return JSONResponse([_model(model.name, name, model) for name, model in ours] + aliases)


def _model(name: str, capability: str, model: Model) -> dict[str, Any]:
    return {
        "model_id": name,
        "name": name if name == model.name else f"{name} (answered by {model.name})",
        "description": next(declared.summary for declared in CAPABILITIES if declared.name == capability),
        "can_do_text_to_speech": capability == "tts",
        "can_do_voice_conversion": capability == "vc",
        "can_be_finetuned": False,
        "can_use_style": False,
        "can_use_speaker_boost": False,
        "serves_pro_voices": False,
        "token_cost_factor": 1.0,
        "requires_alpha_access": False,
        "max_characters_request_free_user": LONGEST_TEXT,
        "max_characters_request_subscribed_user": LONGEST_TEXT,
        "maximum_text_length_per_request": LONGEST_TEXT,
        "languages": LANGUAGES,
    }


def routes() -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["ElevenLabs: account"])
    router.add_api_route("/user", account, methods=["GET"])
    router.add_api_route("/user/subscription", subscription, methods=["GET"])
    router.add_api_route("/models", models, methods=["GET"], response_class=JSONResponse)
    return router
