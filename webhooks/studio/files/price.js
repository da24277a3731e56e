// What a request would cost, as the API says: the page knows no prices.

import { post } from "./api.js";
import { count } from "./words.js";

// `line`: the element that shows it.
export function priced(line, capability) {
  let asked = 0;

  // `params`: a function that gives the request. What cannot be priced yet shows nothing: sent, it says why.
  async function show(params) {
    const turn = ++asked;
    let said = "";
    try {
      const { price } = await post("/jobs/price", { capability, params: await params() });
      said = count(price, "credit");
    } catch {
      said = "";
    }
    if (turn === asked) line.textContent = said;
  }

  return { show };
}
