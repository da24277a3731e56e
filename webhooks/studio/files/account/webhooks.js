// Webhooks: added with their secret shown once, tested, disabled and enabled, and what became of the last deliveries.

import { change, get, post, remove } from "../api.js";
import { moment } from "../words.js";
import { onSubmit } from "./doing.js";
import { once } from "./once.js";
import { fill, make, row } from "./rows.js";

const list = document.getElementById("hooks");
const form = document.getElementById("new-hook");
const url = document.getElementById("hook-url");
const shown = once(document.getElementById("hook-shown"));

const LAST = 5;
const STATES = { waiting: "waiting", delivered: "delivered", given_up: "given up" };
const BECAUSE = { gone: "Disabled: the receiver said that it is gone.", failing: "Disabled: it failed for days." };

export async function load() {
  const { webhooks } = await get("/webhooks");
  fill(list, webhooks.map(rowOf));
}

export function clear() {
  shown.hide();
}

function rowOf(hook) {
  const log = make("ul", { className: "log", hidden: true });
  log.setAttribute("aria-label", `Last deliveries to ${hook.url}`);
  const deliveries = () => showDeliveries(hook, log);
  const test = async () => {
    await post(`/webhooks/${hook.id}/test`);
    await deliveries();
    return "A test is on its way.";
  };
  const turn = async () => {
    await change(`/webhooks/${hook.id}`, { enabled: !hook.enabled });
    await load();
    return hook.enabled ? "Disabled: nothing is sent there." : "Enabled.";
  };
  const end = async () => {
    await remove(`/webhooks/${hook.id}`);
    shown.hide();
    await load();
    return "The webhook is deleted.";
  };
  const events = hook.events.length > 0 ? hook.events.join(", ") : "all events";
  return row({
    title: hook.name || hook.url,
    facts: [hook.name && hook.url, events, hook.enabled ? "enabled" : "disabled"].filter(Boolean),
    warning: BECAUSE[hook.disabled_because] ?? "",
    deeds: [
      { label: "Send a test", run: test },
      { label: "Deliveries", run: deliveries },
      { label: hook.enabled ? "Disable" : "Enable", run: turn },
      { label: "Delete", run: end, careful: true },
    ],
    below: log,
  });
}

async function showDeliveries(hook, log) {
  const { deliveries } = await get(`/webhooks/${hook.id}/deliveries?limit=${LAST}`);
  const lines = deliveries.map((one) => make("li", {}, line(one)));
  log.replaceChildren(...(lines.length > 0 ? lines : [make("li", {}, "Nothing was sent there yet.")]));
  log.hidden = false;
}

function line(delivery) {
  const tries = delivery.attempts > 1 ? `${delivery.attempts} attempts` : "";
  const next = delivery.state === "waiting" && delivery.attempts > 0 ? `again ${moment(delivery.next_attempt_at)}` : "";
  const parts = [moment(delivery.created_at), delivery.event, STATES[delivery.state], tries, next, delivery.last_error];
  return parts.filter(Boolean).join(" · ");
}

export function wire() {
  onSubmit(form, async () => {
    const made = await post("/webhooks", { url: url.value.trim() });
    form.reset();
    await load();
    shown.show("The secret that signs what is sent there. Copy it now: it is not shown again.", made.secret);
  });
}
