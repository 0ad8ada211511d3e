/** To come. */

import { h, put } from "../dom.js";
import { t } from "../words.js";

/** Fills the page; what it started ends when the signal aborts. */
export async function show(root, parameters, signal) {
  put(root, h("h1", {}, t("functions")));
}
