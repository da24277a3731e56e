// The form that converts: a recording, and whose voice it takes.

import { upload } from "./api.js";
import { fillFormats, fillVoices, pick } from "./choices.js";
import { priced } from "./price.js";
import { paint } from "./ranges.js";

export const form = document.getElementById("convert");
export const verb = "Convert";

const recording = document.getElementById("recording");
const target = document.getElementById("target");
const semitones = document.getElementById("semitones");
const shift = document.getElementById("shift");
const format = document.getElementById("convert-format");
const price = priced(document.getElementById("convert-price"), "vc");

// A file is uploaded once, when it is first needed: the id of its upload, for a day.
let uploaded = { file: null, id: null };

export function fill(params, voices) {
  const { semitones: range } = params;
  Object.assign(semitones, { min: range.minimum, max: range.maximum, value: range.default });
  fillVoices(target, voices);
  fillFormats(format, params.format);
  showShift();
}

export function putBack(params) {
  recording.value = "";
  uploaded = { file: null, id: params.source?.id ?? null };
  semitones.value = params.semitones;
  pick(target, params.voice);
  pick(format, params.format);
  showShift();
}

export function focus() {
  recording.focus({ preventScroll: true });
}

export function problem() {
  if (recording.files.length === 0 && uploaded.id === null) return "Choose a recording first.";
  return target.options.length === 0 ? "There is no voice to convert to yet. Add one first." : null;
}

export async function params() {
  const file = recording.files[0] ?? null;
  if (file !== null && file !== uploaded.file) uploaded = { file, id: (await upload(file)).id };
  return { source: uploaded.id, voice: target.value, semitones: semitones.valueAsNumber, format: format.value };
}

function showShift() {
  const steps = semitones.valueAsNumber;
  shift.textContent = steps === 0 ? "as it is" : `${steps > 0 ? "+" : "−"}${Math.abs(steps)} semitones`;
  paint(semitones);
}

semitones.addEventListener("input", showShift);
recording.addEventListener("change", () => {
  uploaded = { file: null, id: null };
  if (recording.files.length > 0) price.show(params);
});
