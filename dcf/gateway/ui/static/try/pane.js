/** What one function answers to what is on the table: picture and rows, or a tree, a text, a picture. */

import { download, h, put, tell } from "../dom.js";
import { milliseconds, number, percent, t } from "../words.js";
import { BoxedPicture } from "./boxes.js";
import { colorOf } from "./colors.js";
import { withBoxes } from "./reply.js";
import { tree } from "./tree.js";

export class Pane {
  /** @param pictures the worker that draws (picture.js). */
  constructor(name, pictures) {
    this.name = name;
    this.pictures = pictures;
    this.stage = new BoxedPicture((index) => this.light(index));
    this.status = h("p", { class: "status" });
    this.rows = h("tbody", {
      onpointerover: ({ target }) => this.light(indexIn(target)), onpointerleave: () => this.light(null),
      onfocusin: ({ target }) => this.light(indexIn(target)), onfocusout: () => this.light(null),
    });
    this.table = h("table", { class: "found" }, h("thead", {}, h("tr", {},
      h("th", { scope: "col" }, t("class")), h("th", { scope: "col", class: "number" }, t("confidence")),
      h("th", { scope: "col", class: "number" }, t("pixels")))), this.rows);
    this.other = h("div", { class: "other" });
    this.stages = h("div", { class: "stages" });
    this.saveDrawn = h("button", { onclick: () => this.downloadDrawn() }, t("downloadDrawn"));
    this.saveReply = h("button", { onclick: () => this.downloadReply() });
    this.element = h("section", { class: "pane", "aria-label": name },
      h("h2", {}, name), this.stage.element, this.status, h("div", { class: "scroll" }, this.table),
      this.other, this.stages, h("div", { class: "row" }, this.saveDrawn, this.saveReply));
    this.empty();
  }

  /** Shows what is sent: `{name, blob, bitmap, width, height}`; without a bitmap it is no picture. */
  sent(item) {
    this.item = item;
    this.empty();
    this.stage.element.hidden = !item.bitmap;
    if (item.bitmap) {
      this.stage.picture(item.bitmap, item.width, item.height);
      this.stage.boxes([], item.name);
    }
    put(this.status, t("calling", { name: this.name }));
    this.element.setAttribute("aria-busy", "true");
  }

  /** Shows what came back (calls.js), of what `keep` lets through. */
  answered(answer, keep) {
    this.answer = answer;
    this.element.removeAttribute("aria-busy");
    this.saveReply.hidden = answer.kind === "refused";
    this.saveReply.textContent = t(answer.value === undefined ? "downloadReply" : "downloadJson");
    put(this.stages, ...stagesOf(answer));
    put(this.other, ...otherThan(answer));
    this.stage.element.hidden = !(this.item.bitmap || answer.kind === "detections");
    this.table.hidden = answer.kind !== "detections";
    this.saveDrawn.hidden = answer.kind !== "detections" || !this.item.bitmap;
    if (answer.kind === "detections") this.sizeTold();
    this.filter(keep);
  }

  /** Shows the boxes that `keep` lets through, without another call. */
  filter(keep) {
    if (this.answer?.kind !== "detections") {
      if (this.answer) put(this.status, ...statusOf(this.answer));
      return;
    }
    this.shown = this.answer.boxes.filter(keep);
    const count = t(this.shown.length === 1 ? "foundOne" : "found", { count: number(this.shown.length) });
    put(this.status, h("strong", { class: "count" }, count), " · ", milliseconds(this.answer.ms));
    this.stage.boxes(this.shown, `${this.item.name}: ${count}`);
    put(this.rows, ...this.shown.map(rowOf));
  }

  light(index) {
    this.stage.light(index);
    for (const row of this.rows.children) row.classList.toggle("lit", Number(row.dataset.index) === index && index !== null);
  }

  empty() {
    this.answer = null;
    this.shown = [];
    put(this.rows);
    put(this.other);
    put(this.stages);
    put(this.status);
    for (const each of [this.table, this.saveDrawn, this.saveReply]) each.hidden = true;
    this.stage.element.hidden = true;
  }

