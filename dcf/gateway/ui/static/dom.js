/** Elements of the page. Text goes in by textContent alone, so nothing that came can become markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with attributes and children.
 *
 * `on...` attributes are listeners, `style` is an object of CSS properties (a style attribute is
 * refused by the page's policy), true and false switch an attribute, null leaves it out. Properties
 * of form fields (`value`, `checked`) are set as such. Children are nodes or texts; null is left out.
 */
export function h(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for an element of a drawing. */
export function svg(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

/** Puts other children in the place of an element's own. */
export function put(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

/** Says one line to whoever listens to the page, and shows it at its foot for a while. */
export function tell(text) {
  const line = document.getElementById("told");
  line.textContent = "";
  line.textContent = text;
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => { line.textContent = ""; }, 6000);
}

/** Hands a blob to the browser's downloads. */
export function download(blob, name) {
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) set(element, name, value);
  element.append(...nodes(children));
  return element;
}

function nodes(children) {
  return children.flat().filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "style") {
    for (const [property, what] of Object.entries(value)) element.style.setProperty(property, what);
  } else if (name === "value" || name === "checked") element[name] = value;
  else element.setAttribute(name, value === true ? "" : value);
}
