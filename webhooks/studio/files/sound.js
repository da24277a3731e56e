// The form for sounds: a prompt, a length, a loop.

import { fillFormats, pick } from "./choices.js";
import { priced } from "./price.js";
import { paint } from "./ranges.js";
import { duration } from "./words.js";

export const form = document.getElementById("sound");
export const verb = "Make";

const prompt = document.getElementById("prompt");
const seconds = document.getElementById("seconds");
const lasting = document.getElementById("lasting");
const loop = document.getElementById("loop");
const format = document.getElementById("sound-format");
const price = priced(document.getElementById("sound-price"), "sfx");

const USUAL_SECONDS = 5;

export function fill(params) {
  const { seconds: range } = params;
  prompt.maxLength = params.prompt.maxLength;
  Object.assign(seconds, { min: range.minimum, max: range.maximum, value: USUAL_SECONDS });
  fillFormats(format, params.format);
  showSeconds();
}

export function putBack(params) {
  prompt.value = params.prompt;
  seconds.value = params.seconds;
  loop.value = params.loop ? "yes" : "";
  pick(format, params.format);
  showSeconds();
}

export function focus() {
  prompt.focus({ preventScroll: true });
}

export function problem() {
  return prompt.value.trim() === "" ? "There is no sound to make yet. Describe one first." : null;
}

export async function params() {
  return { prompt: prompt.value, seconds: seconds.valueAsNumber, loop: loop.value !== "", format: format.value };
}

function showSeconds() {
  lasting.textContent = duration(seconds.valueAsNumber);
  paint(seconds);
}

seconds.addEventListener("input", showSeconds);
for (const field of [prompt, seconds, loop]) {
  field.addEventListener("change", () => problem() === null && price.show(params));
}
