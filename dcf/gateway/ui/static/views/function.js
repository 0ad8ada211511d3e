/** One function: what runs, its replicas, its charts of the last hour, its history and its log. */

import { getJson, send } from "../api.js";
import { chart } from "../chart.js";
import { confirmed } from "../confirm.js";
import { h, put, tell } from "../dom.js";
import { logsPanel } from "../parts/logs.js";
import { Revisions, brief } from "../parts/revisions.js";
import { repeat } from "../repeat.js";
import { badge } from "../status.js";
import { language, number, t } from "../words.js";

const STATUS_SECONDS = 3;
const CHART_SECONDS = 10;

/** Fills the page; what it started ends when the signal aborts. */
export async function show(root, { name }, signal) {
  const failed = (error) => tell(error.message);
  const page = new FunctionPage(name, signal, failed);
  await repeat(() => page.look(), STATUS_SECONDS, signal, failed);
  await repeat(() => page.lookBack(), CHART_SECONDS, signal, failed);
  put(root,
    h("div", { class: "row head" }, h("h1", {}, name), page.badge, h("a", { class: "button", href: `#/try/${name}` }, t("try"))),
    page.judged, page.facts, page.scale, page.charts, page.revisions.element, logsPanel(name, signal));
}

class FunctionPage {
  constructor(name, signal, failed) {
    Object.assign(this, { name, signal, failed, drawn: "" });
    this.badge = h("span", { role: "status" });
    this.judged = h("section", { class: "panel", hidden: true, "aria-label": t("candidate") });
    this.facts = h("dl", { class: "facts" });
    this.charts = h("div", { class: "charts" });
    this.revisions = new Revisions(name, signal, () => this.look().catch(failed));
    this.typed = false;
    this.wanted = h("input", { type: "number", min: 0, max: 10000, required: true, name: "replicas", oninput: () => { this.typed = true; } });
    this.note = h("p", { class: "quiet", id: "scale-note" });
    this.wanted.setAttribute("aria-describedby", "scale-note");
    this.scale = h("form", { class: "panel", onsubmit: (event) => this.setReplicas(event) },
      h("h2", {}, t("replicas")), h("div", { class: "row" },
        h("label", { class: "row" }, t("wantedReplicas"), this.wanted), h("button", {}, t("setReplicas"))), this.note);
  }

  async look() {
    const status = await getJson(`/system/function/${this.name}?usage=1`, { signal: this.signal });
    // What was typed stays until it is set, also where the button has the focus by now.
    if (document.activeElement !== this.wanted && !this.typed) this.wanted.value = status.replicas ?? 0;
    this.note.textContent = status.scaling ? t("scaledByLoad", { policy: status.scaling }) : t("scaledByHand");
    const drawn = JSON.stringify(status);
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      put(this.badge, badge(status));
      put(this.facts, ...factsOf(status).map(([key, value]) => h("div", {}, h("dt", {}, t(key)), h("dd", {}, value))));
      this.drawCandidate(status);
      await this.revisions.look();
    }
  }

  async lookBack() {
    const { series, from, step } = await getJson(`/ui/history?function=${this.name}&seconds=3600`, { signal: this.signal });
    const own = series[this.name] ?? { calls: [], errors: [], p50: [], p99: [] };
    const rate = (values) => values.map((value) => (value === null ? null : value / step));
    put(this.charts,
      chart(t("chartCalls"), [{ name: t("calls"), values: rate(own.calls) }, { name: t("errors"), values: rate(own.errors) }], from, step),
      chart(t("chartTimes"), [{ name: t("p50"), values: own.p50 }, { name: t("p99"), values: own.p99 }], from, step));
  }

  drawCandidate(status) {
    this.judged.hidden = !status.rolloutMode;
    if (!status.rolloutMode) return;
    const act = (what, key) => h("button", { class: what === "promote" ? "main" : "", onclick: () => this.settle(what, status) }, t(key));
    put(this.judged, h("h2", {}, t(status.rolloutMode === "canary" ? "canaryRuns" : "shadowRuns", {
      revision: number(status.rolloutRevision), serving: number(status.revision),
    })), h("p", {}, t("judging")), h("div", { class: "row" }, act("promote", "promote"), act("abandon", "abandon")));
  }

  async settle(what, { rolloutRevision: revision }) {
    if (!await confirmed(t(`${what}Question`, { revision: number(revision) }), t(what))) return;
    await this.sent(send("POST", `/system/function/${this.name}/${what}`), t("begun"));
  }

  async setReplicas(event) {
    event.preventDefault();
    const replicas = Number(this.wanted.value);
    this.wanted.blur();
    this.typed = false;
    await this.sent(send("POST", `/system/scale-function/${this.name}`, { replicas }), t("replicasSet", { replicas: number(replicas) }));
  }

  async sent(request, told) {
    try {
      await request;
      tell(told);
      await this.look();
    } catch (error) {
      this.failed(error);
    }
  }
}

/** What is worth telling of a function, in rows; empty ones are left out. */
function factsOf(status) {
  const time = (value) => new Date(value).toLocaleString(language);
  const pairs = (table) => Object.entries(table ?? {}).map(([key, value]) => `${key}=${value}`).join("\n");
  const usage = status.usage && status.usage.totalMemoryBytes
    ? t("usage", { cores: number(status.usage.cpu / 1000, 2), memory: number(status.usage.totalMemoryBytes / 1048576) }) : "";
  const exit = status.lastExit ? `${time(status.lastExitAt)}: ${status.lastExit}` : "";
  const progress = status.rollout === "progressing"
    ? t("progress", { ready: number(status.rolloutReadyReplicas ?? 0), wanted: number(status.rolloutReplicas ?? 0) }) : "";
  return [
    ["reason", [status.rolloutReason, progress].filter(Boolean).join(" ")], ["crashLoop", status.crashLoop], ["lastExit", exit],
    ["restarts", status.restarts ? number(status.restarts) : ""],
    ["replicasReady", `${number(status.availableReplicas ?? 0)} / ${number(status.replicas ?? 0)}`],
    ["uses", usage], ["invocations", number(status.invocationCount ?? 0)], ["revision", status.revision ? number(status.revision) : ""],
    ["createdAt", time(status.createdAt)], ["image", brief(status.image)], ["limits", pairs(status.limits)],
    ["labels", pairs(status.labels)], ["constraints", (status.constraints ?? []).join("\n")], ["secrets", (status.secrets ?? []).join("\n")],
  ].filter(([, value]) => value);
}
