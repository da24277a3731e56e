// Setting a password, the first or another one.

import { put } from "../api.js";
import { count } from "../words.js";
import { onSubmit } from "./doing.js";

const form = document.getElementById("set-password");
const email = document.getElementById("own-email");
const currentField = document.getElementById("current-field");
const current = document.getElementById("current-password");
const next = document.getElementById("next-password");

let known = null;

export function show(account) {
  known = account.identities.find((one) => one.surface === "password")?.subject ?? null;
  form.reset();
  email.value = known ?? "";
  // Shown for whoever has one too: a password manager keeps the two together.
  email.readOnly = known !== null;
  currentField.hidden = !account.has_password;
}

// `onSet()` once it is set.
export function wire({ onSet }) {
  onSubmit(form, async () => {
    const body = { password: next.value };
    if (current.value !== "") body.current = current.value;
    if (known === null) body.email = email.value;
    const { ended } = await put("/account/password", body);
    await onSet();
    return `The password is set. ${count(ended, "other session")} ended.`;
  });
}
