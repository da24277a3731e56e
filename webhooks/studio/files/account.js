// Who is signed in: the panel that lets people in, their credits, and the way out.

import { get, post, remove } from "./api.js";
import { hush, say } from "./notice.js";
import { count } from "./words.js";

const panel = document.getElementById("sign-in");
const form = document.getElementById("key-form");
const key = document.getElementById("key");
const bar = document.getElementById("account");
const credits = document.getElementById("credits");

export function load() {
  return get("/account");
}

export function showSignedIn(account) {
  panel.hidden = true;
  bar.hidden = false;
  showCredits(account.credits);
}

export function showSignedOut() {
  panel.hidden = false;
  bar.hidden = true;
  key.focus();
}

export async function refreshCredits() {
  showCredits((await get("/credits")).balance);
}

function showCredits(balance) {
  credits.textContent = count(balance, "credit");
}

// `onIn(account)` after a key was accepted, `onOut()` after signing out.
export function wire({ onIn, onOut, onError }) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!key.value.trim()) {
      say("Paste an API key first. It begins with bn_.");
      key.focus();
      return;
    }
    try {
      const account = await post("/session", { api_key: key.value.trim() });
      key.value = "";
      hush();
      onIn(account);
    } catch (error) {
      // Not `onError`: a wrong key is unauthorized too, and here that means "try another".
      say(error.message);
      key.select();
    }
  });
  document.getElementById("sign-out").addEventListener("click", async () => {
    try {
      await remove("/session");
      onOut();
    } catch (error) {
      onError(error);
    }
  });
}
