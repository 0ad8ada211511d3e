/** The ways in: drop, paste, choose, camera, text. */

import { h } from "../dom.js";
import { t } from "../words.js";

export class Intake {
  /**
   * @param ways `files(list)`, `text(string)`, `camera(on)`: what is done with what comes in.
   * @param signal ends dropping and pasting.
   */
  constructor(ways, signal) {
    this.ways = ways;
    this.chooser = h("input", { type: "file", multiple: true, hidden: true, onchange: () => this.chosen() });
    this.camera = h("button", { "aria-pressed": "false", onclick: () => this.turnCamera() }, t("camera"));
    this.rate = h("span", { class: "rate quiet" });
    this.text = h("textarea", { rows: 4, "aria-label": t("textToSend"), spellcheck: "false" });
    this.element = h("section", { class: "drop", "aria-label": t("whatToSend") },
      h("div", { class: "row" },
        h("button", { class: "main", onclick: () => this.chooser.click() }, t("choose")), this.camera, this.rate, this.chooser),
      h("p", { class: "quiet" }, t("dropHint")),
      h("details", {}, h("summary", {}, t("sendText")), this.text,
        h("button", { onclick: () => ways.text(this.text.value) }, t("send"))));
    this.listen(signal);
  }

  /** Shows whether the camera runs, and how many frames a second are answered. */
  live(on, rate = "") {
    this.camera.setAttribute("aria-pressed", String(on));
    this.camera.textContent = t(on ? "cameraStop" : "camera");
    this.rate.textContent = rate;
  }

  turnCamera() {
    this.ways.camera(this.camera.getAttribute("aria-pressed") !== "true");
  }

  chosen() {
    this.take([...this.chooser.files]);
    this.chooser.value = ""; // the same file can be chosen again
  }

  take(files) {
    if (files.length) this.ways.files(files);
  }

  listen(signal) {
    let depth = 0;
    const over = (change) => {
      depth = Math.max(0, depth + change);
      this.element.classList.toggle("over", depth > 0);
    };
    const carries = (event) => event.dataTransfer?.types.includes("Files");
    const on = (type, listener) => document.addEventListener(type, listener, { signal });
    on("dragenter", (event) => carries(event) && over(1));
    on("dragleave", (event) => carries(event) && over(-1));
    on("dragover", (event) => carries(event) && event.preventDefault());
    on("drop", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      over(-depth);
      this.take([...event.dataTransfer.files]);
    });
    on("paste", (event) => {
      const files = [...event.clipboardData.files];
      if (files.length) event.preventDefault();
      this.take(files);
    });
  }
}
