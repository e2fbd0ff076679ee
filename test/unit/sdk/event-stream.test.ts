import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readEventStream } from "../../../src/sdk/event-stream.ts";
import { collect } from "./web-host.ts";

const encoder = new TextEncoder();

function bodyOf(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  return ReadableStream.from(pieces);
}

const read = (text: string, size = 1_000) => collect(readEventStream(bodyOf(encoder.encode(text), size)));

describe("a stream of events", () => {
  const text = `: hello\r\n\r\nid: 1\r\ndata: one\r\n\r\n:\n\nevent: resync\nid:2\ndata:{"latest":2}\n\ndata: zwei – ü\ndata:\ndata:  drei\n\n`;
  const expected = [
    { event: "message", data: "one", id: "1" },
    { event: "resync", data: '{"latest":2}', id: "2" },
    { event: "message", data: "zwei – ü\n\n drei", id: "2" },
  ];

  it("is read as its specification says, however it is cut into pieces", async () => {
    for (const size of [1, 2, 3, 7, 1_000]) assert.deepEqual(await read(text, size), expected, `pieces of ${size}`);
  });

  it("tells nothing of what was cut off, nor of an event without data", async () => {
    assert.deepEqual(await read("event: nothing\n\nid: 3\n\ndata: half"), []);
    assert.deepEqual(await read("data: half\n"), []);
  });

  it("ignores fields that it does not know and ids that cannot be sent back", async () => {
    assert.deepEqual(await read("retry: 5\ncolour: red\ndata\nid: a\0b\n\n"), [{ event: "message", data: "", id: "" }]);
  });

  it("lets go of the body when the loop is left", async () => {
    const cancelled = Promise.withResolvers<void>();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encoder.encode("data: 1\n\n")),
      cancel: () => cancelled.resolve(),
    });
    for await (const { data } of readEventStream(body)) {
      assert.equal(data, "1");
      break;
    }
    await cancelled.promise;
  });
});
