// So many turns of the event loop with one write each say that nobody else is writing.
const turnsAlone = 8;

/**
 * When to commit. Where several writes come in one turn of the event loop they wait for its end and share a commit; one
 * that has long come alone gains nothing by waiting.
 */
export function createCommitPace(flush: () => void): { schedule(): void } {
  let isScheduled = false;
  let isCounting = false;
  let inThisTurn = 0;
  let alone = 0;
  const endOfTurn = (): void => {
    isCounting = false;
    alone = inThisTurn > 1 ? 0 : alone + 1;
    inThisTurn = 0;
    if (isScheduled) run();
  };
  const run = (): void => {
    isScheduled = false;
    flush();
  };
  return {
    schedule() {
      inThisTurn++;
      if (!isCounting) setImmediate(endOfTurn);
      isCounting = true;
      if (isScheduled) return;
      isScheduled = true;
      if (alone >= turnsAlone) process.nextTick(() => isScheduled && run());
    },
  };
}
