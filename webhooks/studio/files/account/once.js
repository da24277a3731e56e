// A secret that is shown this once, with a button that copies it.

const template = document.getElementById("once");

// `place`: the element that it is shown in.
export function once(place) {
  function show(sentence, secret) {
    const box = template.content.firstElementChild.cloneNode(true);
    const part = Object.fromEntries([...box.querySelectorAll("[data-part]")].map((one) => [one.dataset.part, one]));
    part.sentence.textContent = sentence;
    part.secret.textContent = secret;
    part.copy.addEventListener("click", () => copy(part.copy, part.secret));
    box.setAttribute("aria-label", sentence);
    place.replaceChildren(box);
    box.focus();
  }

  return { show, hide: () => place.replaceChildren() };
}

async function copy(button, element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    button.textContent = "Copied";
  } catch {
    // Only https and localhost have a clipboard: elsewhere it is selected, to be copied by hand.
    getSelection().selectAllChildren(element);
  }
}
