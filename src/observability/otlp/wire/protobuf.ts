import type { IField, INamespace, Root } from "protobufjs/light.js";
import { messageTable, type FieldRow } from "./message-table.ts";

/** Protobuf by the message table. A field that was not sent is not a property of what is read. */
export interface ProtobufCodec {
  /** Throws for bytes that are no such message. */
  decode(message: string, bytes: Uint8Array): object;
  encode(message: string, value: object): Uint8Array;
}

/** Loaded where the first message comes: the package takes longer than a short command may. */
export async function loadProtobuf(): Promise<ProtobufCodec> {
  const { default: protobuf } = await import("protobufjs/light.js");
  const root: Root = protobuf.Root.fromJSON(toNamespace());
  return {
    decode: (message, bytes) => root.lookupType(message).decode(bytes),
    encode: (message, value) => {
      const type = root.lookupType(message);
      return type.encode(type.fromObject(value)).finish();
    },
  };
}

// With the edition's defaults, what was sent as empty, zero or false is told from what was not sent.
const edition = "2023";

function toNamespace(): INamespace {
  const messages = Object.entries(messageTable).map(([name, rows]) => [name, { edition, fields: toFields(rows) }]);
  return { nested: Object.fromEntries(messages) };
}

function toFields(rows: Readonly<Record<string, FieldRow>>): Record<string, IField> {
  const fields = Object.entries(rows).map(([name, [id, type, list]]) => {
    return [name, list === undefined ? { id, type } : { id, type, rule: "repeated" }];
  });
  return Object.fromEntries(fields);
}
