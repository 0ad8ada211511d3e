/** A class's colour, the same as where the server draws (models/ssd/draw.py): hue by golden ratio. */

const GOLDEN = 0.618033988749895;

/** `#rrggbb` for a detection: by its class id, or else by its name. */
export function colorOf({ classId, name }) {
  const number = Number.isInteger(classId) ? classId : [...name].reduce((sum, letter) => sum * 31 + letter.codePointAt(0) & 0xffff, 7);
  return hex(rgbOfHue(number * GOLDEN % 1));
}

/** Black or white, whichever is easier to read on a colour: at least 4.5 to 1. */
export function inkOn(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.1791 ? "#000000" : "#ffffff";
}

/** HSV with a saturation of 0.85 and a value of 0.95, as red, green and blue of 0 to 1. */
function rgbOfHue(hue) {
  return [5, 3, 1].map((turn) => {
    const part = (turn + hue * 6) % 6;
    return 0.95 - 0.95 * 0.85 * Math.max(0, Math.min(part, 4 - part, 1));
  });
}

function hex(parts) {
  return `#${parts.map((part) => Math.round(part * 255).toString(16).padStart(2, "0")).join("")}`;
}
