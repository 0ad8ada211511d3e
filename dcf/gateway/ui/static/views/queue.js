/** The queue: what waits, runs and failed, with a button that tries a failed call again. */

import { getJson, send } from "../api.js";
import { confirmed } from "../confirm.js";
import { h, put, tell } from "../dom.js";
import { repeat } from "../repeat.js";
import { language, number, t } from "../words.js";

const SECONDS = 3;
const PAGE = 50;
/** As many as the gateway gives at once. */
const MOST = 200;
const STATES = ["failed", "waiting", "running", "all"];
const LOOKS = { failed: "bad", waiting: "quiet", running: "good" };

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
    Object.assign(this, { signal, shown: PAGE, drawn: "" });
    this.counts = h("dl", { class: "counts" });
    this.state = h("select", { "aria-label": t("whichCalls"), onchange: () => this.turn() },
      ...STATES.map((state) => h("option", { value: state }, t(`calls.${state}`))));
    this.list = h("div", {});
    this.element = h("div", {}, this.counts, h("section", { class: "panel", "aria-labelledby": "calls-title" },
      h("div", { class: "row tools" }, h("h2", { id: "calls-title" }, t("queuedCalls")), this.state), this.list));
  }

  turn() {
    this.shown = PAGE;
    this.look().catch((error) => tell(error.message));
  }

  async look() {
    const state = this.state.value === "all" ? "" : `&state=${this.state.value}`;
    const [counts, page] = await Promise.all([
      getJson("/system/queue", { signal: this.signal }),
      getJson(`/ui/queue?count=${this.shown}${state}`, { signal: this.signal }),
    ]);
    const told = [["waiting", counts.waiting], ["running", counts.running], ["failedCount", counts.failed],
      ["oldest", t("seconds", { seconds: number(Math.round(counts.oldest_seconds)) })]];
    put(this.counts, ...told.map(([key, value]) => h("div", {}, h("dt", {}, t(key)), h("dd", { "data-count": key },
      typeof value === "number" ? number(value) : value))));
    this.draw(page);
  }

  /** Draws the calls anew only if they are others, so that focus and selection stay. */
  draw({ calls, next }) {
    const drawn = JSON.stringify([this.state.value, next, calls.map((call) => [call.seq, call.state, call.attempts, call.queued_at])]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    if (!calls.length) {
      put(this.list, h("p", { class: "quiet" }, t(`none.${this.state.value}`)));
      return;
    }
    put(this.list, h("table", { class: "cards" }, h("caption", { class: "hidden" }, t("queuedCalls")),
      h("thead", {}, h("tr", {}, ...["function", "state", "queuedAt", "attempts", "why", "callId", "actions"]
        .map((key) => h("th", { scope: "col" }, t(key))))),
      h("tbody", {}, ...calls.map((call) => this.row(call)))), this.more(next));
  }

  more(next) {
    if (next === null) return null;
    if (this.shown >= MOST) return h("p", { class: "quiet" }, t("olderLeftOut", { count: number(MOST) }));
    return h("button", { onclick: () => {
      this.shown = MOST;
      this.look().catch((error) => tell(error.message));
    } }, t("showMore"));
  }

  row(call) {
    const when = new Date(call.queued_at).toLocaleString(language);
    const target = call.path || call.callback;
    const named = { function: call.function, id: call.call_id };
    return h("tr", {},
      h("th", { scope: "row", class: "name", "data-label": t("function") }, call.function, h("div", { class: "quiet mono" }, target)),
      h("td", { "data-label": t("state") }, h("span", { class: `badge ${LOOKS[call.state]}` }, t(`state.${call.state}`)),
        call.kind === "call" ? null : h("div", { class: "quiet" }, t(`kind.${call.kind}`))),
      h("td", { "data-label": t("queuedAt") }, h("time", { datetime: call.queued_at }, when)),
      h("td", { "data-label": t("attempts") }, number(call.attempts)),
      h("td", { "data-label": t("why"), class: "words" }, call.status ? `${call.status}: ` : "", call.reason),
      h("td", { "data-label": t("callId"), class: "mono words" }, call.call_id),
      h("td", { "data-label": t("actions") }, call.state === "failed" ? h("div", { class: "row" },
        h("button", { onclick: () => this.act("POST", call, "/replay", "replayed"), "aria-label": t("replayNamed", named) }, t("replay")),
        h("button", { class: "danger", onclick: () => this.drop(call), "aria-label": t("forgetNamed", named) }, t("forget"))) : ""));
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
