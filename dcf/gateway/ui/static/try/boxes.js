/** A picture with boxes over it. The drawing counts in the whole picture's pixels, as the answer does. */

import { h, put, svg } from "../dom.js";
import { percent } from "../words.js";
import { colorOf, inkOn } from "./colors.js";

export class BoxedPicture {
  /** @param onLight called with a box's index while the pointer is on it, and null after. */
  constructor(onLight) {
    this.onLight = onLight;
    this.canvas = h("canvas", { role: "img", width: 1, height: 1 });
    this.drawing = svg("svg", { preserveAspectRatio: "none", "aria-hidden": "true" });
    this.names = h("div", { class: "names", "aria-hidden": "true" });
    this.element = h("div", { class: "stage" }, this.canvas, this.drawing, this.names);
    this.drawing.addEventListener("pointerover", ({ target }) => onLight(indexOf(target)));
    this.drawing.addEventListener("pointerleave", () => onLight(null));
  }

  /** Shows a picture of `width` by `height` pixels, or an empty field where the browser cannot decode it. */
  picture(bitmap, width, height) {
    this.canvas.width = bitmap?.width ?? 1;
    this.canvas.height = bitmap?.height ?? 1;
    if (bitmap) this.canvas.getContext("2d").drawImage(bitmap, 0, 0);
    this.size(width, height);
  }

  /** The pixels that boxes are counted in. */
  size(width, height) {
    this.width = width;
    this.height = height;
    this.element.style.setProperty("--aspect", width / height);
    this.drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
  }

  /** Draws boxes, the best on top; what they are is in the rows beside, so the drawing stays silent. */
  boxes(boxes, description) {
    this.canvas.setAttribute("aria-label", description);
    const last = [...boxes].reverse();
    put(this.drawing, ...last.map((box) => svg("rect", {
      x: box.xmin, y: box.ymin, width: box.xmax - box.xmin, height: box.ymax - box.ymin,
      stroke: colorOf(box), "data-index": box.index,
    })));
    put(this.names, ...last.map((box) => this.name(box)));
  }

  /** Makes one box stand out, or none. */
  light(index) {
    this.element.classList.toggle("one-lit", index !== null);
    for (const each of this.element.querySelectorAll("[data-index]")) {
      each.classList.toggle("lit", index !== null && Number(each.dataset.index) === index);
    }
  }

  name(box) {
    const color = colorOf(box);
    const share = (pixels, whole) => `${(100 * pixels) / whole}%`;
    const atRight = box.xmin > this.width * 0.7;
    const below = box.ymin < this.height * 0.07;
    return h("span", {
      class: `name${below ? " below" : ""}`, "data-index": box.index,
      style: {
        top: share(Math.max(0, box.ymin), this.height), background: color, color: inkOn(color),
        ...(atRight ? { right: share(Math.max(0, this.width - box.xmax), this.width) }
          : { left: share(Math.max(0, box.xmin), this.width) }),
      },
    }, `${box.name} ${percent(box.confidence)}`);
  }
}

function indexOf(target) {
  const index = target.dataset?.index;
  return index === undefined ? null : Number(index);
}
