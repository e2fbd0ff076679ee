/**
 * The text of a body, piece by piece. Leaving the loop gives up the body, and with it the connection; the signal does so
 * with its reason.
 */
export async function* textOf(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void, undefined> {
  signal?.throwIfAborted();
  // Not every browser can iterate a stream.
  const reader = body.getReader();
  // Rejects with the error that the reader is told as well.
  const giveUp = (): void => void reader.cancel().catch(() => undefined);
  // The request has the signal too, but in Node it forgets it once the Request object is collected as garbage.
  signal?.addEventListener("abort", giveUp, { once: true });
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    signal?.removeEventListener("abort", giveUp);
    giveUp();
  }
}

/** Gives the lines that a piece of text completes. Joined once a line: one of 50 MB comes in a thousand pieces. */
export function lineSplitter(): (text: string) => string[] {
  let pieces: string[] = [];
  return (text) => {
    const [end = "", ...others] = text.split("\n");
    pieces.push(end);
    const rest = others.pop();
    if (rest === undefined) return [];
    const first = pieces.join("");
    pieces = [rest];
    return [first, ...others];
  };
}
