// Numbers, times and states, as people read them.

const ORDINALS = new Intl.PluralRules("en", { type: "ordinal" });
const EXCERPT_CHARACTERS = 200;
const DOING = { tts: "Speaking", vc: "Converting", sfx: "Making the sound" };
const ENDINGS = { one: "st", two: "nd", few: "rd", other: "th" };

export function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

export function ordinal(number) {
  return `${number.toLocaleString("en")}${ENDINGS[ORDINALS.select(number)]}`;
}

// 3.25 -> "3.3 s", 75 -> "1:15 min"
export function duration(seconds) {
  return seconds < 59.95 ? `${seconds.toFixed(1)} s` : `${clock(seconds)} min`;
}

// 75.4 -> "1:15"
export function clock(seconds) {
  const whole = Math.floor(Number.isFinite(seconds) ? seconds : 0);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function moment(iso) {
  const then = new Date(iso);
  const time = then.toLocaleTimeString(undefined, { hour: "numeric", minute: "2-digit" });
  if (then.toDateString() === new Date().toDateString()) return time;
  return `${then.toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" })}, ${time}`;
}

export function standing(job) {
  if (job.state === "queued") return queued(job.position);
  if (job.state === "running") return DOING[job.capability];
  if (job.state === "failed") return "This did not work";
  return job.state === "cancelled" ? "Cancelled, nothing was charged" : "Done";
}

// "Speaking, 40 %": not for a live region, which would read out every step.
export function advance(job) {
  const percent = Math.round(job.progress * 100);
  return job.state === "running" && percent > 0 ? `${standing(job)}, ${percent} %` : standing(job);
}

function queued(position) {
  if (position < 1) return "Queued";
  return position === 1 ? "Queued, next in line" : `Queued, ${ordinal(position)} in line`;
}

// What a job was asked for: the beginning of its text, or whatever its capability has in its place.
export function asked(job) {
  const words = [...(job.params.text ?? job.params.prompt ?? "Voice conversion")];
  return words.length > EXCERPT_CHARACTERS ? `${words.slice(0, EXCERPT_CHARACTERS).join("")}…` : words.join("");
}
