// Jobs over the API: submit, look, list, cancel, follow.

import { get, post, remove } from "./api.js";

// A browser opens six connections to one host, and clips and calls need some of them.
const STREAMS = 3;
const RETRY_MILLISECONDS = 3000;

export function isOver(job) {
  return job.state === "succeeded" || job.state === "failed" || job.state === "cancelled";
}

export function submit(capability, params, key) {
  return post("/jobs", { capability, params }, { "idempotency-key": key });
}

export function look(id) {
  return get(`/jobs/${id}`);
}

export function page(cursor = null) {
  return get(`/jobs?limit=10${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
}

export function cancel(id) {
  return remove(`/jobs/${id}`);
}

// The clip itself, from the page's own address: it never expires while the clip is kept, and `download` saves it.
export function audioOf(job) {
  return `/api/v1/jobs/${job.id}/audio`;
}

// randomUUID exists only on https and localhost; Bernie may well be opened as http://192.168.1.20:8080.
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Returns `{ follow, stop }`. Unfinished jobs are followed a few at a time, in the order they were given.
export function follower({ onChange, onError }) {
  const streams = new Map();
  let waiting = [];
  let retries = [];

  function follow(id) {
    if (streams.has(id) || waiting.includes(id)) return;
    waiting.push(id);
    next();
  }

  function next() {
    while (waiting.length > 0 && streams.size < STREAMS) open(waiting.shift());
  }

  function open(id) {
    const stream = new EventSource(`/api/v1/jobs/${id}/events`);
    streams.set(id, stream);
    stream.addEventListener("job", (event) => heard(JSON.parse(event.data)));
    // A connection that broke is opened again by the browser; CLOSED means that it was refused.
    stream.addEventListener("error", () => stream.readyState === EventSource.CLOSED && lost(id));
  }

  function heard(job) {
    if (isOver(job)) close(job.id);
    onChange(job);
  }

  async function lost(id) {
    close(id);
    try {
      const job = await look(id);
      onChange(job);
      if (!isOver(job)) retry(id);
    } catch (error) {
      onError(error);
      if (error.code === "unreachable") retry(id);
    }
  }

  function retry(id) {
    retries.push(setTimeout(follow, RETRY_MILLISECONDS, id));
  }

  function close(id) {
    streams.get(id)?.close();
    streams.delete(id);
    next();
  }

  function stop() {
    retries.forEach(clearTimeout);
    retries = [];
    waiting = [];
    streams.forEach((stream) => stream.close());
    streams.clear();
  }

  return { follow, stop };
}
