// Who is signed in, as the bar on top shows it: their credits, and the way out.

import { get, remove } from "./api.js";
import { count } from "./words.js";

const bar = document.getElementById("account");
const credits = document.getElementById("credits");

export function load() {
  return get("/account");
}

export function showSignedIn(account) {
  bar.hidden = false;
  showCredits(account.credits);
}

export function showSignedOut() {
  bar.hidden = true;
}

export async function refreshCredits() {
  showCredits((await get("/credits")).balance);
}

function showCredits(balance) {
  credits.textContent = count(balance, "credit");
}

// `onOut()` after signing out.
export function wire({ onOut, onError }) {
  document.getElementById("sign-out").addEventListener("click", async () => {
    try {
      await remove("/session");
      onOut();
    } catch (error) {
      onError(error);
    }
  });
}
