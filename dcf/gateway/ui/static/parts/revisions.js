/** A function's history, and a button that goes back to an earlier revision. */

import { getJson, send } from "../api.js";
import { confirmed } from "../confirm.js";
import { h, put, tell } from "../dom.js";
import { language, number, t } from "../words.js";

const LOOKS = { ready: "good", failed: "bad", progressing: "warn", ended: "quiet" };

/** The panel; `look()` asks again, `changed` is called after a rollback was begun. */
export class Revisions {
  constructor(name, signal, changed) {
    Object.assign(this, { name, signal, changed, drawn: "" });
    this.body = h("div", {});
    this.element = h("section", { class: "panel", "aria-labelledby": "history-title" },
      h("h2", { id: "history-title" }, t("history")), this.body);
  }

  async look() {
    let revisions;
    try {
      revisions = await getJson(`/system/function/${this.name}/history`, { signal: this.signal });
    } catch (error) {
      if (error.status !== 501) throw error;
      this.element.hidden = true;
      return;
    }
    const drawn = JSON.stringify(revisions);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    put(this.body, h("table", { class: "cards" }, h("caption", { class: "hidden" }, t("history")),
      h("thead", {}, h("tr", {}, ...["revision", "result", "deployedAt", "by", "image", "actions"]
        .map((key) => h("th", { scope: "col" }, t(key))))),
      h("tbody", {}, ...revisions.map((revision) => this.row(revision)))));
  }

  row(revision) {
    const result = revision.serving ? t("serving") : t(`result.${revision.rollout}`);
    const look = revision.serving ? "good" : LOOKS[revision.rollout];
    const why = revision.reason || revision.crashLoop || revision.lastExit;
    return h("tr", {},
      h("th", { scope: "row", "data-label": t("revision") }, number(revision.revision)),
      h("td", { "data-label": t("result"), class: "words" }, h("span", { class: `badge ${look ?? ""}` }, result),
        why ? h("div", { class: "quiet" }, why) : null),
      h("td", { "data-label": t("deployedAt") },
        h("time", { datetime: revision.deployedAt }, new Date(revision.deployedAt).toLocaleString(language))),
      h("td", { "data-label": t("by"), class: "words" }, revision.by || "–"),
      h("td", { "data-label": t("image"), class: "mono words" }, brief(revision.image)),
      h("td", { "data-label": t("actions") }, revision.serving ? "" : h("button", {
        onclick: () => this.goBack(revision), "aria-label": t("goBackTo", { revision: revision.revision }),
      }, t("goBack"))));
  }

  async goBack({ revision }) {
    const question = t("goBackQuestion", { function: this.name, revision });
    if (!await confirmed(question, t("goBack"))) return;
    try {
      const begun = await send("POST", `/system/function/${this.name}/rollback`, { revision });
      tell(t("goingBack", { revision: begun.revision }));
    } catch (error) {
      tell(error.message);
    }
    this.changed();
  }
}

/** An archive's digest is 64 digits; its first twelve tell it from others. */
export function brief(image) {
  return image.replace(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/, "$1…");
}
