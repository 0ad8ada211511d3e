/** The queue: how much waits and runs, and what failed, with a button that tries it again. */

import { getJson, send } from "../api.js";
import { confirmed } from "../confirm.js";
import { h, put, tell } from "../dom.js";
import { repeat } from "../repeat.js";
import { language, number, t } from "../words.js";

const SECONDS = 3;
const PAGE = 50;

/** Fills the page; what it started ends when the signal aborts. */
export async function show(root, parameters, signal) {
  const queue = new QueueView(signal);
  try {
    await repeat(() => queue.look(), SECONDS, signal, (error) => tell(error.message));
  } catch (error) {
    if (error.status !== 501) throw error;
    put(root, h("h1", {}, t("queue")), h("p", {}, t("noQueue")));
    return;
  }
  put(root, h("h1", {}, t("queue")), queue.element);
}

class QueueView {
  constructor(signal) {
    this.signal = signal;
    this.shown = PAGE;
    this.drawn = "";
    this.counts = h("dl", { class: "counts" });
    this.failed = h("div", {});
    this.element = h("div", {}, this.counts, h("section", { class: "panel", "aria-labelledby": "failed-title" },
      h("h2", { id: "failed-title" }, t("failedCalls")), this.failed));
  }

  async look() {
    const [counts, failed] = await Promise.all([
      getJson("/system/queue", { signal: this.signal }), getJson("/system/queue/failed", { signal: this.signal }),
    ]);
    const told = [["waiting", counts.waiting], ["running", counts.running], ["failedCount", counts.failed],
      ["oldest", t("seconds", { seconds: number(Math.round(counts.oldest_seconds)) })]];
    put(this.counts, ...told.map(([key, value]) => h("div", {}, h("dt", {}, t(key)), h("dd", { "data-count": key },
      typeof value === "number" ? number(value) : value))));
    this.calls = failed;
    this.draw();
  }

  /** Draws the failed calls anew only if they are others, so that focus and selection stay. */
  draw() {
    const drawn = JSON.stringify([this.shown, this.calls.map((call) => [call.call_id, call.attempts])]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    if (!this.calls.length) {
      put(this.failed, h("p", { class: "quiet" }, t("nothingFailed")));
      return;
    }
    const rows = this.calls.slice(0, this.shown).map((call) => this.row(call));
    put(this.failed, h("table", { class: "cards" }, h("caption", { class: "hidden" }, t("failedCalls")),
      h("thead", {}, h("tr", {}, ...["function", "queuedAt", "attempts", "why", "callId", "actions"]
        .map((key) => h("th", { scope: "col" }, t(key))))),
      h("tbody", {}, ...rows)), this.more());
  }

  more() {
    const rest = this.calls.length - this.shown;
    if (rest <= 0) return null;
    return h("button", { onclick: () => { this.shown += PAGE; this.draw(); } }, t("showMore", { count: number(rest) }));
  }

  row(call) {
    const when = new Date(call.queued_at).toLocaleString(language);
    const target = call.path || call.callback;
    const named = { function: call.function, id: call.call_id };
    return h("tr", {},
      h("th", { scope: "row", class: "name", "data-label": t("function") }, call.function, h("div", { class: "quiet mono" }, target)),
      h("td", { "data-label": t("queuedAt") }, h("time", { datetime: call.queued_at }, when)),
      h("td", { "data-label": t("attempts") }, number(call.attempts)),
      h("td", { "data-label": t("why"), class: "words" }, call.status ? `${call.status}: ` : "", call.reason),
      h("td", { "data-label": t("callId"), class: "mono words" }, call.call_id),
      h("td", { "data-label": t("actions") }, h("div", { class: "row" },
        h("button", { onclick: () => this.act("POST", call, "/replay", "replayed"), "aria-label": t("replayNamed", named) }, t("replay")),
        h("button", { class: "danger", onclick: () => this.drop(call), "aria-label": t("forgetNamed", named) }, t("forget")))));
  }

  async drop(call) {
    if (await confirmed(t("forgetQuestion", { function: call.function }), t("forget"))) {
      await this.act("DELETE", call, "", "forgotten");
    }
  }

  async act(method, call, what, told) {
    try {
      await send(method, `/system/queue/failed/${encodeURIComponent(call.call_id)}${what}`);
      tell(t(told));
    } catch (error) {
      tell(error.status === 404 ? t("alreadyGone") : error.message);
    }
    await this.look().catch((error) => tell(error.message));
  }
}
