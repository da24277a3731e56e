// The one place where an error is shown, and read out by screen readers.

const box = document.getElementById("notice");
const text = document.getElementById("notice-text");

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

document.getElementById("notice-close").addEventListener("click", hush);
