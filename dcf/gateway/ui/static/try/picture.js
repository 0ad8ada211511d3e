/** The worker that decodes and draws pictures, as promises. */

/** No screen shows more of a picture in one pane; what is drawn for download is whole. */
export const SHOWN_SIDE = 1600;

export class Pictures {
  constructor() {
    this.waiting = new Map();
    this.last = 0;
    this.worker = new Worker(new URL("./picture_worker.js", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data }) => {
      const { resolve, reject } = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.failed === undefined) resolve(data.done);
      else reject(new Error(data.failed));
    };
    // A worker that cannot be loaded answers nothing more.
    this.worker.onerror = (event) => {
      this.waiting.forEach(({ reject }) => reject(new Error(event.message ?? "worker")));
      this.waiting.clear();
    };
  }

  /** `{bitmap, width, height}`: no side longer than asked for, and the size of the whole, turned by EXIF. */
  shrunk(blob, side) {
    return this.asked("shrunk", { blob, side });
  }

  /** The whole picture with boxes drawn on it, a JPEG. */
  async drawn(blob, width, height, boxes) {
    return (await this.asked("drawn", { blob, width, height, boxes })).blob;
  }

  stop() {
    this.worker.terminate();
  }

  asked(work, parameters) {
    return new Promise((resolve, reject) => {
      this.last += 1;
      this.waiting.set(this.last, { resolve, reject });
      this.worker.postMessage({ id: this.last, work, parameters });
    });
  }
}
