/** Asks before something is done that cannot be taken back by a click. */

import { h } from "./dom.js";
import { t } from "./words.js";

/** Whether the person says yes; Escape and the other button say no. */
export function confirmed(question, yes) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { "aria-labelledby": "question", onclose: () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    } }, h("form", { method: "dialog" },
      h("p", { id: "question" }, question),
      h("div", { class: "row" },
        h("button", { class: "main", value: "yes" }, yes),
        h("button", { value: "no" }, t("cancel")))));
    document.body.append(dialog);
    dialog.showModal();
  });
}
