// Where one is signed in: browsers, and links that are still good.

import { get, remove } from "../api.js";
import { count, moment } from "../words.js";
import { fill, row } from "./rows.js";

const list = document.getElementById("browsers");
const endOthers = document.getElementById("end-others");

const BY = { key: "signed in with an API key", link: "signed in with a link", password: "signed in with the password" };

export async function load() {
  const { sessions } = await get("/sessions");
  fill(list, sessions.map(rowOf));
  endOthers.hidden = sessions.length < 2;
}

function rowOf(session) {
  const link = session.kind === "link";
  const facts = link
    ? [`made ${moment(session.created_at)}`, `good until ${moment(session.expires_at)}`]
    : [BY[session.opened_by], moment(session.created_at), used(session)].filter(Boolean);
  const end = async () => {
    await remove(`/sessions/${session.id}`);
    await load();
    return "That one is signed out.";
  };
  return row({
    title: link ? "A link that signs a browser in" : named(session.browser) + (session.current ? " (this one)" : ""),
    facts,
    deeds: session.current ? [] : [{ label: link ? "End the link" : "Sign out", run: end }],
  });
}

function used(session) {
  return session.last_used_at && `last used ${moment(session.last_used_at)}`;
}

// "Firefox on Linux", from what a browser says of itself.
function named(browser) {
  const [, name] = browser.match(/(Firefox|Edg|OPR|Chrome|Safari)\//) ?? [];
  const [system] = browser.match(/Android|iPhone|iPad|Windows|Mac OS|Linux/) ?? [];
  const words = [{ Edg: "Edge", OPR: "Opera" }[name] ?? name, system].filter(Boolean);
  return words.join(" on ") || browser.slice(0, 40) || "A browser";
}

export function wire({ attempt }) {
  endOthers.addEventListener("click", () =>
    attempt(async () => {
      const { ended } = await remove("/sessions");
      await load();
      list.focus();
      return `${count(ended, "other session")} ended.`;
    }),
  );
}
