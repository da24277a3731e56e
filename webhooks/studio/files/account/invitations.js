// Invitations, for the owner, where people sign up by them.

import { get, post, remove } from "../api.js";
import { count, moment } from "../words.js";
import { onSubmit } from "./doing.js";
import { once } from "./once.js";
import { fill, numberIn, row } from "./rows.js";

const section = document.getElementById("inviting");
const list = document.getElementById("invitations");
const form = document.getElementById("new-invitation");
const uses = document.getElementById("invitation-uses");
const days = document.getElementById("invitation-days");
const credits = document.getElementById("invitation-credits");
const shown = once(document.getElementById("invitation-shown"));

export async function load(account) {
  section.hidden = true;
  if (!account.is_owner || (await get("/accounts")).sign_up === "closed") return;
  section.hidden = false;
  await refresh();
}

export function clear() {
  shown.hide();
}

async function refresh() {
  fill(list, (await get("/invitations")).invitations.map(rowOf));
}

function rowOf(invitation) {
  const over = invitation.withdrawn_at !== null || new Date(invitation.expires_at) < new Date();
  const withdraw = async () => {
    await remove(`/invitations/${invitation.id}`);
    shown.hide();
    await refresh();
    return "The invitation is withdrawn: nobody gets in by it any more.";
  };
  const given = invitation.credits === null ? "the usual credits" : count(invitation.credits, "credit");
  return row({
    title: `Made ${moment(invitation.created_at)}`,
    facts: [`${invitation.used} of ${invitation.uses} used`, given, standing(invitation)],
    deeds: over ? [] : [{ label: "Withdraw", run: withdraw, careful: true }],
  });
}

function standing(invitation) {
  return invitation.withdrawn_at ? "withdrawn" : `good until ${moment(invitation.expires_at)}`;
}

export function wire() {
  onSubmit(form, async () => {
    const made = await post("/invitations", { uses: numberIn(uses) ?? 1, days: numberIn(days) ?? 7, credits: numberIn(credits) });
    form.reset();
    await refresh();
    shown.show("The link of the invitation. Copy it now: it is not shown again.", new URL(made.path, location.href).href);
  });
}
