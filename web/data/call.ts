import type { Api } from "tutti/client";

type Fields = Readonly<Record<string, unknown>>;

/** A question to the daemon that only reads: an operation by its name, and its input. */
export interface Call<Name extends CallName> {
  readonly operation: Name;
  readonly input: Fields;
  /** What it is answered with; nothing holds this field, it carries the type. */
  readonly output?: Output<Name>;
}

type InRooms = {
  [Room in keyof Api]: Api[Room] extends (...given: never) => unknown
    ? Room
    : `${Room}.${Extract<keyof Api[Room], string>}`;
}[keyof Api];

export type CallName = InRooms;

type Method<Name> = Name extends keyof Api
  ? Api[Name]
  : Name extends `${infer Room extends keyof Api}.${infer Verb}`
    ? Api[Room][Verb & keyof Api[Room]]
    : never;

export type Output<Name> = Method<Name> extends (...given: never) => Promise<infer Answer> ? Answer : never;

type Input<Name> =
  Method<Name> extends (...given: infer Given) => unknown ? Exclude<Given[0], string | undefined> : never;

export function call<Name extends CallName>(operation: Name, input: Input<Name> & Fields): Call<Name> {
  return { operation, input };
}

/** Two calls that are the same have the same key. */
export function keyOf({ operation, input }: Pick<Call<CallName>, "operation" | "input">): string {
  return `${operation} ${JSON.stringify(input)}`;
}
