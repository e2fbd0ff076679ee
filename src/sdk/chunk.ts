/** The text of a body, piece by piece. Leaving the loop gives up the body, and with it the connection. */
export async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  // Not every browser can iterate a stream.
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    // Rejects with the error that the reader has had already.
    await reader.cancel().catch(() => undefined);
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
