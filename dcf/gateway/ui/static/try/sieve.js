/** Which boxes are shown: a least confidence, and classes that are left out. No call is made for it. */

import { h, put } from "../dom.js";
import { number, t } from "../words.js";
import { LEAST } from "./calls.js";

const USUAL = 0.5; // a detector's own, where nobody set another

export class Sieve {
  constructor(onChange) {
    this.threshold = USUAL;
    this.left = new Set();
    this.known = "";
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

  /** Offers the classes that some boxes have, each with how many are sure enough; null hides all of it. */
  offer(boxes) {
    this.element.hidden = boxes === null;
    if (boxes === null) return;
    const counts = new Map();
    for (const box of boxes) {
      counts.set(box.name, (counts.get(box.name) ?? 0) + (box.confidence >= this.threshold ? 1 : 0));
    }
    const names = [...counts.keys()].filter((name) => counts.get(name) || this.left.has(name)).sort();
    this.boxes = boxes;
    this.classes.hidden = names.length === 0;
    // The same checkboxes stay, so that the keyboard's place in them does.
    if (this.known !== names.join("\n")) put(this.classes, h("legend", {}, t("classes")), ...names.map((name) => this.choice(name)));
    this.known = names.join("\n");
    names.forEach((name, at) => {
      this.classes.querySelectorAll(".many")[at].textContent = number(counts.get(name));
    });
  }

  /** The query that asks a function for what is shown, as pairs. */
  query() {
    const names = new Set((this.boxes ?? []).map((box) => box.name));
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
