// Calls to Bernie's API. What goes wrong becomes an ApiError whose message is the API's own sentence.

const UNREACHABLE = "Bernie does not answer. Check that it is running and that you are online, then try again.";

export class ApiError extends Error {
  constructor(message, { code, status, field = null }) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
    this.field = field;
  }
}

export function get(path) {
  return request("GET", path);
}

export function post(path, body, headers = {}) {
  return send("POST", path, body, headers);
}

export function put(path, body) {
  return send("PUT", path, body);
}

// What is left out of `body` stays as it is.
export function change(path, body) {
  return send("PATCH", path, body);
}

function send(method, path, body, headers = {}) {
  if (body === undefined) return request(method, path, { headers });
  return request(method, path, { body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });
}

// A file, as the form field that the API reads it from.
export function upload(file) {
  const body = new FormData();
  body.append("file", file);
  return request("POST", "/uploads", { body });
}

export function remove(path) {
  return request("DELETE", path);
}

async function request(method, path, options = {}) {
  const answer = await fetch(`/api/v1${path}`, { method, ...options }).catch(() => {
    throw new ApiError(UNREACHABLE, { code: "unreachable", status: 0 });
  });
  if (answer.status === 204) return null;
  // A proxy in front of Bernie may answer with a page of its own.
  const body = await answer.json().catch(() => null);
  if (answer.ok && body !== null) return body;
  const error = body?.error;
  const message = error?.message ?? `Bernie's answer could not be read (status ${answer.status}). Try again in a moment.`;
  throw new ApiError(message, { code: error?.code ?? "unreadable", status: answer.status, field: error?.field });
}
