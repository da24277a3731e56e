// The studio: wires the parts together. Each part knows its own corner of the page; only this file knows them all.

import * as account from "./account.js";
import { get } from "./api.js";
import * as convert from "./convert.js";
import * as desk from "./desk.js";
import * as history from "./history.js";
import { cancel, follower, isOver, look } from "./jobs.js";
import { hush, say } from "./notice.js";
import * as player from "./player.js";
import * as sound from "./sound.js";
import * as speak from "./speak.js";

const studio = document.getElementById("studio");
const LINK_EXPIRED = "That link has expired. Make a new one with `bernie users link`, or paste an API key.";

const jobs = follower({ onChange: changed, onError: report });

function report(error) {
  if (error.status === 401) signedOut();
  say(error.message);
}

async function signedIn(who) {
  account.showSignedIn(who);
  const [capabilities, voices] = await Promise.all([get("/capabilities"), get("/voices")]);
  desk.fill(capabilities.capabilities, voices.voices);
  studio.hidden = false;
  await history.load(voices.voices);
}

function signedOut() {
  hush();
  jobs.stop();
  player.clear();
  desk.clear();
  history.clear();
  studio.hidden = true;
  account.showSignedOut();
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
  account.wire({ onIn: (who) => signedIn(who).then(desk.focus, report), onOut: signedOut, onError: report });
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
  const expired = new URLSearchParams(location.search).get("link") === "expired";
  if (expired) window.history.replaceState(null, "", "/");
  try {
    await signedIn(await account.load());
  } catch (error) {
    // Nobody is signed in: the panel says all there is to say, unless a link has just failed.
    if (error.status !== 401) report(error);
    else signedOut();
    if (expired) say(LINK_EXPIRED);
  }
}

start();
