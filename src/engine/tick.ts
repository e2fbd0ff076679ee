/** Until what is on its way in this turn of the event loop has come in, so that effects which end together are one write. */
export function endOfTick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
