// The form that speaks: a text, a voice, speed and format.

import { fillFormats, fillVoices, pick } from "./choices.js";
import { paint } from "./ranges.js";
import { count } from "./words.js";

export const form = document.getElementById("speak");
export const verb = "Speak";

const text = document.getElementById("text");
const counter = document.getElementById("count");
const voice = document.getElementById("voice");
const speed = document.getElementById("speed");
const pace = document.getElementById("pace");
const format = document.getElementById("format");

let limit = Infinity;

// `params`: the JSON Schema of the capability; limits and choices come from the API.
export function fill(params, voices) {
  limit = params.text.maxLength;
  Object.assign(speed, { min: params.speed.minimum, max: params.speed.maximum, value: params.speed.default });
  fillVoices(voice, voices);
  fillFormats(format, params.format);
  showCount();
  showPace();
}

// Puts an earlier request back into the form.
export function putBack(params) {
  text.value = params.text;
  speed.value = params.speed;
  pick(voice, params.voice);
  pick(format, params.format);
  showCount();
  showPace();
}

export function focus() {
  text.focus({ preventScroll: true });
}

// What keeps it from being sent, as a sentence, or null.
export function problem() {
  const length = characters();
  if (length === 0) return "There is nothing to speak yet. Write a sentence first.";
  if (length > limit) return `This text is ${count(length - limit, "character")} too long. The limit is ${limit.toLocaleString("en")}.`;
  return null;
}

export async function params() {
  return { text: text.value, voice: voice.value, speed: speed.valueAsNumber, format: format.value };
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

text.addEventListener("input", showCount);
speed.addEventListener("input", showPace);
