/** All functions: state, replicas, calls, errors and times of the last minutes. */

import { getJson } from "../api.js";
import { sparkline } from "../chart.js";
import { h, put, tell } from "../dom.js";
import { repeat } from "../repeat.js";
import { badge, stateOf } from "../status.js";
import { milliseconds, number, percent, t } from "../words.js";

const SECONDS = 5;
/** Rows at a time: a thousand in one table would hold the page up. */
const PAGE = 50;
const WORST = ["crashing", "failed", "canary", "shadow", "progressing", "starting", "ready", "zero"];
const SORTS = {
  name: (one, other) => (one.name < other.name ? -1 : 1),
  state: (one, other) => WORST.indexOf(stateOf(one)) - WORST.indexOf(stateOf(other)) || SORTS.name(one, other),
  calls: (one, other) => other.seen.calls - one.seen.calls || SORTS.name(one, other),
  errors: (one, other) => other.seen.errors - one.seen.errors || SORTS.name(one, other),
  p99: (one, other) => (other.seen.p99 ?? -1) - (one.seen.p99 ?? -1) || SORTS.name(one, other),
};

/** Fills the page; what it started ends when the signal aborts. */
export async function show(root, parameters, signal) {
  const table = new FunctionTable();
  await repeat(async () => {
    const [statuses, history] = await Promise.all([
      getJson("/system/functions", { signal }), getJson("/ui/history?seconds=600&step=60", { signal }),
    ]);
    table.take(statuses, history.series);
  }, SECONDS, signal, (error) => tell(error.message));
  put(root, h("h1", {}, t("functions")), table.element);
}

class FunctionTable {
  constructor() {
    this.all = [];
    this.page = 0;
    this.sort = "name";
    this.filter = h("input", { type: "search", placeholder: t("filterFunctions"), "aria-label": t("filterFunctions"),
      oninput: () => { this.page = 0; this.draw(); } });
    this.order = h("select", { "aria-label": t("sortBy"), onchange: () => { this.sort = this.order.value; this.draw(); } },
      ...Object.keys(SORTS).map((key) => h("option", { value: key }, t(`sort.${key}`))));
    this.count = h("span", { class: "quiet", role: "status" });
    this.body = h("tbody");
    this.pages = h("nav", { class: "row", "aria-label": t("pages") });
    this.element = h("div", {},
      h("div", { class: "row tools" }, this.filter, this.order, this.count),
      h("table", { class: "cards" }, h("caption", { class: "hidden" }, t("functionsCaption")),
        h("thead", {}, h("tr", {}, ...COLUMNS.map(({ key, kind }) => h("th", { scope: "col", class: kind }, t(key))))),
        this.body),
      this.pages);
  }

  take(statuses, series) {
    this.all = statuses.map((status) => ({ ...status, seen: seenIn(series[status.name]) }));
    this.draw();
  }

  draw() {
    const wanted = this.filter.value.trim().toLowerCase();
    const found = this.all.filter(({ name }) => name.includes(wanted)).sort(SORTS[this.sort]);
    this.page = Math.max(0, Math.min(this.page, Math.ceil(found.length / PAGE) - 1));
    this.count.textContent = t(this.all.length ? "functionsCount" : "noFunctions", {
      shown: number(found.length), all: number(this.all.length),
    });
    const rows = found.slice(this.page * PAGE, (this.page + 1) * PAGE);
    this.replaceRows(rows);
    put(this.pages, ...(found.length > PAGE ? this.turns(found.length) : []));
  }

  /** Puts new rows in; the link that had the focus has it again. */
  replaceRows(rows) {
    const focused = this.body.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    put(this.body, ...rows.map((row) => h("tr", {}, ...COLUMNS.map((column) => cell(column, row)))));
    if (focused) this.body.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  }

  turns(count) {
    const last = Math.ceil(count / PAGE) - 1;
    const turn = (by, key) => h("button", { disabled: this.page + by < 0 || this.page + by > last, onclick: () => {
      this.page += by;
      this.draw();
      this.pages.querySelector("button:not(:disabled)")?.focus();
    } }, t(key));
    return [turn(-1, "previous"), h("span", {}, t("pageOf", { page: this.page + 1, pages: last + 1 })), turn(1, "next")];
  }
}

/** Totals of what the gateway saw of one function; nothing if it was not called. */
function seenIn(series) {
  const sum = (values = []) => values.reduce((total, value) => total + (value ?? 0), 0);
  const newest = (values = []) => values.findLast((value) => value !== null) ?? null;
  return {
    calls: sum(series?.calls), errors: sum(series?.errors), p50: newest(series?.p50), p99: newest(series?.p99),
    line: series?.calls ?? [],
  };
}

const COLUMNS = [
  { key: "name", kind: "name", shown: ({ name }) => h("a", { href: `#/function/${name}` }, name) },
  { key: "status", kind: "", shown: badge },
  { key: "replicas", kind: "number", shown: ({ availableReplicas = 0, replicas = 0 }) => `${number(availableReplicas)} / ${number(replicas)}` },
  { key: "callsLately", kind: "number", shown: ({ seen }) => number(seen.calls) },
  { key: "errors", kind: "number", shown: ({ seen }) => (seen.errors
    ? h("span", { class: "bad" }, `${number(seen.errors)} (${percent(seen.errors / seen.calls, 1)})`) : number(0)) },
  { key: "p50", kind: "number", shown: ({ seen }) => times(seen.p50) },
  { key: "p99", kind: "number", shown: ({ seen }) => times(seen.p99) },
  { key: "lately", kind: "drawing", shown: ({ seen }) => (seen.line.length > 1 ? sparkline(seen.line, t("callsLately")) : "") },
  { key: "try", kind: "", shown: ({ name }) => h("a", { href: `#/try/${name}`, "aria-label": t("tryNamed", { name }) }, t("try")) },
];

function cell({ key, kind, shown }, row) {
  return h(key === "name" ? "th" : "td", { class: kind, "data-label": t(key), scope: key === "name" ? "row" : null }, shown(row));
}

function times(value) {
  return value === null ? "–" : milliseconds(value);
}
