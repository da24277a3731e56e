// The one place where an error is shown, and read out by screen readers.

const box = document.getElementById("notice");
const text = document.getElementById("notice-text");

export function say(sentence) {
  box.hidden = false;
  text.textContent = sentence;
}

export function hush() {
  box.hidden = true;
  text.textContent = "";
}

document.getElementById("notice-close").addEventListener("click", hush);
