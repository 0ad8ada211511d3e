/** Which boxes are shown: a least confidence, and classes that are left out. No call is made for it. */

import { h, put } from "../dom.js";
import { number, t } from "../words.js";
import { LEAST } from "./calls.js";

const USUAL = 0.5; // a detector's own, where nobody set another

export class Sieve {
  constructor(onChange) {
    this.threshold = USUAL;
    this.left = new Set();
    this.begin();
    this.offered = "";
    this.onChange = onChange;
    this.value = h("output", { for: "threshold" }, number(USUAL, 2));
    this.slider = h("input", {
      type: "range", id: "threshold", min: LEAST, max: 1, step: 0.01, value: String(USUAL), oninput: () => this.moved(),
    });
    this.classes = h("fieldset", { class: "classes" });
    this.element = h("section", { class: "sieve panel", "aria-label": t("filter"), hidden: true },
      h("label", { for: "threshold" }, t("threshold"), " ", this.value), this.slider, this.classes);
    this.keep = (box) => box.confidence >= this.threshold && !this.left.has(box.name);
  }

  /** Forgets which classes were seen: another picture comes. A camera's frames are one. */
  begin() {
    this.seen = new Set();
    this.boxes = [];
  }

  /** Offers the classes that some boxes have, each with how many are sure enough; null hides all of it. */
  offer(boxes) {
    this.element.hidden = boxes === null;
    if (boxes === null) return;
    this.boxes = boxes;
    const sure = boxes.filter((box) => box.confidence >= this.threshold);
    sure.forEach((box) => this.seen.add(box.name));
    const names = [...this.seen].sort();
    this.classes.hidden = names.length === 0;
    // The same checkboxes stay, so that the keyboard's place in them does.
    if (this.offered !== names.join("\n")) put(this.classes, h("legend", {}, t("classes")), ...names.map((name) => this.choice(name)));
    this.offered = names.join("\n");
    this.classes.querySelectorAll(".many").forEach((many, at) => {
      many.textContent = number(sure.filter((box) => box.name === names[at]).length);
    });
  }

  /** The query that asks a function for what is shown, as pairs. */
  query() {
    const names = new Set(this.boxes.filter((box) => box.confidence >= this.threshold).map((box) => box.name));
    const kept = [...names].filter((name) => !this.left.has(name));
    const some = kept.length < names.size && kept.length > 0;
    return [["threshold", String(this.threshold)], ...(some ? [["classes", kept.join(",")]] : [])];
  }

  choice(name) {
    const box = h("input", {
      type: "checkbox", checked: !this.left.has(name), onchange: () => {
        if (box.checked) this.left.delete(name);
        else this.left.add(name);
        this.onChange();
      },
    });
    return h("label", {}, box, " ", name, " ", h("span", { class: "many quiet" }));
  }

  moved() {
    this.threshold = Number(this.slider.value);
    this.value.textContent = number(this.threshold, 2);
    this.offer(this.boxes);
    this.onChange();
  }
}
