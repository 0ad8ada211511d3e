/** Calls of functions, with the options of a detector where a picture is sent. */

import { Refused, ask } from "../api.js";
import { readReply } from "./reply.js";

/** Asked for once, so that the slider needs no more calls. */
export const LEAST = 0.05;
const OF_A_DETECTOR = `?format=full&threshold=${LEAST}`;

/** The path of a call. */
export function pathOf(name, query = "") {
  return `/function/${encodeURIComponent(name)}${query}`;
}

/**
 * What a function answers to a body: the reply (reply.js), or `kind: "refused"` with the reason.
 *
 * `asked` is the query that was sent and `ms` how long it took from here. A function that knows
 * other options refuses a detector's: it is then called without.
 */
export async function call(name, body, isPicture, signal) {
  const queries = isPicture ? [OF_A_DETECTOR, ""] : [""];
  for (const asked of queries) {
    const began = performance.now();
    try {
      const response = await ask(pathOf(name, asked), { method: "POST", body, signal });
      const ms = performance.now() - began;
      return { ...await readReply(response), asked, ms, callId: response.headers.get("X-Call-Id") };
    } catch (error) {
      if (signal.aborted || !(error instanceof Refused || error instanceof TypeError)) throw error;
      const options = error.status === 400 && (error.code ?? "bad_option") === "bad_option";
      if (asked && options) continue;
      return { kind: "refused", error, asked, ms: performance.now() - began };
    }
  }
}
