/** The call on screen in three ways to copy. */

import { h, put, tell } from "../dom.js";
import { t } from "../words.js";
import { KINDS } from "./snippets.js";

export class Lines {
  constructor() {
    this.kind = "curl";
    this.code = h("code", {});
    this.choices = h("div", { class: "row", role: "group", "aria-label": t("sameCall") });
    this.element = h("section", { class: "lines panel", hidden: true },
      h("h2", {}, t("sameCall")), this.choices, h("pre", { tabindex: 0 }, this.code),
      h("button", { onclick: () => this.copy() }, t("copy")));
    put(this.choices, ...Object.keys(KINDS).map((kind) => h("button", {
      "data-kind": kind, onclick: () => { this.kind = kind; this.fill(); },
    }, t(`lines.${kind}`))));
  }

  /** Shows the lines of a call (snippets.js). */
  show(made) {
    this.made = made;
    this.element.hidden = false;
    this.fill();
  }

  fill() {
    this.code.textContent = KINDS[this.kind](this.made);
    for (const choice of this.choices.children) {
      choice.setAttribute("aria-pressed", String(choice.dataset.kind === this.kind));
    }
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.code.textContent);
      tell(t("copied"));
    } catch {
      // Without https to another machine there is no clipboard: the lines are marked, Ctrl+C takes them.
      getSelection().selectAllChildren(this.code);
      tell(t("copyByHand"));
    }
  }
}
