/** A function's log as it is written: the newest lines, a filter, and a pause. */

import { streamLines } from "../api.js";
import { h, put } from "../dom.js";
import { language, number, t } from "../words.js";

/** Lines that are kept; older ones go. */
const MOST = 1000;
const TAIL = 200;
const AGAIN_MS = 2000;

/** The panel; it reads until the signal aborts, also across restarts of the gateway. */
export function logsPanel(name, signal) {
  const log = new Log(name, signal);
  log.follow();
  return log.element;
}

class Log {
  constructor(name, signal) {
    Object.assign(this, { name, signal, lines: [], arrived: [], drawing: false, paused: false, newest: "" });
    this.filter = h("input", { type: "search", "aria-label": t("filterLog"), placeholder: t("filterLog"), oninput: () => this.redraw() });
    this.pause = h("button", { "aria-pressed": "false", onclick: () => this.turn() }, t("pause"));
    this.state = h("span", { class: "quiet", role: "status" });
    this.shown = h("pre", { class: "log", tabindex: "0", role: "region", "aria-label": t("logOf", { name }) });
    this.element = h("section", { class: "panel", "aria-labelledby": "log-title" },
      h("h2", { id: "log-title" }, t("log")), h("div", { class: "row tools" }, this.filter, this.pause, this.state), this.shown);
  }

  async follow() {
    for (;;) {
      // From the newest line on, so that nothing is missing and little comes twice.
      const since = this.newest ? `&since=${encodeURIComponent(this.newest)}` : `&tail=${TAIL}`;
      const path = `/system/logs?name=${encodeURIComponent(this.name)}&follow=true${since}`;
      try {
        await streamLines(path, (line) => this.take(JSON.parse(line)), this.signal);
        this.state.textContent = "";
      } catch (error) {
        if (this.signal.aborted) return;
        this.state.textContent = error.status ? error.message : t("logLost");
        if (error.status === 404 || error.status === 501) return;
      }
      if (this.signal.aborted) return;
      await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS); });
    }
  }

  take(line) {
    if (line.timestamp === this.newest && this.lines.concat(this.arrived).some((known) => same(known, line))) return;
    this.newest = line.timestamp;
    this.arrived.push(line);
    if (this.arrived.length > MOST) this.arrived.shift();
    if (this.paused) this.state.textContent = t("paused", { count: number(this.arrived.length) });
    else this.soon();
  }

  /** Draws at most once a frame, however many lines came. */
  soon() {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      if (!this.paused) this.draw();
    });
  }

  draw() {
    const atEnd = this.shown.scrollTop + this.shown.clientHeight >= this.shown.scrollHeight - 8;
    const fresh = this.arrived;
    this.arrived = [];
    this.lines = this.lines.concat(fresh).slice(-MOST);
    this.shown.append(...fresh.filter((line) => this.wants(line)).map(lineElement));
    while (this.shown.childElementCount > MOST) this.shown.firstElementChild.remove();
    if (atEnd) this.shown.scrollTop = this.shown.scrollHeight;
  }

  redraw() {
    put(this.shown, ...this.lines.filter((line) => this.wants(line)).map(lineElement));
    this.shown.scrollTop = this.shown.scrollHeight;
  }

  wants(line) {
    const wanted = this.filter.value.trim().toLowerCase();
    return !wanted || `${line.instance} ${line.text}`.toLowerCase().includes(wanted);
  }

  turn() {
    this.paused = !this.paused;
    this.pause.setAttribute("aria-pressed", String(this.paused));
    this.pause.textContent = t(this.paused ? "goOn" : "pause");
    this.state.textContent = this.paused ? t("paused", { count: number(this.arrived.length) }) : "";
    if (!this.paused) this.draw();
  }
}

const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function lineElement(line) {
  return h("div", {}, h("span", { class: "quiet" }, `${clock.format(new Date(line.timestamp))} ${line.instance} `), line.text);
}

function same(one, other) {
  return one.timestamp === other.timestamp && one.instance === other.instance && one.text === other.text;
}
