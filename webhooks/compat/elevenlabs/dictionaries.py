"""`/v1/pronunciation-dictionaries`: rules, and lexicon files in PLS (W3C Pronunciation Lexicon 1.0)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine import Alphabet, Dictionary, DictionaryChange, Engine, InvalidInput, NotFound, PronunciationRule, User
from webhooks.auth import CurrentUser
from webhooks.compat.elevenlabs.answers import AnyId
from webhooks.requests import TheEngine

PLS = "http://www.w3.org/2005/01/pronunciation-lexicon"
RULES_BYTES = 2_500_000
ALPHABETS: dict[str, Alphabet] = {
    "ipa": "ipa",
    "cmu": "cmu-arpabet",
    "cmu-arpabet": "cmu-arpabet",
    "x-cmu": "cmu-arpabet",
}


class Rule(BaseModel):
    model_config = ConfigDict(extra="allow")
    type: Literal["alias", "phoneme"]
    string_to_replace: str = Field(max_length=100)
    alias: str | None = Field(default=None, max_length=200)
    phoneme: str | None = Field(default=None, max_length=200)
    alphabet: str | None = Field(default=None, max_length=20)
    case_sensitive: bool | None = None
    word_boundaries: bool | None = None


class NewDictionary(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str = Field(max_length=60)
    description: str | None = Field(default=None, max_length=500)
    rules: list[Rule] = Field(max_length=1000)


class Rules(BaseModel):
    model_config = ConfigDict(extra="allow")
    rules: list[Rule] = Field(max_length=1000)


class RuleStrings(BaseModel):
    model_config = ConfigDict(extra="allow")
    rule_strings: list[Annotated[str, Field(max_length=100)]] = Field(max_length=1000)


class Changed(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str | None = Field(default=None, max_length=60)
    archived: bool | None = None


class Added(BaseModel):
    id: str
    name: str
    created_by: str
    creation_time_unix: int
    version_id: str
    version_rules_num: int
    description: str | None


class Metadata(BaseModel):
    id: str
    latest_version_id: str
    latest_version_rules_num: int
    name: str
    created_by: str
    creation_time_unix: int
    archived_time_unix: int | None = None
    description: str | None


class WithRules(Metadata):
    rules: list[Rule]


class Page(BaseModel):
    pronunciation_dictionaries: list[Metadata]
    next_cursor: str | None
    has_more: bool


class Version(BaseModel):
    id: str
    version_id: str
    version_rules_num: int


async def add_from_rules(body: NewDictionary, user: CurrentUser, engine: TheEngine) -> Added:
    rules = [_ours(rule) for rule in body.rules]
    made = await engine.dictionaries.add(user, name=body.name, rules=rules, description=body.description or "")
    return _added(made)


async def add_from_file(
    user: CurrentUser,
    engine: TheEngine,
    name: Annotated[str, Form(max_length=60)],
    file: Annotated[UploadFile | None, File()] = None,
    description: Annotated[str | None, Form(max_length=500)] = None,
) -> Added:
    """A lexicon in PLS."""
    rules = _lexicon(await file.read()) if file is not None else []
    return _added(await engine.dictionaries.add(user, name=name, rules=rules, description=description or ""))


async def page(
    user: CurrentUser,
    engine: TheEngine,
    page_size: Annotated[int, Query(ge=1, le=100)] = 30,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Page:
    """By name. A page's cursor is the id of its last dictionary."""
    found = await engine.dictionaries.mine(user)
    ids = [dictionary.id for dictionary in found]
    start = ids.index(cursor) + 1 if cursor in ids else 0
    shown, more = found[start : start + page_size], start + page_size < len(found)
    return Page(
        pronunciation_dictionaries=[_metadata(one) for one in shown],
        next_cursor=shown[-1].id if more else None,
        has_more=more,
    )


async def get(dictionary_id: AnyId, user: CurrentUser, engine: TheEngine) -> WithRules:
    dictionary, rules = await engine.dictionaries.get(user, dictionary_id)
    return WithRules(**_metadata(dictionary).model_dump(), rules=[_theirs(rule) for rule in rules])


async def change(dictionary_id: AnyId, body: Changed, user: CurrentUser, engine: TheEngine) -> Metadata:
    """Another name. Archived is deleted: they know no other way to be rid of one."""
    if body.archived:
        dictionary, _ = await engine.dictionaries.get(user, dictionary_id)
        await engine.dictionaries.delete(user, dictionary_id)
        return _metadata(dictionary)
    return _metadata(await engine.dictionaries.change(user, dictionary_id, DictionaryChange(name=body.name)))


async def add_rules(dictionary_id: AnyId, body: Rules, user: CurrentUser, engine: TheEngine) -> Version:
    return await _changed(engine, user, dictionary_id, DictionaryChange(add=[_ours(rule) for rule in body.rules]))


async def set_rules(dictionary_id: AnyId, body: Rules, user: CurrentUser, engine: TheEngine) -> Version:
    return await _changed(engine, user, dictionary_id, DictionaryChange(rules=[_ours(rule) for rule in body.rules]))


async def remove_rules(dictionary_id: AnyId, body: RuleStrings, user: CurrentUser, engine: TheEngine) -> Version:
    return await _changed(engine, user, dictionary_id, DictionaryChange(remove=body.rule_strings))


