// A range input whose track is filled up to its thumb. Firefox does that by itself, Chromium and Safari by style.css.

export function paint(range) {
  const [least, most] = [Number(range.min), Number(range.max)];
  const done = most > least ? (range.valueAsNumber - least) / (most - least) : 0;
  range.style.setProperty("--done", `${100 * done}%`);
}
