import { tutti } from "./api.ts";
import type { Call, CallName, Output } from "./call.ts";

type Method = (input: object, options: { readonly signal: AbortSignal }) => Promise<unknown>;

export function ask<Name extends CallName>(
  { operation, input }: Call<Name>,
  signal: AbortSignal,
): Promise<Output<Name>> {
  const [room = "", verb] = operation.split(".");
  // A call has an operation's name, and the client's methods are called as the operations are.
  const found = tutti[room as keyof typeof tutti] as unknown;
  const method = (verb === undefined ? found : (found as Readonly<Record<string, unknown>>)[verb]) as Method;
  return method(input, { signal }) as Promise<Output<Name>>;
}
