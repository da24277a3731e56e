// The card with the forms: which one is open, sending it, and how the job that was made last is doing.

import { isOver, newKey, submit } from "./jobs.js";
import { hush, say } from "./notice.js";
import { standing } from "./words.js";

const tabs = [...document.querySelectorAll('[role="tab"]')];
const button = document.getElementById("go");
const underWay = document.getElementById("under-way");
const standingText = document.getElementById("standing");
const progress = document.getElementById("progress");
const cancelButton = document.getElementById("cancel");

// By capability: each has `form`, `verb`, `fill`, `putBack`, `focus`, `problem` and `params`.
let panes = {};
let unavailable = {};
let open = "tts";
let busy = false;
let unanswered = null;
let current = null;

export function fill(capabilities, voices) {
  for (const { name, params, unavailable: why } of capabilities) {
    unavailable[name] = why;
    panes[name]?.fill(params.properties, voices.filter((voice) => voice.capabilities.includes(name)));
  }
  show(open);
}

export function show(capability) {
  open = capability;
  for (const tab of tabs) {
    const chosen = tab.dataset.capability === capability;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
  for (const [name, pane] of Object.entries(panes)) pane.form.hidden = name !== capability;
  button.textContent = panes[open].verb;
  button.setAttribute("form", panes[open].form.id);
  if (unavailable[open]) say(unavailable[open]);
}

export function focus() {
  panes[open].focus();
}

// Puts an earlier request back into its form.
export function putBack(job) {
  show(job.capability);
  panes[open].putBack(job.params);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  panes[open].form.scrollIntoView({ behavior: calm ? "instant" : "smooth", block: "center" });
  focus();
}

export function isCurrent(job) {
  return job.id === current?.id;
}

export function follow(job) {
  current = job;
  const over = isOver(job);
  standingText.textContent = job.state === "succeeded" ? "" : standing(job);
  progress.hidden = over;
  // Without a value the bar only says that something is going on.
  if (job.state === "running" && job.progress > 0) progress.value = job.progress;
  else progress.removeAttribute("value");
  // It holds the keyboard's focus while it is in use: hidden, it would send the focus to the top of the page.
  if (over && document.activeElement === cancelButton) button.focus();
  cancelButton.hidden = over;
  underWay.classList.toggle("active", !over);
}

export function clear() {
  current = null;
  standingText.textContent = "";
  progress.hidden = true;
  cancelButton.hidden = true;
}

export function wire({ forms, onSubmitted, onCancel, onError }) {
  panes = forms;
  for (const tab of tabs) {
    tab.addEventListener("click", () => show(tab.dataset.capability));
    tab.addEventListener("keydown", (event) => move(tab, event));
  }
  for (const { form } of Object.values(panes)) {
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      make().then((job) => job && onSubmitted(job), onError);
    });
  }
  cancelButton.addEventListener("click", () => onCancel(current));
  if (/Mac|iPhone|iPad/.test(navigator.platform)) document.getElementById("modifier").textContent = "⌘";
}

function move(tab, event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = tabs.at((tabs.indexOf(tab) + step) % tabs.length);
  show(next.dataset.capability);
  next.focus();
}

// The job, or null when there was nothing to send.
async function make() {
  const refusal = unavailable[open] ?? panes[open].problem();
  if (refusal) {
    say(refusal);
    focus();
    return null;
  }
  if (busy) return null;
  setBusy(true);
  try {
    const job = await send(open, await panes[open].params());
    hush();
    return job;
  } finally {
    setBusy(false);
  }
}

// A request that got no answer may have arrived: asked again unchanged it keeps its key, and is charged once.
async function send(capability, params) {
  const asked = JSON.stringify([capability, params]);
  const key = unanswered?.asked === asked ? unanswered.key : newKey();
  unanswered = { asked, key };
  try {
    const job = await submit(capability, params, key);
    unanswered = null;
    return job;
  } catch (error) {
    if (error.code !== "unreachable") unanswered = null;
    throw error;
  }
}

// aria-disabled, not disabled: a disabled button would drop the keyboard's focus.
function setBusy(now) {
  busy = now;
  button.setAttribute("aria-disabled", String(now));
}
