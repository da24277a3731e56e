// The play bar: one audio element for the whole page.

import { audioOf } from "./jobs.js";
import { paint } from "./ranges.js";
import { asked, clock } from "./words.js";

const bar = document.getElementById("player");
const audio = document.getElementById("audio");
const toggle = document.getElementById("toggle");
const seek = document.getElementById("seek");
const elapsed = document.getElementById("elapsed");
const length = document.getElementById("length");
const playing = document.getElementById("playing");
const download = document.getElementById("download");

let loaded = null;

export function loadedId() {
  return loaded?.id ?? null;
}

export function isPlaying() {
  return loaded !== null && !audio.paused;
}

export function canPlay(clip) {
  return audio.canPlayType(clip.content_type) !== "";
}

// `job` as just fetched: the link of its clip is good for an hour. Throws a sentence when it cannot be played.
export async function play(job) {
  loaded = job;
  bar.hidden = false;
  playing.textContent = asked(job);
  download.href = audioOf(job);
  toggle.disabled = seek.disabled = !canPlay(job.clip);
  if (toggle.disabled) {
    unload();
    showTime();
    throw new Error(`This browser does not play ${job.clip.format} files. Download it instead.`);
  }
  audio.src = job.clip.url;
  showTime();
  await start();
}

export async function toggleLoaded() {
  if (isPlaying()) audio.pause();
  else await start();
}

export function clear() {
  loaded = null;
  unload();
  bar.hidden = true;
}

// Without load() an audio element plays on after it has lost its source.
function unload() {
  audio.removeAttribute("src");
  audio.load();
}

async function start() {
  try {
    await audio.play();
  } catch (error) {
    // AbortError: another clip took its place. NotAllowedError: the browser wants a click first, and the bar has a button.
    if (error.name === "AbortError" || error.name === "NotAllowedError") return;
    // The link leads to a bucket, or to Bernie's public address: this browser may reach neither, but it reached Bernie.
    const detour = new URL(audioOf(loaded), location.href).href;
    if (audio.src !== detour) {
      audio.src = detour;
      await start();
      return;
    }
    throw new Error("This clip could not be loaded. Press play on it in the list to try again.");
  }
}

// `onChange()` when what plays, or whether it plays, is different now.
export function wire({ onChange, onError }) {
  toggle.addEventListener("click", () => toggleLoaded().catch(onError));
  seek.addEventListener("input", () => {
    audio.currentTime = seek.valueAsNumber;
    showTime();
  });
  for (const name of ["play", "pause", "ended", "emptied"]) {
    audio.addEventListener(name, () => {
      showToggle(toggle, isPlaying());
      onChange();
    });
  }
  audio.addEventListener("play", () => requestAnimationFrame(tick));
  for (const name of ["timeupdate", "durationchange", "ended"]) audio.addEventListener(name, showTime);
}

export function showToggle(button, on, what = "") {
  button.setAttribute("aria-label", `${on ? "Pause" : "Play"}${what && `: ${what}`}`);
  button.querySelector("use").setAttribute("href", on ? "#pause" : "#play");
}

// `timeupdate` comes four times a second, which looks like stumbling in a clip of three seconds.
function tick() {
  showTime();
  if (isPlaying()) requestAnimationFrame(tick);
}

function showTime() {
  const whole = Number.isFinite(audio.duration) ? audio.duration : (loaded?.clip.seconds ?? 0);
  const now = Math.min(audio.currentTime, whole);
  seek.max = whole;
  seek.value = now;
  paint(seek);
  seek.setAttribute("aria-valuetext", `${clock(now)} of ${clock(whole)}`);
  elapsed.textContent = clock(now);
  length.textContent = clock(whole);
}
