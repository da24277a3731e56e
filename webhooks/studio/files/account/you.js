// Name, how one is known, credits and where they went.

import { change, get } from "../api.js";
import { count, moment } from "../words.js";
import { onSubmit } from "./doing.js";
import { fill, make, row } from "./rows.js";

const name = document.getElementById("own-name");
const knownAs = document.getElementById("known-as");
const notices = document.getElementById("account-notices");
const balance = document.getElementById("balance");
const ledger = document.getElementById("ledger");
const more = document.getElementById("more-ledger");

const KINDS = {
  grant: "Given", purchase: "Bought", refund: "Paid back", hold: "Set aside for a request", capture: "Request done",
  release: "Given back", transfer: "Moved",
};
const SURFACES = { discord: "Discord", telegram: "Telegram", local: "the owner of this installation" };
const PAGE = 10;

let cursor = null;

export function show(account) {
  name.value = account.name;
  balance.textContent = count(account.credits, "credit");
  const others = account.identities.filter((one) => one.surface !== "password");
  const emails = account.identities.filter((one) => one.surface === "password").map((one) => one.subject);
  const known = [...emails, ...others.map((one) => SURFACES[one.surface] ?? one.surface)];
  knownAs.textContent = `Known as ${known.join(", ")}.`;
  notices.replaceChildren(...account.notices.map((notice) => make("li", {}, notice)));
}

export async function loadLedger() {
  const page = await get(`/credits/ledger?limit=${PAGE}`);
  fill(ledger, page.entries.map(rowOf));
  follow(page);
}

async function loadMore() {
  const page = await get(`/credits/ledger?limit=${PAGE}&cursor=${cursor}`);
  const rows = page.entries.map(rowOf);
  ledger.append(...rows);
  follow(page);
  if (more.hidden) ledger.focus();
}

function follow(page) {
  cursor = page.next_cursor;
  more.hidden = cursor === null;
}

function rowOf(entry) {
  const amount = entry.credits > 0 ? `+${entry.credits.toLocaleString("en")}` : entry.credits.toLocaleString("en");
  const facts = [moment(entry.created_at), entry.note].filter(Boolean);
  return row({ title: `${amount.replace("-", "−")} · ${KINDS[entry.kind] ?? entry.kind}`, facts });
}

export function wire({ onAccount, attempt }) {
  onSubmit(document.getElementById("name-form"), async () => {
    onAccount(await change("/account", { name: name.value }));
    return "Renamed.";
  });
  more.addEventListener("click", () => attempt(loadMore));
}
