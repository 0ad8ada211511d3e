/** The dialog that asks for a login, and who is logged in. */

import { Refused, addressOf, refusalIn } from "./api.js";
import { h, put } from "./dom.js";
import { t } from "./words.js";

const BY_TOKEN = "dcf-login-by-token";

/**
 * What the gateway knows of this browser: `{login, name, role, calls}`, `login` one of `none`,
 * `needed` and `done`; and `byToken`, whether it was a token, which only the browser remembers.
 */
export async function session() {
  const response = await fetch(addressOf("/ui/session"), { cache: "no-store" });
  const told = response.ok ? await response.json() : { login: "none" };
  return { ...told, byToken: localStorage.getItem(BY_TOKEN) === "yes" };
}

/** Forgets the login; the page begins anew. */
export async function logOut() {
  await fetch(addressOf("/ui/logout"), { method: "POST" });
  location.reload();
}

/** Asks until it is right; Refused where the person gives up. */
export function askLogin() {
  return new Promise((resolve, reject) => {
    const dialog = new LoginDialog(resolve, () => reject(new Refused(401, t("loginNeeded"))));
    dialog.open();
  });
}

class LoginDialog {
  constructor(onDone, onCancel) {
    this.onDone = onDone;
    this.byToken = false;
    this.fields = h("div", { class: "fields" });
    this.wrong = h("p", { class: "bad", role: "alert" });
    this.other = h("button", { type: "button", class: "link", onclick: () => this.turn() });
    const form = h("form", { onsubmit: (event) => this.submit(event) },
      h("h2", { id: "login-title" }, t("logIn")), h("p", {}, t("loginIntro")),
      this.fields, this.wrong,
      h("div", { class: "row" },
        h("button", { class: "main" }, t("logIn")),
        h("button", { type: "button", onclick: () => this.element.close() }, t("cancel")),
        this.other));
    this.element = h("dialog", {
      "aria-labelledby": "login-title",
      onclose: () => { this.element.remove(); if (!this.done) onCancel(); },
    }, form);
    this.fill();
  }

  open() {
    document.body.append(this.element);
    this.element.showModal();
  }

  turn() {
    this.byToken = !this.byToken;
    this.fill();
    this.element.querySelector("input").focus();
  }

  fill() {
    const field = (name, type, complete) => h("label", {}, t(name),
      h("input", { name, type, autocomplete: complete, required: true }));
    put(this.fields, ...(this.byToken ? [field("token", "password", "off")] : [
      field("user", "text", "username"), field("password", "password", "current-password")]));
    this.other.textContent = t(this.byToken ? "withPassword" : "withToken");
  }

  async submit(event) {
    event.preventDefault();
    const typed = Object.fromEntries(new FormData(event.target));
    this.wrong.textContent = "";
    try {
      const response = await fetch(addressOf("/ui/login"), {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(typed),
      });
      if (!response.ok) throw await refusalIn(response);
      localStorage.setItem(BY_TOKEN, this.byToken ? "yes" : "no");
      this.done = true;
      this.element.close();
      this.onDone();
    } catch (error) {
      const known = error.status === 401 || error.status === 403;
      this.wrong.textContent = known ? t("wrongLogin") : t("failed", { reason: error.message });
    }
  }
}