  /** The answer says in which pixels it counts; a picture that the browser cannot decode has no other size. */
  sizeTold() {
    const { width, height } = this.answer.value.image ?? this.item;
    if (!(width > 0 && height > 0)) return;
    if (this.item.bitmap) this.stage.size(width, height);
    else this.stage.picture(null, width, height);
  }

  async downloadDrawn() {
    this.saveDrawn.disabled = true;
    try {
      const blob = await this.pictures.drawn(this.item.blob, this.stage.width, this.stage.height, this.shown);
      download(blob, `${stem(this.item.name)}-${this.name}.jpg`);
    } catch (error) {
      tell(t("failed", { reason: error.message }));
    }
    this.saveDrawn.disabled = false;
  }

  downloadReply() {
    const { answer } = this;
    const json = answer.kind === "detections" ? JSON.stringify(withBoxes(answer, this.shown), null, 1) : answer.text;
    const ending = answer.value === undefined ? (ENDINGS[answer.type] ?? "bin") : "json";
    const blob = json === undefined ? answer.blob : new Blob([json], { type: answer.type });
    download(blob, `${stem(this.item.name)}-${this.name}.${ending}`);
  }
}

const ENDINGS = {
  "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "image/svg+xml": "svg",
  "text/plain": "txt", "text/html": "html", "text/csv": "csv", "application/pdf": "pdf",
};

function stem(name) {
  return name.replace(/\.[^.]*$/, "") || "answer";
}

function rowOf(box) {
  return h("tr", { "data-index": box.index, tabindex: 0 },
    h("td", {}, h("span", { class: "swatch", style: { background: colorOf(box) } }), box.name),
    h("td", { class: "number" }, percent(box.confidence, 1)),
    h("td", { class: "number mono" }, `${box.xmin}, ${box.ymin} – ${box.xmax}, ${box.ymax}`));
}

function indexIn(target) {
  const row = target.closest("tr");
  return row ? Number(row.dataset.index) : null;
}

function statusOf(answer) {
  if (answer.kind === "refused") {
    const { error } = answer;
    const what = error.status ? [error.status, error.code].filter(Boolean).join(" ") : t("unreachable");
    return [h("span", { class: "bad", role: "alert" }, error.status ? `${what}: ${error.message}` : what)];
  }
  return [h("strong", {}, answer.type || t("noType")), " · ", t("bytes", { count: number(answer.blob.size) }),
    " · ", milliseconds(answer.ms)];
}

const TEXT_SHOWN = 200_000;

function otherThan(answer) {
  if (answer.kind === "json") return [tree(answer.value)];
  if (answer.kind === "text") return [h("pre", { class: "panel", tabindex: 0 }, answer.text.slice(0, TEXT_SHOWN) || " ")];
  if (answer.kind === "bytes") return [h("p", { class: "quiet" }, t("onlyBytes"))];
  if (answer.kind !== "picture") return [];
  const address = URL.createObjectURL(answer.blob);
  const free = () => URL.revokeObjectURL(address);
  return [h("img", { class: "answered", alt: t("answeredPicture"), src: address, onload: free, onerror: free })];
}

/** Bars as long as the stages took, each with its figure. */
function stagesOf({ timings = {}, model }) {
  const told = Object.entries(timings).filter(([, duration]) => Number.isFinite(duration));
  if (!told.length) return [];
  const most = Math.max(...told.map(([, duration]) => duration), 0.001);
  return [
    h("h3", {}, t("stages")),
    h("dl", {}, ...told.flatMap(([stage, duration]) => [
      h("dt", {}, t(`stage.${stage}`).replace(/^stage\./, "")),
      h("dd", {}, h("span", { class: "bar", style: { "--share": duration / most } }), h("span", { class: "value" }, milliseconds(duration))),
    ])),
    model?.name ? h("p", { class: "quiet" }, t("model", { name: `${model.name} ${model.version ?? ""}`.trim() })) : null,
  ];
}
