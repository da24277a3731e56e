// The studio: wires the parts together. Each part knows its own corner of the page; only this file knows them all.

import * as accountPage from "./account/page.js";
import * as account from "./account.js";
import { get } from "./api.js";
import * as convert from "./convert.js";
import * as desk from "./desk.js";
import * as entrance from "./entrance.js";
import * as history from "./history.js";
import { cancel, follower, isOver, look } from "./jobs.js";
import { hush, say } from "./notice.js";
import * as player from "./player.js";
import * as sound from "./sound.js";
import * as speak from "./speak.js";

const studio = document.getElementById("studio");
const toStudio = document.getElementById("to-studio");
const toAccount = document.getElementById("to-account");
const ACCOUNT = "#account";
const LINKS = {
  expired: "That link has expired. Make a new one with `bernie users link`, or sign in another way.",
  other: "Somebody else is signed in here. Sign out first, then open the link again.",
};
const HERE_ALREADY = "You are signed in. To make another account with your invitation, sign out and open its link again.";

let inside = false;

const jobs = follower({ onChange: changed, onError: report });

function report(error) {
  if (error.status === 401) signedOut();
  say(error.message);
}

async function signedIn(who) {
  inside = true;
  entrance.hide();
  account.showSignedIn(who);
  const [capabilities, voices] = await Promise.all([get("/capabilities"), get("/voices")]);
  desk.fill(capabilities.capabilities, voices.voices);
  await Promise.all([openPage(), history.load(voices.voices)]);
}

// Which of the two pages is open stands in the address, so that the browser's own buttons work.
async function openPage() {
  const onAccount = location.hash === ACCOUNT;
  studio.hidden = onAccount;
  for (const [link, open] of [[toStudio, !onAccount], [toAccount, onAccount]]) {
    if (open) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (onAccount) await accountPage.open();
  else accountPage.close();
}

function signedOut() {
  hush();
  jobs.stop();
  player.clear();
  desk.clear();
  history.clear();
  inside = false;
  studio.hidden = true;
  accountPage.close();
  account.showSignedOut();
  entrance.show().catch(report);
}

function submitted(job) {
  desk.follow(job);
  history.show(job);
  jobs.follow(job.id);
  account.refreshCredits().catch(report);
}

function listed(found) {
  // Oldest first, since those come to an end first.
  found.filter((job) => !isOver(job)).reverse().forEach((job) => jobs.follow(job.id));
}

function changed(job) {
  history.show(job);
  if (isOver(job)) account.refreshCredits().catch(report);
  if (!desk.isCurrent(job)) return;
  desk.follow(job);
  if (job.state === "succeeded") player.play(job).catch(report);
  if (job.state === "failed") say(job.error.message);
}

// A link expires after an hour and the list may be older, so the job is fetched again.
async function play(job) {
  hush();
  if (player.loadedId() === job.id) {
    await player.toggleLoaded();
    return;
  }
  const fresh = await look(job.id);
  history.show(fresh);
  if (fresh.clip) await player.play(fresh);
  else say("This clip is no longer kept. Make it again.");
}

async function withdraw(job) {
  const answer = await cancel(job.id);
  // One that runs stops at its next step, and its stream says so, perhaps before this answer is here.
  if (isOver(answer)) changed(answer);
}

async function start() {
  entrance.wire({ onIn: (who) => signedIn(who).then(desk.focus, report) });
  account.wire({ onOut: signedOut, onError: report });
  accountPage.wire({ onError: report });
  window.addEventListener("hashchange", () => inside && openPage().catch(report));
  desk.wire({
    forms: { tts: speak, vc: convert, sfx: sound },
    onSubmitted: submitted,
    onCancel: (job) => withdraw(job).catch(report),
    onError: report,
  });
  history.wire({
    onPlay: (job) => play(job).catch(report),
    onAgain: (job) => desk.putBack(job),
    onCancel: (job) => withdraw(job).catch(report),
    onListed: listed,
    onError: report,
  });
  player.wire({ onChange: () => history.mark(player.isPlaying() ? player.loadedId() : null), onError: report });
  const link = LINKS[new URLSearchParams(location.search).get("link")];
  if (link) window.history.replaceState(null, "", "/");
  try {
    await signedIn(await account.load());
    if (entrance.joining()) say(HERE_ALREADY);
  } catch (error) {
    // Nobody is signed in: the panel says all there is to say.
    if (error.status !== 401) report(error);
    else signedOut();
  }
  if (link) say(link);
}

start();
