/** The camera as a row of JPEGs: the next one is taken once the last was answered. */

/** What is sent of a frame: finer than any network here looks at. */
const SIDE = 800;
/** A few a second: a function shared with others is not filled by one page. */
const LEAST_PAUSE_MS = 125;
const RATE_OVER_MS = 3000;

export class Camera {
  /**
   * @param onFrame called with a JPEG and its width and height; the next frame waits for its promise.
   * @param onRate called with the frames answered a second.
   * @param onEnd called with the reason where the camera goes away by itself.
   */
  constructor(onFrame, onRate, onEnd) {
    this.onFrame = onFrame;
    this.onRate = onRate;
    this.onEnd = onEnd;
    this.answered = [];
  }

  /** Begins; the promise is broken where there is no camera, or the person says no. */
  async start(signal) {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false, video: { facingMode: "environment", width: { ideal: 1280 } },
    });
    const stop = () => stream.getTracks().forEach((track) => track.stop());
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    const video = document.createElement("video");
    Object.assign(video, { srcObject: stream, muted: true, playsInline: true });
    await video.play();
    stream.getVideoTracks()[0].addEventListener("ended", () => this.onEnd(""), { signal });
    this.run(video, signal).catch((error) => this.onEnd(error.message));
    return undefined;
  }

  async run(video, signal) {
    const canvas = document.createElement("canvas");
    while (!signal.aborted) {
      const began = performance.now();
      if (!document.hidden && video.videoWidth) {
        const frame = await frameOf(video, canvas);
        if (signal.aborted) break;
        if (await this.onFrame(frame, canvas.width, canvas.height)) this.count(performance.now());
      }
      await pause(Math.max(0, LEAST_PAUSE_MS - (performance.now() - began)), signal);
    }
    video.srcObject = null;
  }

  count(now) {
    this.answered = [...this.answered.filter((then) => now - then < RATE_OVER_MS), now];
    const [first] = this.answered;
    if (now > first) this.onRate(((this.answered.length - 1) * 1000) / (now - first));
  }
}

function frameOf(video, canvas) {
  const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.85); });
}

/** Waits, and no longer than until the signal. */
export function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
