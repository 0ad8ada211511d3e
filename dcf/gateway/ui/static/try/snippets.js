/** The call on screen as lines for a shell and for Python. */

import { addressOf } from "../api.js";
import { pathOf } from "./calls.js";

/** The kinds of lines, in the order they are offered. */
export const KINDS = { curl: curlLine, dcf: dcfLine, python: pythonLines };

/**
 * Each takes what is called: `{name, file, text, type, query, login}`.
 *
 * `file` is the name of the file that is sent, or null where `text` is; `query` is a list of pairs;
 * `login` is null where calls need none, else `{user}`, or `{}` for who has a token in DCF_TOKEN.
 */
function addressIn({ name, query }) {
  const address = addressOf(pathOf(name));
  return address.href + (query.length ? `?${query.map(([key, value]) => `${key}=${escaped(value)}`).join("&")}` : "");
}

function curlLine(made) {
  const body = made.file === null ? `--data-raw ${quoted(made.text)}` : `--data-binary ${quoted(`@${made.file}`)}`;
  return `curl${loginOfCurl(made)} -H ${quoted(`Content-Type: ${made.type}`)} ${body} ${quoted(addressIn(made))}`;
}

function dcfLine(made) {
  const gateway = addressOf("/").href.replace(/\/$/, "");
  const query = made.query.map(([key, value]) => ` --query ${quoted(`${key}=${value}`)}`).join("");
  const line = `dcf function call ${quoted(made.name)} -g ${quoted(gateway)}`
    + ` -H ${quoted(`Content-Type: ${made.type}`)}${query}`;
  if (made.file === null) return `printf %s ${quoted(made.text)} | ${line}`;
  return `${line} --file ${quoted(made.file)}`;
}

function pythonLines(made) {
  const body = made.file === null ? `${python(made.text)}.encode()` : `open(${python(made.file)}, "rb").read()`;
  const lines = [
    "from urllib.request import Request, urlopen",
    "",
    `body = ${body}`,
    `headers = {"Content-Type": ${python(made.type)}}`,
  ];
  if (made.login?.user) {
    lines.splice(1, 0, "from base64 import b64encode", "from getpass import getpass");
    lines.push(
      `login = ${python(`${made.login.user}:`)} + getpass()`,
      'headers["Authorization"] = "Basic " + b64encode(login.encode()).decode()');
  } else if (made.login) {
    lines.splice(0, 0, "import os");
    lines.push('headers["Authorization"] = "Bearer " + os.environ["DCF_TOKEN"]');
  }
  return [...lines, `request = Request(${python(addressIn(made))}, body, headers)`, "print(urlopen(request).read().decode())"].join("\n");
}

function loginOfCurl({ login }) {
  if (!login) return "";
  return login.user ? ` -u ${quoted(login.user)}` : ' -H "Authorization: Bearer $DCF_TOKEN"';
}

/** A word that a POSIX shell reads as it is. */
function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A text that Python reads as it is: JSON's escapes are Python's, too, but for halves of pairs. */
function python(text) {
  return JSON.stringify(text);
}

function escaped(value) {
  return encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("'", "%27");
}
