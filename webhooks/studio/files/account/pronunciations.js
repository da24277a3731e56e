// Dictionaries of how words are said: made, their rules added and taken out, deleted.

import { change, get, post, remove } from "../api.js";
import { count } from "../words.js";
import { onSubmit } from "./doing.js";
import { fill, make, row, setFacts } from "./rows.js";

const list = document.getElementById("dictionaries");
const form = document.getElementById("new-dictionary");
const name = document.getElementById("dictionary-name");

export async function load() {
  const { dictionaries } = await get("/pronunciations");
  fill(list, dictionaries.map(rowOf));
}

function rowOf(dictionary) {
  const inside = make("div", { className: "inside", hidden: true, tabIndex: -1 });
  inside.setAttribute("role", "group");
  inside.setAttribute("aria-label", `Words of ${dictionary.name}`);
  const turn = async () => {
    await change(`/pronunciations/${dictionary.id}`, { always: !dictionary.always });
    await load();
    return dictionary.always ? "It applies only where a request names it." : "It applies to all that you say.";
  };
  const end = async () => {
    await remove(`/pronunciations/${dictionary.id}`);
    await load();
    return `${dictionary.name} is deleted.`;
  };
  return row({
    title: dictionary.name,
    facts: facts(dictionary, dictionary.rule_count),
    deeds: [
      { label: "Words", run: () => showWords(dictionary, inside) },
      { label: dictionary.always ? "Only where named" : "Apply to all", run: turn },
      { label: "Delete", run: end, careful: true },
    ],
    below: inside,
  });
}

function facts(dictionary, words) {
  return [count(words, "word"), dictionary.always ? "applies to all" : "applies where it is named"];
}

async function showWords(dictionary, inside) {
  const { rules } = await get(`/pronunciations/${dictionary.id}`);
  const words = make("ul", { className: "rows", tabIndex: -1 });
  words.dataset.empty = "No words yet.";
  words.setAttribute("aria-label", `Words of ${dictionary.name}`);
  fill(words, rules.map((rule) => wordOf(dictionary, rule, inside)));
  setFacts(inside.closest("li"), facts(dictionary, rules.length));
  inside.replaceChildren(words, newWord(dictionary, inside));
  inside.hidden = false;
}

function wordOf(dictionary, rule, inside) {
  const takeOut = async () => {
    await change(`/pronunciations/${dictionary.id}`, { remove: [rule.word] });
    await showWords(dictionary, inside);
    inside.focus();
  };
  const said = rule.alias !== null ? `said “${rule.alias}”` : `said /${rule.phonemes}/`;
  return row({ title: rule.word, facts: [said], deeds: [{ label: "Take out", run: takeOut }] });
}

function newWord(dictionary, inside) {
  const word = make("input", { type: "text", maxLength: 100, autocomplete: "off", required: true });
  const alias = make("input", { type: "text", maxLength: 200, autocomplete: "off", required: true });
  const fields = make("div", { className: "pair" }, labelled("Word", word), labelled("Said like", alias));
  const wordForm = make("form", { className: "stacked", noValidate: true }, fields, make("button", { type: "submit" }, "Add the word"));
  onSubmit(wordForm, async () => {
    const rule = { word: word.value.trim(), alias: alias.value.trim() };
    await change(`/pronunciations/${dictionary.id}`, { add: [rule] });
    await showWords(dictionary, inside);
    inside.querySelector("input").focus();
    return `“${rule.word}” is now said “${rule.alias}”.`;
  });
  return wordForm;
}

function labelled(text, input) {
  return make("div", {}, make("label", {}, make("span", {}, text), input));
}

export function wire() {
  onSubmit(form, async () => {
    await post("/pronunciations", { name: name.value.trim(), always: true });
    form.reset();
    await load();
    return "The dictionary is made. Open its words to add some.";
  });
}
