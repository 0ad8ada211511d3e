/** Lines over time, drawn as SVG: a small one for a row, a large one with scales. */

import { h, svg } from "./dom.js";
import { language, number, t } from "./words.js";

const WIDTH = 640;
const HEIGHT = 180;
const LEFT = 52;
const BOTTOM = 22;
const TOP = 8;

/** A line without scales, for a row of a table; its text says what it shows. */
export function sparkline(values, label) {
  const most = Math.max(...values.map((value) => value ?? 0), 1e-9);
  const at = (value, place) => [(place / Math.max(values.length - 1, 1)) * 98 + 1, 19 - (value / most) * 18];
  return svg("svg", { class: "spark", viewBox: "0 0 100 20", preserveAspectRatio: "none", role: "img", "aria-label": label },
    ...paths(values, at).map((path) => svg("path", { d: path, class: "line-0" })));
}

/**
 * A chart of several lines on one scale.
 *
 * @param title What it shows, with the unit.
 * @param lines `{name, values}` each; null is a gap. All have the same length.
 * @param from Unix seconds of the first value.
 * @param step Seconds from one value to the next.
 */
export function chart(title, lines, from, step) {
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null);
  const most = niceAbove(Math.max(...values, 0));
  const count = Math.max(...lines.map((line) => line.values.length), 1);
  const x = (place) => LEFT + (place / Math.max(count - 1, 1)) * (WIDTH - LEFT - 8);
  const y = (value) => HEIGHT - BOTTOM - (value / most) * (HEIGHT - BOTTOM - TOP);
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": spoken(title, lines) },
    ...levels(most, y), ...moments(from, step, count, x),
    ...lines.flatMap(({ values: own }, index) => paths(own, (value, place) => [x(place), y(value)])
      .map((path) => svg("path", { d: path, class: `line-${index}` }))));
  return h("figure", { class: "chart" },
    h("figcaption", {}, h("strong", {}, title), ...lines.map(({ name }, index) => h("span", { class: `key key-${index}` }, name))),
    drawing);
}

/** The smallest of 1, 2, 5, 10, 20, ... that is not below a value. */
export function niceAbove(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= value * 0.999999);
}

/** One path for each run of values without a gap; a lone value is a dot. */
function paths(values, at) {
  const runs = [];
  let run = null;
  values.forEach((value, place) => {
    if (value === null || value === undefined) run = null;
    else if (run) run.push(at(value, place));
    else runs.push(run = [at(value, place)]);
  });
  const written = ([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  return runs.map((points) => `M${points.map(written).join("L")}${points.length === 1 ? "h0.1" : ""}`);
}

function levels(most, y) {
  return [0, 0.5, 1].flatMap((share) => {
    const level = y(most * share);
    return [svg("line", { x1: LEFT, x2: WIDTH, y1: level, y2: level, class: "level" }),
      svg("text", { x: LEFT - 6, y: level + 4, class: "scale end" }, short(most * share))];
  });
}

function moments(from, step, count, x) {
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
  return [0, 0.5, 1].map((share) => {
    const place = Math.round((count - 1) * share);
    return svg("text", { x: x(place), y: HEIGHT - 5, class: `scale ${["start", "middle", "end"][share * 2]}` },
      clock.format(new Date((from + place * step) * 1000)));
  });
}

function short(value) {
  return value >= 10 || Number.isInteger(value) ? number(value) : number(value, value < 1 ? 2 : 1);
}

/** What somebody hears instead of seeing it: the last and the highest value of each line. */
function spoken(title, lines) {
  const told = lines.map(({ name, values }) => {
    const known = values.filter((value) => value !== null);
    if (!known.length) return t("chartEmpty", { name });
    return t("chartLine", { name, last: short(known.at(-1)), most: short(Math.max(...known)) });
  });
  return `${title}: ${told.join("; ")}`;
}
