// The account page: opens its parts, each of which knows its own corner.

import { get } from "../api.js";
import * as browsers from "./browsers.js";
import * as doing from "./doing.js";
import * as invitations from "./invitations.js";
import * as keys from "./keys.js";
import * as linking from "./linking.js";
import * as password from "./password.js";
import * as pronunciations from "./pronunciations.js";
import * as webhooks from "./webhooks.js";
import * as you from "./you.js";

const page = document.getElementById("account-page");
const title = document.getElementById("account-title");

export async function open() {
  page.hidden = false;
  title.focus();
  await load();
}

async function load() {
  const account = await get("/account");
  showAccount(account);
  const parts = [you.loadLedger(), browsers.load(), keys.load(), webhooks.load(), pronunciations.load()];
  await Promise.all([...parts, invitations.load(account)]);
}

// A secret that was shown is gone with the page.
export function close() {
  page.hidden = true;
  for (const part of [keys, webhooks, invitations, linking]) part.clear();
}

function showAccount(account) {
  you.show(account);
  password.show(account);
}

export function wire({ onError }) {
  doing.wire(onError);
  you.wire({ onAccount: showAccount, attempt: doing.attempt });
  password.wire({ onSet: async () => Promise.all([get("/account").then(password.show), browsers.load()]) });
  browsers.wire({ attempt: doing.attempt });
  linking.wire({ attempt: doing.attempt, onMoved: load });
  for (const part of [keys, webhooks, pronunciations, invitations]) part.wire();
}
