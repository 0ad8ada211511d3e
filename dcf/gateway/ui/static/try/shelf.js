/** What was put in to be sent: pictures, other files and texts. It stays while the page is open. */

import { h, put } from "../dom.js";
import { t } from "../words.js";
import { SHOWN_SIDE } from "./picture.js";

const THUMB_SIDE = 120;
const AT_MOST = 200;
let lastNumber = 0;

/** `{number, name, blob, text, isPicture, thumb, answers}`; answers are promises by a function's name. */
export function itemOf(blob, name, text = null) {
  lastNumber += 1;
  const isPicture = text === null && (blob.type.startsWith("image/") || /\.(jpe?g|png|webp|avif|bmp|gif|tiff?)$/i.test(name));
  return { number: lastNumber, name, blob, text, isPicture, thumb: null, answers: new Map() };
}

export class Shelf {
  constructor(onChoose) {
    this.items = [];
    this.current = null;
    this.onChoose = onChoose;
    this.element = h("div", { class: "shelf", role: "group" });
  }

  /** Puts items in, the first of them chosen; the oldest give way. */
  add(items, pictures) {
    this.items = [...this.items, ...items].slice(-AT_MOST);
    this.render();
    items.forEach((item) => this.thumbnail(item, pictures));
    this.choose(items[0]);
  }

  choose(item) {
    this.current = item;
    this.mark();
    this.onChoose(item);
  }

  /** Shows the items again, for instance in another view of the page. */
  render() {
    this.element.hidden = this.items.length < 2;
    this.element.setAttribute("aria-label", t("sentThings"));
    put(this.element, ...this.items.map((item) => h("button", {
      "data-number": item.number, title: item.name, onclick: () => this.choose(item),
    }, item.thumb ? painted(item.thumb) : h("span", { class: "sheet", "aria-hidden": "true" }, "≡"),
    h("span", { class: "label" }, item.name))));
    this.mark();
  }

  mark() {
    for (const button of this.element.children) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.number) === this.current?.number));
    }
  }

  async thumbnail(item, pictures) {
    if (!item.isPicture || item.thumb) return;
    try {
      item.thumb = (await pictures.shrunk(item.blob, THUMB_SIDE)).bitmap;
    } catch {
      return; // a picture that the browser cannot decode has no thumbnail
    }
    const button = this.element.querySelector(`[data-number="${item.number}"]`);
    button?.firstChild.replaceWith(painted(item.thumb));
  }
}

/** What a pane shows of an item: with a bitmap where the browser can decode it. */
export async function shownOf(item, pictures) {
  if (!item.isPicture) return item;
  try {
    return { ...item, ...await pictures.shrunk(item.blob, SHOWN_SIDE) };
  } catch {
    return item;
  }
}

function painted(bitmap) {
  const canvas = h("canvas", { width: bitmap.width, height: bitmap.height, "aria-hidden": "true" });
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  return canvas;
}
