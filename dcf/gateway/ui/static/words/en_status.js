/** What a function's states are called. */
export const words = {
  "state.ready": "ready",
  "state.zero": "at zero",
  "state.starting": "starting",
  "state.progressing": "updating",
  "state.canary": "canary",
  "state.shadow": "shadow",
  "state.failed": "update failed",
  "state.crashing": "crash loop",
};
