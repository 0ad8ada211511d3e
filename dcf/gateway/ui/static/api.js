/** Asks the gateway that served this page. A 401 opens the login, and the question is asked again. */

/** Where the gateway answers: the page is one folder below it, whatever a proxy puts before both. */
export const GATEWAY = new URL("../", import.meta.url);

/** What the gateway refused: its status, its line, and its code where it has one. */
export class Refused extends Error {
  constructor(status, message, code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

let askLogin = () => Promise.reject(new Refused(401, "login"));
let login = null;

/** Says who asks the person to log in: a function whose promise is kept once that is done. */
export function onLogin(ask) {
  askLogin = ask;
}

/** The whole address of a path of the gateway's, such as `/system/functions`. */
export function addressOf(path) {
  return new URL(path.replace(/^\//, ""), GATEWAY);
}

/** The response to a question; Refused where its status is none of 2xx. */
export async function ask(path, { method = "GET", headers = {}, body, signal } = {}) {
  const asked = { method, headers: { "X-Requested-With": "dcf", ...headers }, body, signal, cache: "no-store" };
  let response = await fetch(addressOf(path), asked);
  if (response.status === 401) {
    await loggedIn();
    response = await fetch(addressOf(path), asked);
  }
  if (!response.ok) throw await refusalIn(response);
  return response;
}

/** What a path answers as JSON. */
export async function getJson(path, { signal } = {}) {
  return (await ask(path, { signal, headers: { Accept: "application/json" } })).json();
}

/** Sends a value as JSON (none: an empty body); what came back as JSON, or null. */
export async function send(method, path, body, { signal } = {}) {
  const sent = body === undefined ? {} : {
    headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const text = await (await ask(path, { method, signal, ...sent })).text();
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null; // some routes answer a line of text
  }
}

/** Calls onLine with each line as it comes (NDJSON: parse it there); ends with the stream or the signal. */
export async function streamLines(path, onLine, signal) {
  const reader = (await ask(path, { signal })).body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    lines.forEach((line) => line && onLine(line));
  }
  if (rest) onLine(rest);
}

/** One login for however many questions wait for it. */
function loggedIn() {
  login ??= askLogin().finally(() => { login = null; });
  return login;
}

/** What a function, or the gateway, says of a call that failed. */
export async function refusalIn(response) {
  const text = (await response.text()).trim();
  try {
    const { error } = JSON.parse(text);
    if (error?.message) return new Refused(response.status, error.message, error.code);
  } catch {
    // not JSON: the gateway's own lines are text
  }
  const code = response.headers.get("X-Error-Code") ?? undefined;
  return new Refused(response.status, text || `${response.status} ${response.statusText}`, code);
}
