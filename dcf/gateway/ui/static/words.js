/** The page's texts in the reader's language. Each view has a table for each language in words/. */

/** The language of the page: Korean where the browser prefers it to English, else English. */
export const language = (navigator.languages ?? [navigator.language])
  .map((tag) => tag.slice(0, 2).toLowerCase())
  .find((tag) => tag === "ko" || tag === "en") ?? "en";

const table = Object.create(null); // `constructor` is no text

/** Adds a view's table (`words/ko_try.js`); without a name that of the frame (`words/ko.js`). */
export async function learn(view) {
  const { words } = await import(`./words/${language}${view ? `_${view}` : ""}.js`);
  Object.assign(table, words);
}

/** A text by its key; `{name}` in it is filled in. An unknown key is shown as it is. */
export function t(key, values = {}) {
  return (table[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A number as the language writes it, with so many digits after the point. */
export function number(value, digits = 0) {
  return value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A share of one as per cent. */
export function percent(share, digits = 0) {
  return `${number(share * 100, digits)}%`;
}

/** Milliseconds, finer where they are few. */
export function milliseconds(value) {
  return `${number(value, value < 10 ? 1 : 0)} ms`;
}
