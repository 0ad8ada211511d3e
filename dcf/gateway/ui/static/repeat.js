/** Work that is done again and again while a view is shown. */

/**
 * Does something now, and again so many seconds after it was done, until the signal aborts.
 *
 * The first time's failure is the caller's. Later ones are handed to `onFailure`, and it goes on.
 * While the page is hidden nothing is asked.
 */
export async function repeat(work, seconds, signal, onFailure) {
  await work();
  const again = async () => {
    if (signal.aborted) return;
    try {
      if (!document.hidden) await work();
    } catch (error) {
      if (signal.aborted) return;
      onFailure(error);
    }
    next();
  };
  const next = () => {
    const timer = setTimeout(again, seconds * 1000);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  };
  next();
}
