// The studio: wires the parts together. Each part knows its own corner of the page; only this file knows them all.

import * as account from "./account.js";
import { get } from "./api.js";
import * as history from "./history.js";
import { cancel, follower, isOver, look } from "./jobs.js";
import { hush, say } from "./notice.js";
import * as player from "./player.js";
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
  const tts = capabilities.capabilities.find((one) => one.name === "tts");
  speak.fill(tts, voices.voices.filter((voice) => voice.model === tts.model));
  studio.hidden = false;
  await history.load(voices.voices);
}

function signedOut() {
  hush();
  jobs.stop();
  player.clear();
  speak.clear();
  history.clear();
  studio.hidden = true;
  account.showSignedOut();
}

function submitted(job) {
  speak.show(job);
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
  if (!speak.isCurrent(job)) return;
  speak.show(job);
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
  else say("This clip is no longer kept. Speak it again.");
}

async function withdraw(job) {
  const answer = await cancel(job.id);
  // One that runs stops at its next step, and its stream says so, perhaps before this answer is here.
  if (isOver(answer)) changed(answer);
}

async function start() {
  account.wire({ onIn: (who) => signedIn(who).then(speak.focus, report), onOut: signedOut, onError: report });
  speak.wire({ onSubmitted: submitted, onCancel: (job) => withdraw(job).catch(report), onError: report });
  history.wire({
    onPlay: (job) => play(job).catch(report),
    onAgain: (job) => speak.putBack(job.params),
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
