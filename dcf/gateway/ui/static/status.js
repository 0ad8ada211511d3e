/** What a function's status is called and how it looks: never by colour alone. */

import { h } from "./dom.js";
import { learn, t } from "./words.js";

await learn("status");

/** One word for what a function does now, as the table of functions sorts it. */
export function stateOf(status) {
  if (status.crashLoop) return "crashing";
  if (status.rolloutMode) return status.rolloutMode;
  if (status.rollout === "failed" || status.rollout === "progressing") return status.rollout;
  if (!status.replicas) return "zero";
  return (status.availableReplicas ?? 0) < status.replicas ? "starting" : "ready";
}

const LOOKS = {
  ready: "good", zero: "quiet", starting: "warn", progressing: "warn", canary: "warn", shadow: "warn",
  failed: "bad", crashing: "bad",
};

/** A mark with the word. */
export function badge(status) {
  const state = stateOf(status);
  return h("span", { class: `badge ${LOOKS[state]}`, "data-state": state }, t(`state.${state}`));
}
