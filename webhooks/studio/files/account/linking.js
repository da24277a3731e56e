// One account with Discord and Telegram: a code that is made here and entered there, or the other way round.

import { post } from "../api.js";
import { onSubmit } from "./doing.js";
import { once } from "./once.js";

const form = document.getElementById("link-form");
const code = document.getElementById("link-code");
const shown = once(document.getElementById("code-shown"));

export function clear() {
  shown.hide();
}

// `onMoved()` when this browser is now another account's.
export function wire({ attempt, onMoved }) {
  document.getElementById("make-code").addEventListener("click", () =>
    attempt(async () => {
      const made = await post("/account/link-code");
      shown.show("Enter this there within ten minutes, with /link.", made.code);
    }),
  );
  onSubmit(form, async () => {
    await post("/account/link", { code: code.value });
    form.reset();
    await onMoved();
    return "The two are one account now.";
  });
}