async def download(dictionary_id: AnyId, version_id: AnyId, user: CurrentUser, engine: TheEngine) -> Response:
    """The newest version in PLS: earlier ones are not kept."""
    dictionary, rules = await engine.dictionaries.get(user, dictionary_id)
    if version_id != _version(dictionary):
        raise NotFound("Only the newest version of a dictionary is kept.")
    return Response(_pls(rules), media_type="application/pls+xml")


async def _changed(engine: Engine, user: User, dictionary_id: str, wanted: DictionaryChange) -> Version:
    after = await engine.dictionaries.change(user, dictionary_id, wanted)
    return Version(id=after.id, version_id=_version(after), version_rules_num=after.rule_count)


def _version(dictionary: Dictionary) -> str:
    return f"{dictionary.id}_v{dictionary.version}"


def _metadata(dictionary: Dictionary) -> Metadata:
    return Metadata(
        id=dictionary.id,
        latest_version_id=_version(dictionary),
        latest_version_rules_num=dictionary.rule_count,
        name=dictionary.name,
        created_by=dictionary.user_id,
        creation_time_unix=int(dictionary.created_at.timestamp()),
        description=dictionary.description or None,
    )


def _added(dictionary: Dictionary) -> Added:
    facts = _metadata(dictionary).model_dump(exclude={"latest_version_id", "latest_version_rules_num"})
    return Added(**facts, version_id=_version(dictionary), version_rules_num=dictionary.rule_count)


def _ours(rule: Rule) -> PronunciationRule:
    """Raises `InvalidInput`."""
    alphabet = ALPHABETS.get((rule.alphabet or "ipa").lower())
    if rule.type == "phoneme" and alphabet is None:
        raise InvalidInput("The alphabet of a phoneme rule is ipa or cmu-arpabet.", field="rules")
    try:
        return PronunciationRule(
            word=rule.string_to_replace,
            alias=rule.alias if rule.type == "alias" else None,
            phonemes=rule.phoneme if rule.type == "phoneme" else None,
            alphabet=alphabet if rule.type == "phoneme" else "voice",
            case_sensitive=rule.case_sensitive is not False,  # their default
            whole_word=rule.word_boundaries is not False,
        )
    except ValidationError as error:
        said = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise InvalidInput(f"{rule.string_to_replace[:40]!r}: {said}", field="rules") from error


def _theirs(rule: PronunciationRule) -> Rule:
    return Rule(
        type="alias" if rule.alias is not None else "phoneme",
        string_to_replace=rule.word,
        alias=rule.alias,
        phoneme=rule.phonemes,
        alphabet=None if rule.alias is not None else rule.alphabet,
        case_sensitive=rule.case_sensitive,
        word_boundaries=rule.whole_word,
    )


def _lexicon(data: bytes) -> list[PronunciationRule]:
    """Raises `InvalidInput` for what is no lexicon."""
    try:
        root = fromstring(data)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise InvalidInput("This file is no pronunciation lexicon in PLS (XML).", field="file") from error
    return [_ours(rule) for rule in _lexemes(root)]


def _lexemes(root: Element) -> Iterator[Rule]:
    alphabet = root.get("alphabet", "ipa")
    for lexeme in root.iter(f"{{{PLS}}}lexeme"):
        alias, phoneme = (lexeme.findtext(f"{{{PLS}}}{name}") for name in ("alias", "phoneme"))
        for grapheme in lexeme.iterfind(f"{{{PLS}}}grapheme"):
            word = (grapheme.text or "").strip()[:100]
            if alias:
                yield Rule(type="alias", string_to_replace=word, alias=alias.strip()[:200])
            elif phoneme:
                yield Rule(type="phoneme", string_to_replace=word, phoneme=phoneme.strip()[:200], alphabet=alphabet)


def _pls(rules: list[PronunciationRule]) -> bytes:
    """Rules in the voice's own alphabet have no name there: they are left out."""
    lexicon = Element("lexicon", {"version": "1.0", "xmlns": PLS, "alphabet": "ipa", "xml:lang": "en"})
    for rule in rules:
        if rule.alias is None and rule.alphabet != "ipa":
            continue
        lexeme = SubElement(lexicon, "lexeme")
        SubElement(lexeme, "grapheme").text = rule.word
        SubElement(lexeme, "alias" if rule.alias is not None else "phoneme").text = rule.alias or rule.phonemes
    indent(lexicon)
    written: bytes = tostring(lexicon, encoding="utf-8", xml_declaration=True)
    return written


def routes() -> APIRouter:
    router = APIRouter(prefix="/v1/pronunciation-dictionaries", tags=["ElevenLabs: pronunciation"])
    router.add_api_route("/add-from-rules", add_from_rules, methods=["POST"], max_body_size=RULES_BYTES)
    router.add_api_route("/add-from-file", add_from_file, methods=["POST"], max_body_size=RULES_BYTES)
    router.add_api_route("", page, methods=["GET"])
    router.add_api_route("/{dictionary_id}", get, methods=["GET"])
    router.add_api_route("/{dictionary_id}", change, methods=["PATCH"])
    for path, answer in (("add", add_rules), ("set", set_rules)):
        router.add_api_route(f"/{{dictionary_id}}/{path}-rules", answer, methods=["POST"], max_body_size=RULES_BYTES)
    router.add_api_route("/{dictionary_id}/remove-rules", remove_rules, methods=["POST"])
    router.add_api_route("/{dictionary_id}/{version_id}/download", download, methods=["GET"], response_class=Response)
    return router
