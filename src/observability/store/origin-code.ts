import type { Origin } from "../record.ts";
import { readName, writeName, type ReadTables } from "./attribute-code.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";
import { originPool, type Texts } from "./texts.ts";

// A process sends thousands of records with the same resource object; its text is made once.
const written = new WeakMap<object, { readonly origin: Origin; readonly text: string }>();

export function writeOrigin(bytes: ByteWriter, origin: Origin, texts: Texts): void {
  writeName(bytes, textOf(origin), texts, originPool);
}

function textOf({ service, scope, resource }: Origin): string {
  const known = written.get(resource);
  if (known?.origin.service === service && known.origin.scope === scope) return known.text;
  const text = JSON.stringify([service, scope, resource]);
  written.set(resource, { origin: { service, scope, resource }, text });
  return text;
}

export function readOrigin(bytes: ByteReader, { texts }: ReadTables): Origin {
  const text = readName(bytes, texts);
  return read.get(text) ?? parsed(text);
}

// Spans of one trace are of few senders, which take turns.
const read = new Map<string, Origin>();
const mostRead = 100;

function parsed(text: string): Origin {
  const [service, scope, resource] = JSON.parse(text) as [string, string, Origin["resource"]];
  const origin = { service, scope, resource };
  if (read.size >= mostRead) read.clear();
  read.set(text, origin);
  return origin;
}
