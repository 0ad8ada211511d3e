/** JSON as a tree that opens and closes; what is closed is not made, so a large answer costs little. */

import { h } from "../dom.js";
import { t } from "../words.js";

const AT_ONCE = 100;
const OPEN_DEPTH = 3;
const TEXT_AT_MOST = 2000;

/** The tree of a value. */
export function tree(value, name = null, depth = 0) {
  const entries = value !== null && typeof value === "object" ? Object.entries(value) : null;
  if (!entries) return h("div", { class: "leaf" }, ...label(name), scalar(value));
  const kind = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  const within = h("div", { class: "branch" });
  const fill = () => within.childElementCount === 0 && more(within, entries, 0, depth);
  const branch = h("details", { class: "tree", ontoggle: () => branch.open && fill() },
    h("summary", {}, ...label(name), h("span", { class: "quiet" }, kind)), within);
  if (depth === 0 || (depth < OPEN_DEPTH && entries.length <= 8)) {
    fill();
    branch.open = true;
  }
  return branch;
}

function more(within, entries, from, depth) {
  within.append(...entries.slice(from, from + AT_ONCE).map(([key, value]) => tree(value, key, depth + 1)));
  const left = entries.length - from - AT_ONCE;
  if (left <= 0) return;
  const button = h("button", {
    class: "link", onclick: () => { button.remove(); more(within, entries, from + AT_ONCE, depth); },
  }, t("more", { count: left }));
  within.append(button);
}

function label(name) {
  return name === null ? [] : [h("span", { class: "key" }, name), ": "];
}

function scalar(value) {
  const text = JSON.stringify(value);
  const shown = text.length > TEXT_AT_MOST ? `${text.slice(0, TEXT_AT_MOST)} …` : text;
  return h("span", { class: `value ${value === null ? "null" : typeof value}` }, shown);
}
