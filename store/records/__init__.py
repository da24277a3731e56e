"""What comes out of the store: frozen records, each made from a row in one place, changed by `replace`."""

from store.records.beside import BESIDE
from store.records.messages import Attempt, Delivery, Endpoint, Hook, HookCall
from store.records.money import LedgerEntry, Purchase
from store.records.people import (
    ApiKey,
    Identity,
    Invitation,
    Preferences,
    Session,
    SessionKind,
    SignedInWith,
    User,
    UserKind,
)
from store.records.work import FINAL, Clip, Dictionary, Job, JobState, StoredPiece, Upload, Voice

__all__ = [
    "BESIDE",
    "FINAL",
    "ApiKey",
    "Attempt",
    "Clip",
    "Delivery",
    "Dictionary",
    "Endpoint",
    "Hook",
    "HookCall",
    "Identity",
    "Invitation",
    "Job",
    "JobState",
    "LedgerEntry",
    "Preferences",
    "Purchase",
    "Session",
    "SessionKind",
    "SignedInWith",
    "StoredPiece",
    "Upload",
    "User",
    "UserKind",
    "Voice",
]
