// The way in: with an email and a password, with an API key, or with a new account.

import { get, post } from "./api.js";
import { hush, say } from "./notice.js";

const signIn = document.getElementById("sign-in");
const signUp = document.getElementById("sign-up");
const email = document.getElementById("email");
const password = document.getElementById("password");
const key = document.getElementById("key");
const newName = document.getElementById("new-name");
const newEmail = document.getElementById("new-email");
const newPassword = document.getElementById("new-password");

const JOIN = "/join";

export function joining() {
  return location.pathname === JOIN;
}

export function hide() {
  signIn.hidden = true;
  signUp.hidden = true;
}

// The page under `/join` makes an account, every other one signs in.
export async function show() {
  signIn.hidden = joining();
  signUp.hidden = !joining();
  (joining() ? newName : email).focus();
  const { sign_up: how } = await get("/accounts");
  document.getElementById("invited-only").hidden = how !== "invitation";
  document.getElementById("open-to-all").hidden = how !== "open";
}

function missing(fields) {
  const [field, sentence] = fields.find(([one]) => one.value.trim() === "") ?? [];
  if (!field) return false;
  say(sentence);
  field.focus();
  return true;
}

function withPassword() {
  if (missing([[email, "Write your email first."], [password, "Write your password first."]])) return null;
  return post("/session", { email: email.value, password: password.value });
}

function withKey() {
  if (missing([[key, "Paste an API key first. It begins with bn_."]])) return null;
  return post("/session", { api_key: key.value.trim() });
}

function withNewAccount() {
  if (missing([[newEmail, "Write an email first, to sign in by."], [newPassword, "Choose a password first."]])) return null;
  const invitation = new URLSearchParams(location.search).get("invitation");
  return post("/accounts", { name: newName.value, email: newEmail.value, password: newPassword.value, invitation });
}

// `onIn(account)` once somebody is signed in.
export function wire({ onIn }) {
  for (const [id, enter, again] of [
    ["password-form", withPassword, password],
    ["key-form", withKey, key],
    ["sign-up-form", withNewAccount, newPassword],
  ]) {
    const form = document.getElementById(id);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const account = await enter();
        if (account === null) return;
        form.reset();
        hush();
        if (joining()) history.replaceState(null, "", "/");
        onIn(account);
      } catch (error) {
        // A wrong password is unauthorized too, and here that means "try another".
        say(error.message);
        (error.field === "email" ? newEmail : again).select();
      }
    });
  }
}
