// The form: a text, a voice, speed and format; and how the job it made last is doing.

import { isOver, newKey, submit } from "./jobs.js";
import { hush, say } from "./notice.js";
import { paint } from "./ranges.js";
import { count, standing } from "./words.js";

const form = document.getElementById("speak");
const text = document.getElementById("text");
const counter = document.getElementById("count");
const voice = document.getElementById("voice");
const speed = document.getElementById("speed");
const pace = document.getElementById("pace");
const format = document.getElementById("format");
const button = document.getElementById("speak-button");
const underWay = document.getElementById("under-way");
const standingText = document.getElementById("standing");
const progress = document.getElementById("progress");
const cancelButton = document.getElementById("cancel");

// Every browser plays MP3; the API's own default, Ogg Opus, is for chats.
const PREFERRED_FORMAT = "mp3";
const FORMAT_NAMES = { mp3: "MP3", ogg: "Ogg Opus", wav: "WAV", flac: "FLAC", m4a: "M4A", pcm: "Raw PCM" };

let limit = Infinity;
let unavailable = null;
let busy = false;
let unanswered = null;
let current = null;

// `capability` with its JSON Schema, `voices` those it can use: limits and choices come from the API.
export function fill(capability, voices) {
  const { text: words, speed: paces, format: formats } = capability.params.properties;
  limit = words.maxLength;
  unavailable = capability.unavailable;
  Object.assign(speed, { min: paces.minimum, max: paces.maximum, value: paces.default });
  voice.replaceChildren(...voices.map((one) => new Option(described(one), one.id)));
  format.replaceChildren(...formats.enum.map((name) => new Option(FORMAT_NAMES[name] ?? name, name)));
  format.value = formats.enum.includes(PREFERRED_FORMAT) ? PREFERRED_FORMAT : formats.default;
  if (unavailable) say(unavailable);
  showCount();
  showPace();
}

function described(one) {
  return one.description ? `${one.name} (${one.description})` : one.name;
}

// Puts an earlier request back into the form.
export function putBack(params) {
  text.value = params.text;
  speed.value = params.speed;
  for (const [select, wanted] of [[voice, params.voice], [format, params.format]]) {
    if ([...select.options].some((option) => option.value === wanted)) select.value = wanted;
  }
  showCount();
  showPace();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  form.scrollIntoView({ behavior: calm ? "instant" : "smooth", block: "center" });
  text.focus({ preventScroll: true });
}

export function focus() {
  text.focus();
}

export function isCurrent(job) {
  return job.id === current?.id;
}

export function show(job) {
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

export function wire({ onSubmitted, onCancel, onError }) {
  text.addEventListener("input", showCount);
  speed.addEventListener("input", showPace);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    speak().then((job) => job && onSubmitted(job), onError);
  });
  cancelButton.addEventListener("click", () => onCancel(current));
  if (/Mac|iPhone|iPad/.test(navigator.platform)) document.getElementById("modifier").textContent = "⌘";
}

// The job, or null when there was nothing to send.
async function speak() {
  const refusal = unavailable ?? problem();
  if (refusal) {
    say(refusal);
    text.focus();
    return null;
  }
  if (busy) return null;
  setBusy(true);
  try {
    const job = await send({ text: text.value, voice: voice.value, speed: speed.valueAsNumber, format: format.value });
    hush();
    return job;
  } finally {
    setBusy(false);
  }
}

// A request that got no answer may have arrived: asked again unchanged it keeps its key, and is charged once.
async function send(params) {
  const asked = JSON.stringify(params);
  const key = unanswered?.asked === asked ? unanswered.key : newKey();
  unanswered = { asked, key };
  try {
    const job = await submit("tts", params, key);
    unanswered = null;
    return job;
  } catch (error) {
    if (error.code !== "unreachable") unanswered = null;
    throw error;
  }
}

function problem() {
  const length = characters();
  if (length === 0) return "There is nothing to speak yet. Write a sentence first.";
  if (length > limit) return `This text is ${count(length - limit, "character")} too long. The limit is ${limit.toLocaleString("en")}.`;
  return null;
}

// aria-disabled, not disabled: a disabled button would drop the keyboard's focus.
function setBusy(now) {
  busy = now;
  button.setAttribute("aria-disabled", String(now));
}

// As the API counts and charges: code points, without the space around them.
function characters() {
  return [...text.value.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "")].length;
}

function showCount() {
  const length = characters();
  const over = length > limit;
  counter.textContent = over
    ? `${length.toLocaleString("en")} of ${limit.toLocaleString("en")} characters: ${(length - limit).toLocaleString("en")} too many`
    : `${length.toLocaleString("en")} of ${limit.toLocaleString("en")} characters, ${count(length, "credit")}`;
  counter.classList.toggle("over", over);
  text.setAttribute("aria-invalid", String(over));
}

function showPace() {
  pace.textContent = `${speed.valueAsNumber.toFixed(2)}×`;
  paint(speed);
}
