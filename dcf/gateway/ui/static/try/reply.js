/** What a function answered, recognized by what it is and never by the function's name. */

const EDGES = ["xmin", "ymin", "xmax", "ymax"];

/**
 * An answer as the page shows it.
 *
 * `kind` is `detections`, `json`, `text`, `picture` or `bytes`; `boxes` are the detections, best
 * first, each `{name, classId, confidence, xmin, ymin, xmax, ymax}` in pixels of the whole picture.
 */
export async function readReply(response) {
  const blob = await response.blob();
  const type = (response.headers.get("Content-Type") ?? "").split(";")[0].trim().toLowerCase();
  const reply = { blob, type, timings: timingsOf(response.headers) };
  if (type.startsWith("image/")) return { ...reply, kind: "picture" };
  if (blob.size > 20_000_000 || !isText(type)) return { ...reply, kind: "bytes" };
  const text = await blob.text();
  const value = jsonIn(text);
  if (value === undefined) return { ...reply, kind: /[\0\uFFFD]/.test(text) ? "bytes" : "text", text };
  const boxes = boxesIn(value);
  if (!boxes) return { ...reply, kind: "json", text, value };
  const timings = value.timings_ms ?? reply.timings;
  return { ...reply, kind: "detections", text, value, boxes, timings, model: value.model };
}

/** The boxes of a reply, or null where it is none of a detector. An empty array could be anything's. */
function boxesIn(value) {
  const told = Array.isArray(value) ? value : value?.detections;
  if (!Array.isArray(told) || (told === value && told.length === 0) || !told.every(isBox)) return null;
  return told.map((each, index) => ({
    index,
    name: String(each.class ?? each.name ?? each.label ?? each.class_id ?? "?"),
    classId: Number.isInteger(each.class_id) ? each.class_id : undefined,
    confidence: Number(each.confidence ?? each.score ?? 1),
    ...Object.fromEntries(EDGES.map((edge) => [edge, Number(each[edge])])),
  }));
}

function isBox(each) {
  return each !== null && typeof each === "object"
    && EDGES.every((edge) => each[edge] !== null && each[edge] !== "" && Number.isFinite(Number(each[edge])));
}

/** The same JSON with only these boxes in it. */
export function withBoxes(reply, boxes) {
  const told = Array.isArray(reply.value) ? reply.value : reply.value.detections;
  const kept = boxes.map(({ index }) => told[index]);
  return Array.isArray(reply.value) ? kept : { ...reply.value, detections: kept };
}

function isText(type) {
  return type === "" || type.startsWith("text/") || /[/+](json|xml|x-ndjson|javascript|yaml|x-www-form-urlencoded)$/.test(type)
    || type === "application/octet-stream";
}

function jsonIn(text) {
  if (!/^\s*[[{"\dtfn-]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `decode;dur=0.88, inference;dur=4.3` as `{decode: 0.88, inference: 4.3}`. */
function timingsOf(headers) {
  const found = [...(headers.get("Server-Timing") ?? "").matchAll(/([\w-]+);dur=([\d.]+)/g)];
  return Object.fromEntries(found.map(([, stage, duration]) => [stage, Number(duration)]));
}
