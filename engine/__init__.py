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
    KeyCapReached,
    MissingScope,
    ModelUnavailable,
    NotAllowed,
    NotEnoughCredits,
    NotFound,
    QueueFull,
    ServiceError,
    TooManyRequests,
    Unauthorized,
    UserError,
)
from engine.figures import Snapshot, Totals
from engine.formats import FORMATS, Format
from engine.generation import Piece, WordTiming
from engine.hook_bodies import MOST_BYTES as MAX_HOOK_BYTES
from engine.hook_signatures import GITHUB_HEADER
from engine.hooks import Chat
from engine.inbound import Preview
from engine.inbox import Inbox
from engine.invitations import SignUp
from engine.jobs import Again, Status
from engine.keys import LONGEST_OVERLAP_HOURS, MOST_CREDITS, OVERLAP_HOURS, KeyLimits
from engine.offers import BuiltInVoice, Model, Offer, Offers
from engine.outlines import Outline, outline
from engine.payloads import EVENTS, EventType
from engine.places import Place, Reading, Rules
from engine.posts import Answer, Post, Poster
from engine.pronunciations import Alphabet, PronunciationRule
from engine.rates import Rate, Rates, Standing
from engine.replies import Courier, DeliveryFailed, Outcome
from engine.sayings import SAYINGS, Saying, saying_of
from engine.scopes import SCOPES, Scope
from engine.scopes import require as require_scope
from engine.sentences import sentence_about
from engine.sessions import COOKIE_DAYS, session_id
from engine.streams import Stream
from engine.tally import Distribution
from engine.uploads import MAX_BYTES as MAX_UPLOAD_BYTES
from engine.uploads import PutLink
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
    Hook,
    HookCall,
    Identity,
    Invitation,
    Job,
    LedgerEntry,
    Preferences,
    Purchase,
    Session,
    SignedInWith,
    User,
    Voice,
)
from store.usage import Member, Usage

__all__ = [
    "CAPABILITIES",
    "COOKIE_DAYS",
    "EVENTS",
    "FORMATS",
    "GITHUB_HEADER",
    "LONGEST_OVERLAP_HOURS",
    "MAX_HOOK_BYTES",
    "MAX_UPLOAD_BYTES",
    "MOST_CREDITS",
    "OVERLAP_HOURS",
    "SAYINGS",
    "SCOPES",
    "Again",
    "Alphabet",
    "Answer",
    "AnyVoice",
    "ApiKey",
    "Attempt",
    "BuiltInVoice",
    "Capability",
    "Chat",
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
    "Distribution",
    "Endpoint",
    "Engine",
    "EventType",
    "Format",
    "FormatName",
    "Hook",
    "HookCall",
    "Identity",
    "Inbox",
    "InvalidInput",
    "Invitation",
    "Job",
    "JobCancelled",
    "KeyCapReached",
    "KeyLimits",
    "LedgerEntry",
    "Member",
    "MissingScope",
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
    "Preview",
    "PronunciationRule",
    "Purchase",
    "PutLink",
    "QueueFull",
    "Rate",
    "Rates",
    "Reading",
    "Rules",
    "Saying",
    "Scope",
    "ServiceError",
    "Session",
    "SignUp",
    "SignedInWith",
    "Snapshot",
    "Source",
    "Standing",
    "Status",
    "Stream",
    "TooManyRequests",
    "Totals",
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
    "require_scope",
    "saying_of",
    "sentence_about",
    "session_id",
]
