/** Ends a `switch` over a union: a new member breaks the build here. */
export function unreachable(value: never): never {
  throw new TypeError(`unexpected value ${JSON.stringify(value)}`);
}
