"""The verifiers of docs/webhooks.md, run as they stand there, where their language is on this machine."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import EVENTS
from engine.endpoints import new_secret
from webhooks.signing import signatures

PAGE = (Path(__file__).parents[2] / "docs/webhooks.md").read_text()
BODY = '{"type":"test.ping","data":{"message":"Grüße"}}'.encode()
ID = "msg_01K00000000000000000000000"

GO = """package main

import ("crypto/hmac"; "crypto/sha256"; "encoding/base64"; "encoding/json"; "fmt"; "math"; "net/http"; "os"; "slices"
        "strconv"; "strings"; "time")

%s

func main() {
	var asked struct { Body []byte; Headers map[string]string; Secret string }
	json.NewDecoder(os.Stdin).Decode(&asked)
	header := http.Header{}
	for name, value := range asked.Headers { header.Set(name, value) }
	fmt.Println(Verify(asked.Body, header, asked.Secret))
}
"""
NODE = """%s
const asked = JSON.parse(require("node:fs").readFileSync(0));
console.log(verify(Buffer.from(asked.Body, "base64"), asked.Headers, asked.Secret));
"""


def block(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def _python(folder: Path, request: dict[str, Any], body: bytes) -> bool:
    there: dict[str, Any] = {}
    exec(block("python"), there)
    return bool(there["verify"](body, request["Headers"], request["Secret"]))


def _node(folder: Path, request: dict[str, Any], body: bytes) -> bool:
    (folder / "verify.js").write_text(NODE % block("javascript"))
    return _answer(["node", "verify.js"], folder, request)


def _go(folder: Path, request: dict[str, Any], body: bytes) -> bool:
    if shutil.which("go") is None:
        pytest.skip("go is not on this machine")
    if not (folder / "verify").exists():
        (folder / "verify.go").write_text(GO % block("go"))
        subprocess.run(["go", "build", "-o", "verify", "verify.go"], cwd=folder, capture_output=True, check=True)
    return _answer([str(folder / "verify")], folder, request)


def _answer(command: list[str], folder: Path, request: dict[str, Any]) -> bool:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not on this machine")
    done = subprocess.run(command, cwd=folder, input=json.dumps(request).encode(), capture_output=True, check=True)
    return {"true": True, "false": False}[done.stdout.decode().strip()]


@pytest.mark.parametrize("run", [_python, _node, _go], ids=["python", "javascript", "go"])
def test_the_verifier_accepts_ours_and_refuses_what_was_tampered_with(
    run: Callable[[Path, dict[str, Any], bytes], bool], tmp_path: Path
) -> None:
    def verify(body: bytes, headers: dict[str, str], secret: str) -> bool:
        request = {"Body": base64.b64encode(body).decode(), "Headers": headers, "Secret": secret}
        return run(tmp_path, request, body)

    new, old = new_secret(), new_secret()
    headers = signatures(ID, BODY, [new, old], datetime.now(UTC))
    assert verify(BODY, headers, new)
    assert verify(BODY, headers, old)
    assert not verify(BODY, headers, new_secret())
    assert not verify(BODY + b" ", headers, new)
    assert not verify(BODY, headers | {"webhook-id": ID + "x"}, new)
    assert not verify(BODY, signatures(ID, BODY, [new], datetime.now(UTC) - timedelta(minutes=6)), new)
    later = str(int(headers["webhook-timestamp"]) + 1)
    assert not verify(BODY, headers | {"webhook-timestamp": later}, new)


@pytest.mark.parametrize("language", ["python", "javascript", "go"])
def test_a_verifier_is_about_ten_lines(language: str) -> None:
    assert len([line for line in block(language).splitlines() if line.strip()]) <= 12


def test_the_page_names_every_event_and_only_those() -> None:
    table = PAGE.partition("| event | when |")[2].partition("\n\n")[0]
    named = re.findall(r"`((?:job|voice|credits|webhook|test)\.\w+)`", table)
    assert sorted(named) == sorted(event.name for event in EVENTS)


def test_the_example_of_the_page_has_the_fields_of_the_schema() -> None:
    example = json.loads(block("json"))
    schema = next(event.schema() for event in EVENTS if event.name == example["type"])
    assert set(example) == set(schema["properties"])
    definitions = schema["$defs"]
    assert set(example["data"]) == set(definitions["JobData"]["properties"])
    assert set(example["data"]["job"]) == set(definitions["JobFacts"]["properties"])
    assert set(example["data"]["clip"]) == set(definitions["ClipFacts"]["properties"])
