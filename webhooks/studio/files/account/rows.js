// Lists of the account page: a row says what it is and what is to be known, and has what can be done to it.

import { deed } from "./doing.js";

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// `title` and `facts` are texts, `warning` one in red, `deeds` as `deed` takes them, `below` an element under it all.
export function row({ title, facts = [], warning = "", deeds = [], below = null }) {
  const what = make("div", { className: "what" }, make("p", { className: "title" }, title));
  if (facts.length > 0) what.append(make("p", { className: "facts" }, facts.join(" · ")));
  if (warning) what.append(make("p", { className: "error" }, warning));
  const buttons = deeds.map((one) => deed({ of: title, ...one }));
  const element = make("li", { className: "thing" }, what, make("div", { className: "deeds" }, ...buttons));
  if (below) element.append(below);
  return element;
}

export function setFacts(element, facts) {
  element.querySelector(".facts").textContent = facts.join(" · ");
}

export function fill(list, rows) {
  const nothing = make("li", { className: "nothing" }, list.dataset.empty ?? "Nothing yet.");
  list.replaceChildren(...(rows.length > 0 ? rows : [nothing]));
}

// A number that was written into a field, or null.
export function numberIn(field) {
  return field.value.trim() === "" ? null : field.valueAsNumber;
}
