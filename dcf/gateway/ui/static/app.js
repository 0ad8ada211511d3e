/** The page's frame: which view is shown, by the address behind `#`, and who is logged in. */

import { onLogin } from "./api.js";
import { h, put } from "./dom.js";
import { askLogin, logOut, session } from "./login.js";
import { language, learn, t } from "./words.js";

/** What may stand behind `#/`: the view, and whether a function's name follows. */
const VIEWS = {
  functions: { named: false }, function: { named: true }, try: { named: true }, queue: { named: false },
};
const MENU = ["functions", "try", "queue"];
const main = document.getElementById("main");
let shown = new AbortController();
let first = true;

/** `#/try/ssd?with=other` is the view `try` with `{name: "ssd", with: "other"}`. */
function placeIn(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/");
  let view = "";
  let name;
  try {
    [view, name] = parts.map(decodeURIComponent);
  } catch {
    view = path; // a lone % is no place
  }
  return { view: view || "functions", parameters: { name, ...Object.fromEntries(new URLSearchParams(query)) } };
}

async function route() {
  const { view, parameters } = placeIn(location.hash);
  shown.abort();
  shown = new AbortController();
  const { signal } = shown;
  mark(view);
  const root = h("div", { class: `view view-${view}`, "aria-busy": "true" }, h("p", {}, t("loading")));
  put(main, root);
  document.title = [parameters.name, t(view), "dcf"].filter(Boolean).join(" · ");
  try {
    if (!Object.hasOwn(VIEWS, view)) throw new Error(t("noPage"));
    const [{ show }] = await Promise.all([import(`./views/${view}.js`), learn(view)]);
    if (!signal.aborted) await show(root, parameters, signal);
  } catch (error) {
    if (!signal.aborted) put(root, ...trouble(error));
  }
  root.removeAttribute("aria-busy");
  if (!first && !signal.aborted && !main.contains(document.activeElement)) main.focus();
  first = false;
}

function trouble(error, again = route) {
  const lost = error instanceof TypeError;
  const reason = lost ? t("unreachable") : t("failed", { reason: error.message });
  if (lost) console.error(error);
  return [h("p", { class: "bad", role: "alert" }, reason), h("button", { onclick: again }, t("retry"))];
}

function mark(view) {
  for (const link of document.querySelectorAll("#nav a")) {
    const here = link.dataset.view === view || (view === "function" && link.dataset.view === "functions");
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

async function frame() {
  document.documentElement.lang = language;
  await learn();
  document.getElementById("skip").textContent = t("skip");
  document.getElementById("skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
  const nav = document.getElementById("nav");
  nav.setAttribute("aria-label", t("menu"));
  put(nav, ...MENU.map((view) => h("a", { href: `#/${view}`, "data-view": view }, t(view))));
}

/** Shows the first view, once whoever needs a login has one. */
async function start() {
  try {
    await welcome();
  } catch (error) {
    put(main, h("div", { class: "view" }, ...trouble(error, start)));
    return;
  }
  await route();
}

/** Asks for a login where one is needed, and shows whose it is. */
async function welcome() {
  let { login, name } = await session();
  if (login === "needed") {
    await askLogin();
    ({ login, name } = await session());
  }
  const out = h("button", { class: "link", onclick: logOut }, t("logOut"));
  put(document.getElementById("who"), ...(login === "done" ? [h("span", {}, name), out] : []));
}

onLogin(async () => {
  await askLogin();
  await welcome();
});
await frame();
addEventListener("hashchange", route);
await start();
