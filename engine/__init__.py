"""The front door of the engine: what a surface may import, and all that it needs."""

from engine.capabilities import CAPABILITIES, Capability, Params, Source, Upload, VoiceName, capability_named
from engine.engine import Engine, assemble
from engine.errors import (
    ClipTooLong,
    ClipUnreadable,
    Conflict,
    InvalidInput,
    JobCancelled,
    ModelUnavailable,
    NotAllowed,
    NotEnoughCredits,
    NotFound,
    QueueFull,
    ServiceError,
    Unauthorized,
    UserError,
)
from engine.jobs import Status
from engine.offers import BuiltInVoice, Model, Offer, Offers
from engine.outbox import Courier, DeliveryFailed, Outcome
from engine.sentences import sentence_about
from engine.uploads import MAX_BYTES as MAX_UPLOAD_BYTES
from engine.users import COOKIE_DAYS
from store import DatabaseUnavailable
from store.objects import ObjectsUnavailable
from store.records import ApiKey, Clip, Delivery, Job, LedgerEntry, User, Voice

__all__ = [
    "CAPABILITIES",
    "COOKIE_DAYS",
    "MAX_UPLOAD_BYTES",
    "ApiKey",
    "BuiltInVoice",
    "Capability",
    "Clip",
    "ClipTooLong",
    "ClipUnreadable",
    "Conflict",
    "Courier",
    "DatabaseUnavailable",
    "Delivery",
    "DeliveryFailed",
    "Engine",
    "InvalidInput",
    "Job",
    "JobCancelled",
    "LedgerEntry",
    "Model",
    "ModelUnavailable",
    "NotAllowed",
    "NotEnoughCredits",
    "NotFound",
    "ObjectsUnavailable",
    "Offer",
    "Offers",
    "Outcome",
    "Params",
    "QueueFull",
    "ServiceError",
    "Source",
    "Status",
    "Unauthorized",
    "Upload",
    "User",
    "UserError",
    "Voice",
    "VoiceName",
    "assemble",
    "capability_named",
    "sentence_about",
]
