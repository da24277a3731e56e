// Selects that several forms have.

// Every browser plays MP3; the API's own default, Ogg Opus, is for chats.
const PREFERRED_FORMAT = "mp3";
const FORMAT_NAMES = { mp3: "MP3", ogg: "Ogg Opus", wav: "WAV", flac: "FLAC", m4a: "M4A", pcm: "Raw PCM" };

export function fillVoices(select, voices) {
  select.replaceChildren(...voices.map((one) => new Option(described(one), one.id)));
}

function described(one) {
  return one.description ? `${one.name} (${one.description})` : one.name;
}

// `schema`: of the field `format`.
export function fillFormats(select, schema) {
  select.replaceChildren(...schema.enum.map((name) => new Option(FORMAT_NAMES[name] ?? name, name)));
  select.value = schema.enum.includes(PREFERRED_FORMAT) ? PREFERRED_FORMAT : schema.default;
}

// Chooses a value where the select still has it.
export function pick(select, value) {
  if ([...select.options].some((option) => option.value === value)) select.value = value;
}
