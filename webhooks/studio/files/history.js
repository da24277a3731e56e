// The list of earlier jobs, newest first.

import { audioOf, isOver, page } from "./jobs.js";
import { canPlay, showToggle } from "./player.js";
import { advance, asked, count, duration, moment } from "./words.js";

const list = document.getElementById("jobs");
const nothing = document.getElementById("nothing");
const more = document.getElementById("more");
const template = document.getElementById("job");

const rows = new Map();
let cursor = null;
let voiceNames = new Map();
let deeds = {};

// `deeds`: `onPlay(job)`, `onAgain(job)`, `onCancel(job)`, `onListed(jobs)`, `onError(error)`.
export function wire(wanted) {
  deeds = wanted;
  more.addEventListener("click", () => loadMore().catch(deeds.onError));
}

export async function load(voices) {
  voiceNames = new Map(voices.map((voice) => [voice.id, voice.name]));
  clear();
  await append();
  nothing.hidden = rows.size > 0;
}

export function clear() {
  rows.clear();
  list.replaceChildren();
  cursor = null;
  more.hidden = true;
}

async function loadMore() {
  const first = await append();
  // The button is gone after the last page: the keyboard goes on at the first row that is new.
  if (more.hidden) first?.focus();
}

async function append() {
  const found = await page(cursor);
  cursor = found.next_cursor;
  more.hidden = cursor === null;
  const fresh = found.jobs.filter((job) => !rows.has(job.id));
  const made = fresh.map((job) => rowOf(job));
  list.append(...made);
  deeds.onListed(fresh);
  return made[0];
}

// A new row on top, or the one it has brought up to date.
export function show(job) {
  if (!rows.has(job.id)) list.prepend(rowOf(job));
  else render(rows.get(job.id), job);
  nothing.hidden = true;
}

// Which row plays: `id` or null.
export function mark(id) {
  for (const row of rows.values()) {
    const on = row.job.id === id;
    row.element.classList.toggle("on", on);
    showToggle(row.part.play, on, asked(row.job));
  }
}

function rowOf(job) {
  const element = template.content.firstElementChild.cloneNode(true);
  const part = Object.fromEntries([...element.querySelectorAll("[data-part]")].map((one) => [one.dataset.part, one]));
  const row = { element, part, job };
  part.play.addEventListener("click", () => deeds.onPlay(row.job));
  part.again.addEventListener("click", () => deeds.onAgain(row.job));
  part.cancel.addEventListener("click", () => deeds.onCancel(row.job));
  part.text.textContent = asked(job);
  part.when.dateTime = job.created_at;
  part.when.textContent = moment(job.created_at);
  showToggle(part.play, false, asked(job));
  rows.set(job.id, row);
  render(row, job);
  return element;
}

function render(row, job) {
  row.job = job;
  const { part, element } = row;
  const kept = job.clip !== null && new Date(job.clip.expires_at) > new Date();
  element.dataset.state = job.state;
  part.facts.textContent = facts(job, kept).join(" · ");
  part.error.hidden = job.error === null;
  part.error.textContent = job.error?.message ?? "";
  part.play.hidden = !(kept && canPlay(job.clip));
  part.download.hidden = !kept;
  part.download.href = audioOf(job);
  part.told.hidden = !job.notice;
  part.told.textContent = job.notice ?? "";
  part.cancel.hidden = isOver(job);
}

function facts(job, kept) {
  const voice = voiceNames.get(job.params.voice) ?? job.params.voice;
  const known = voice ? [voice] : [];
  if (job.state !== "succeeded") return [...known, advance(job)];
  return [...known, kept ? duration(job.clip.seconds) : "no longer kept", count(job.price, "credit")];
}
