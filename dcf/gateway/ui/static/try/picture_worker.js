/** Decodes, shrinks and draws pictures beside the page, so that a large photo never holds the page up. */

import { colorOf, inkOn } from "./colors.js";

const PART = { shrunk, drawn };

self.onmessage = async ({ data: { id, work, parameters } }) => {
  try {
    const done = await PART[work](parameters);
    self.postMessage({ id, done }, done.bitmap ? [done.bitmap] : []);
  } catch (error) {
    self.postMessage({ id, failed: String(error?.message ?? error) });
  }
};

/** A picture turned as its EXIF says, with no side longer than `side`, and its size before that. */
async function shrunk({ blob, side }) {
  const whole = await createImageBitmap(blob, { imageOrientation: "from-image" });
  const { width, height } = whole;
  const scale = Math.min(1, side / Math.max(width, height));
  if (scale === 1) return { bitmap: whole, width, height };
  const canvas = canvasOf(whole, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  whole.close();
  return { bitmap: canvas.transferToImageBitmap(), width, height };
}

/** The whole picture as a JPEG with boxes and names on it; a JPEG no larger than a camera's frame is enough. */
async function drawn({ blob, width, height, boxes }) {
  const picture = await createImageBitmap(blob, { imageOrientation: "from-image" });
  const canvas = canvasOf(picture, width, height);
  picture.close();
  const pen = canvas.getContext("2d");
  const side = Math.min(width, height);
  pen.lineWidth = Math.max(2, Math.round(side / 240));
  const letters = Math.max(12, Math.round(side / 32));
  pen.font = `${letters}px system-ui, sans-serif`;
  pen.textBaseline = "top";
  for (const box of [...boxes].reverse()) drawBox(pen, box, letters, width);
  return { blob: await canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 }) };
}

function drawBox(pen, box, letters, width) {
  const color = colorOf(box);
  pen.strokeStyle = color;
  const inset = pen.lineWidth / 2;
  pen.strokeRect(box.xmin + inset, box.ymin + inset,
    box.xmax - box.xmin - 2 * inset, box.ymax - box.ymin - 2 * inset);
  const text = `${box.name} ${box.confidence.toFixed(2)}`;
  const margin = letters / 4;
  const wide = pen.measureText(text).width + 2 * margin;
  const left = Math.max(0, Math.min(box.xmin, width - wide));
  const high = letters + 2 * margin;
  const top = box.ymin >= high ? box.ymin - high : box.ymin;
  pen.fillStyle = color;
  pen.fillRect(left, top, wide, high);
  pen.fillStyle = inkOn(color);
  pen.fillText(text, left + margin, top + margin);
}

function canvasOf(picture, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, width, height);
  return canvas;
}
