// API keys: listed, made, shown once, revoked.

import { get, post, remove } from "../api.js";
import { count, moment } from "../words.js";
import { onSubmit } from "./doing.js";
import { once } from "./once.js";
import { fill, make, numberIn, row } from "./rows.js";

const list = document.getElementById("keys");
const form = document.getElementById("new-key");
const name = document.getElementById("key-name");
const cap = document.getElementById("key-cap");
const days = document.getElementById("key-days");
const choices = document.getElementById("key-scopes");
const shown = once(document.getElementById("key-shown"));

const DAY_MILLISECONDS = 24 * 3600 * 1000;

export async function load() {
  const [{ keys }, { scopes }] = await Promise.all([get("/keys"), get("/scopes")]);
  fill(list, keys.filter((key) => key.revoked_at === null).map(rowOf));
  if (choices.querySelector("input") === null) choices.append(...scopes.map(choiceOf));
}

export function clear() {
  shown.hide();
}

function choiceOf(scope) {
  const box = make("input", { type: "checkbox", name: "scope", value: scope.name });
  return make("label", {}, box, make("span", {}, make("code", {}, scope.name), ` ${scope.summary}`));
}

function rowOf(key) {
  const revoke = async () => {
    await remove(`/keys/${key.id}`);
    shown.hide();
    await load();
    return `${key.name} is revoked: it opens nothing any more.`;
  };
  return row({ title: key.name, facts: facts(key), deeds: [{ label: "Revoke", run: revoke, careful: true }] });
}

function facts(key) {
  return [
    `begins with ${key.hint}`,
    key.last_used_at ? `last used ${moment(key.last_used_at)}` : "never used",
    key.scopes && `may only ${key.scopes.join(", ")}`,
    key.monthly_credits && `${key.spent_this_month.toLocaleString("en")} of ${count(key.monthly_credits, "credit")} this month`,
    key.expires_at && `until ${moment(key.expires_at)}`,
  ].filter(Boolean);
}

// What was not chosen is left out.
function wanted() {
  const scopes = [...choices.querySelectorAll("input:checked")].map((box) => box.value);
  const body = { name: name.value.trim() || "key" };
  if (scopes.length > 0) body.scopes = scopes;
  if (numberIn(cap) !== null) body.monthly_credits = numberIn(cap);
  if (numberIn(days) !== null) body.expires_at = new Date(Date.now() + numberIn(days) * DAY_MILLISECONDS).toISOString();
  return body;
}

export function wire() {
  onSubmit(form, async () => {
    const made = await post("/keys", wanted());
    form.reset();
    await load();
    shown.show(`The key “${made.name}”. Copy it now: it is not shown again.`, made.api_key);
  });
}
