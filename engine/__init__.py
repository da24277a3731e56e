"""The front door of the engine: what a surface may import, and all that it needs."""

from engine.capabilities import (
    CAPABILITIES,
    Capability,
    FormatName,
    Params,
    Source,
    Upload,
    VoiceName,
    capability_named,
)
from engine.dictionaries import DictionaryChange
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
from engine.formats import FORMATS, Format
from engine.generation import Piece, WordTiming
from engine.inbox import Inbox
from engine.jobs import Again, Status
from engine.offers import BuiltInVoice, Model, Offer, Offers
from engine.outlines import Outline, outline
from engine.payloads import EVENTS, EventType
from engine.places import Place, Rules
from engine.posts import Answer, Post, Poster
from engine.pronunciations import Alphabet, PronunciationRule
from engine.replies import Courier, DeliveryFailed, Outcome
from engine.sentences import sentence_about
from engine.streams import Stream
from engine.uploads import MAX_BYTES as MAX_UPLOAD_BYTES
from engine.users import COOKIE_DAYS
from engine.voice_search import AnyVoice
from engine.voice_settings import from_voice_settings
from engine.voices import VoiceInfo
from store import DatabaseUnavailable
from store.objects import ObjectsUnavailable
from store.records import (
    ApiKey,
    Attempt,
    Clip,
    Delivery,
    Dictionary,
    Endpoint,
    Identity,
    Job,
    LedgerEntry,
    Preferences,
    Purchase,
    User,
    Voice,
)
from store.usage import Member, Usage

__all__ = [
    "CAPABILITIES",
    "COOKIE_DAYS",
    "EVENTS",
    "FORMATS",
    "MAX_UPLOAD_BYTES",
    "Again",
    "Alphabet",
    "Answer",
    "AnyVoice",
    "ApiKey",
    "Attempt",
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
    "Dictionary",
    "DictionaryChange",
    "Endpoint",
    "Engine",
    "EventType",
    "Format",
    "FormatName",
    "Identity",
    "Inbox",
    "InvalidInput",
    "Job",
    "JobCancelled",
    "LedgerEntry",
    "Member",
    "Model",
    "ModelUnavailable",
    "NotAllowed",
    "NotEnoughCredits",
    "NotFound",
    "ObjectsUnavailable",
    "Offer",
    "Offers",
    "Outcome",
    "Outline",
    "Params",
    "Piece",
    "Place",
    "Post",
    "Poster",
    "Preferences",
    "PronunciationRule",
    "Purchase",
    "QueueFull",
    "Rules",
    "ServiceError",
    "Source",
    "Status",
    "Stream",
    "Unauthorized",
    "Upload",
    "Usage",
    "User",
    "UserError",
    "Voice",
    "VoiceInfo",
    "VoiceName",
    "WordTiming",
    "assemble",
    "capability_named",
    "from_voice_settings",
    "outline",
    "sentence_about",
]
