// What the account page does when something is pressed: it tries, says what came of it, and keeps the keyboard's place.

import { hush, tell } from "../notice.js";

let report = () => {};

export function wire(onError) {
  report = onError;
}

// `work` may return a sentence, which is said when it is done.
export async function attempt(work) {
  try {
    const said = await work();
    hush();
    if (typeof said === "string") tell(said);
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

export function onSubmit(form, work) {
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    await attempt(work);
    busy = false;
  });
}

// A button for one thing of a list. `careful`: it is pressed twice, since what it does cannot be undone.
export function deed({ label, of, run, careful = false }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  const calm = () => {
    button.dataset.sure = "";
    button.textContent = label;
    button.setAttribute("aria-label", `${label}: ${of}`);
  };
  calm();
  button.addEventListener("blur", calm);
  button.addEventListener("click", async () => {
    if (careful && !button.dataset.sure) {
      button.dataset.sure = "asked";
      button.textContent = "Press again to be sure";
      button.setAttribute("aria-label", `Press again to be sure: ${label}: ${of}`);
      return;
    }
    const list = button.closest("[tabindex]");
    await attempt(run);
    // Its row may be gone, or drawn anew.
    if (!button.isConnected) list?.focus();
  });
  return button;
}
