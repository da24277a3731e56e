// The one place where an error is shown, and read out by screen readers; beside it, in passing, what has been done.

const box = document.getElementById("notice");
const text = document.getElementById("notice-text");
const done = document.getElementById("done");

const TOLD_MILLISECONDS = 6000;

let fading = null;

export function say(sentence) {
  box.hidden = false;
  // The API writes commands as Markdown does: every second part stands between backticks.
  text.replaceChildren(...sentence.split("`").map((part, index) => (index % 2 ? code(part) : part)));
}

function code(command) {
  const element = document.createElement("code");
  element.textContent = command;
  return element;
}

export function hush() {
  box.hidden = true;
  text.textContent = "";
}

// Not hidden while it says nothing: screen readers hear only what changes in a place that is there.
export function tell(sentence) {
  done.textContent = sentence;
  clearTimeout(fading);
  fading = setTimeout(() => (done.textContent = ""), TOLD_MILLISECONDS);
}

document.getElementById("notice-close").addEventListener("click", hush);
