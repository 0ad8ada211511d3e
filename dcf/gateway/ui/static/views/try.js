/** Try it: pictures, files or texts go to one function or two, and what comes back is shown. */

import { getJson } from "../api.js";
import { h, put, tell } from "../dom.js";
import { session } from "../login.js";
import { number, t } from "../words.js";
import { call } from "../try/calls.js";
import { Camera, pause } from "../try/camera.js";
import { Intake } from "../try/intake.js";
import { Lines } from "../try/lines.js";
import { Pane } from "../try/pane.js";
import { Pictures } from "../try/picture.js";
import { Shelf, itemOf, shownOf } from "../try/shelf.js";
import { Sieve } from "../try/sieve.js";

// What was put in stays when another function is chosen.
const shelf = new Shelf((item) => shelf.chosen(item));

/** Fills the page; what it started ends when the signal aborts. */
export async function show(root, parameters, signal) {
  const names = await namesOf(signal);
  const who = await session(); // after it: the question before may have led to a login
  if (!parameters.name && !names?.length) {
    put(root, h("h1", {}, t("try")), h("p", {}, t(names ? "noFunctions" : "noList")));
  } else if (!parameters.name) {
    location.replace(`#/try/${encodeURIComponent(names[0])}`);
  } else {
    new Table(root, names ?? [], parameters, who, signal);
  }
}

/** All functions' names, or null where this login may only call them. */
async function namesOf(signal) {
  try {
    return (await getJson("/system/functions", { signal })).map(({ name }) => name).sort();
  } catch (error) {
    if (error.status === 403) return null;
    throw error;
  }
}

/** The table on which things are tried. */
class Table {
  constructor(root, names, { name, with: other }, who, signal) {
    Object.assign(this, { name, other, who, signal });
    this.pictures = new Pictures();
    signal.addEventListener("abort", () => { this.pictures.stop(); this.camera?.abort(); }, { once: true });
    this.sieve = new Sieve(() => this.filtered());
    this.lines = new Lines();
    this.panes = [name, other].filter(Boolean).map((each) => new Pane(each, this.pictures));
    this.intake = new Intake({
      files: (files) => this.add(files.map((file) => itemOf(file, file.name))),
      text: (text) => this.add([itemOf(new Blob([text], { type: "text/plain" }), t("aText"), text)]),
      camera: (on) => (on ? this.turnOn() : this.turnOff()),
    }, signal);
    this.again = h("button", { onclick: () => this.repeat(), hidden: true }, t("callAgain"));
    this.counted = h("p", { class: "hidden-text", "aria-live": "polite" });
    const desk = h("div", { class: `panes${this.panes.length > 1 ? " two" : ""}` }, ...this.panes.map((pane) => pane.element));
    put(root, h("h1", {}, `${t("try")}: ${name}`), this.choices(names), this.intake.element, shelf.element,
      this.counted, h("div", { class: "desk" }, this.sieve.element, desk, h("div", { class: "side" }, this.again, this.lines.element)));
    shelf.chosen = (item) => this.choose(item);
    shelf.render();
    if (shelf.current) this.choose(shelf.current);
  }

  /** Which function is tried, and which it is compared with. */
  choices(names) {
    const select = (id, chosen, all, go) => h("label", { for: id }, t(id),
      h("select", { id, onchange: ({ target }) => { location.hash = go(target.value); } },
        ...all.map((name) => h("option", { value: name, selected: name === chosen }, name || t("nothing")))));
    const place = (name, other) => `#/try/${encodeURIComponent(name)}${other ? `?with=${encodeURIComponent(other)}` : ""}`;
    const known = names.includes(this.name) ? names : [this.name, ...names];
    return h("div", { class: "row choices" },
      select("whichFunction", this.name, known, (name) => place(name, this.other)),
      select("compareWith", this.other ?? "", ["", ...names], (other) => place(this.name, other)));
  }

  add(items) {
    this.turnOff();
    shelf.add(items, this.pictures);
    this.callRest(items);
  }

