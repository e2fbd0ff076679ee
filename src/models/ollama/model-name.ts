/** `llama3.2` is short for `llama3.2:latest`; a scheme is only for the pull. One name for one model of a server. */
export function canonicalName(model: string): string {
  const plain = model.replace(/^https?:\/\//i, "");
  return /:[^/]*$/.test(plain) ? plain : `${plain}:latest`;
}

/** The server takes names in any case. */
export function isSameModel(left: string, right: string): boolean {
  return canonicalName(left).toLowerCase() === canonicalName(right).toLowerCase();
}
