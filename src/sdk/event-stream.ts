import { lineSplitter, textOf } from "./chunk.ts";

/** One event of a `text/event-stream`. */
export interface StreamMessage {
  readonly event: string;
  readonly data: string;
  /** The last `id` that the stream has named, this event's or an earlier one's. */
  readonly id: string;
}

/** Reads server-sent events. What was cut off in the middle is not told; `onChunk` hears of every sign of life. */
export async function* readEventStream(
  body: ReadableStream<Uint8Array>,
  onChunk: () => void = () => undefined,
): AsyncGenerator<StreamMessage, void, undefined> {
  const split = lineSplitter();
  const parse = createParser();
  for await (const text of textOf(body)) {
    onChunk();
    for (const line of split(text)) {
      const message = parse(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (message) yield message;
    }
  }
}

/** Takes line after line and gives a message where an empty line ends one. */
function createParser(): (line: string) => StreamMessage | null {
  let [event, id] = ["", ""];
  let data: string[] = [];
  return (line) => {
    if (line !== "") {
      const [, field = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === "data") data.push(value);
      if (field === "event") event = value;
      if (field === "id" && !value.includes("\0")) id = value;
      return null;
    }
    const message = data.length > 0 ? { event: event === "" ? "message" : event, data: data.join("\n"), id } : null;
    event = "";
    data = [];
    return message;
  };
}