  /** Shows an item, and calls with it where that was not done. */
  async choose(item) {
    this.turnOff();
    this.item = item;
    this.sieve.begin();
    const answers = this.panes.map((pane) => this.answerOf(item, pane.name)); // while it is decoded here
    const shown = await shownOf(item, this.pictures);
    if (this.item !== item || this.signal.aborted) return;
    this.panes.forEach((pane) => pane.sent(shown));
    shown.bitmap?.close(); // each pane has drawn it
    this.again.hidden = false;
    await Promise.all(this.panes.map(async (pane, at) => this.answered(pane, item, await answers[at])));
  }

  answered(pane, item, answer) {
    if (!answer || this.item !== item || this.signal.aborted) return;
    pane.answered(answer, this.sieve.keep);
    this.offer();
    this.filtered();
  }

  /** An item's answer of a function; the second who asks gets the same one. */
  answerOf(item, name) {
    if (!item.answers.has(name)) {
      const asked = call(name, item.blob, item.isPicture, this.signal).catch((error) => {
        item.answers.delete(name);
        if (!this.signal.aborted) tell(t("failed", { reason: error.message }));
        return null;
      });
      item.answers.set(name, asked);
    }
    return item.answers.get(name);
  }

  /** Calls with what is not chosen yet, one after another. */
  async callRest(items) {
    for (const item of items) {
      if (this.signal.aborted) return;
      await Promise.all(this.panes.map((pane) => this.answerOf(item, pane.name)));
    }
  }

  repeat() {
    this.panes.forEach((pane) => this.item.answers.delete(pane.name));
    this.choose(this.item);
  }

  /** The classes of all panes together, where any of them is a detector. */
  offer() {
    const detectors = this.panes.filter((pane) => pane.answer?.kind === "detections");
    this.sieve.offer(detectors.length ? detectors.flatMap((pane) => pane.answer.boxes) : null);
  }

  filtered() {
    this.panes.forEach((pane) => pane.filter(this.sieve.keep));
    if (!this.camera) this.say();
    const [{ answer }] = this.panes;
    if (!answer) return;
    this.lines.show({
      name: this.name, file: this.item.text === null ? this.item.name : null, text: this.item.text,
      type: this.item.blob.type || "application/octet-stream", query: this.query(answer),
      login: this.login(),
    });
  }

  query(answer) {
    if (answer.kind !== "detections") return [...new URLSearchParams(answer.asked)];
    return answer.asked ? [["format", "full"], ...this.sieve.query()] : [];
  }

  /** What the lines to copy need for a login: a password's user, or a token. */
  login() {
    if (!this.who.calls) return null;
    return this.who.byToken ? {} : { user: this.who.name };
  }

  /** One sentence for who listens; only what changed is read. */
  say() {
    const told = this.panes.map((pane) => `${pane.name}: ${pane.status.textContent}`).join(". ");
    if (this.counted.textContent !== told) this.counted.textContent = told;
  }

  async turnOn() {
    this.camera = new AbortController();
    const { signal } = this.camera;
    this.sieve.begin();
    const camera = new Camera(
      (blob, width, height) => this.frame(blob, width, height, signal),
      (rate) => this.camera?.signal === signal && this.intake.live(true, t("rate", { rate: number(rate, 1) })),
      (reason) => this.camera?.signal === signal && this.lostCamera(reason));
    this.intake.live(true, "");
    try {
      await camera.start(signal);
    } catch (error) {
      this.lostCamera(error.message);
    }
  }

  lostCamera(reason) {
    this.turnOff();
    tell(t("noCamera", { reason: reason || t("cameraGone") }));
  }

  turnOff() {
    if (!this.camera) return;
    this.camera.abort();
    this.camera = null;
    this.intake.live(false);
    this.item?.bitmap && this.say();
  }

  /** One frame of the camera; whether it was answered. */
  async frame(blob, width, height, signal) {
    const bitmap = await createImageBitmap(blob);
    if (signal.aborted) return false;
    const item = { ...itemOf(blob, t("aFrame")), bitmap, width, height };
    const answers = await Promise.all(this.panes.map((pane) => this.answerOf(item, pane.name)));
    if (signal.aborted) return false;
    this.item = item;
    this.again.hidden = false;
    this.panes.forEach((pane, at) => {
      if (!answers[at]) return;
      pane.sent(item);
      this.answered(pane, item, answers[at]);
    });
    bitmap.close();
    const refused = answers.find((answer) => answer?.kind === "refused");
    if (refused) await pause(1000, signal); // a full function is left alone for a moment
    return !refused;
  }
}
