/** What is kept of an error that is not Tutti's own, beside its message: enough to find it in the code. */
export interface ThrownDetails {
  /** The error's class, where it is not plain `Error`. */
  readonly name?: string;
  /** `file:line:column` of the innermost frame in the user's own code. */
  readonly where?: string;
  /** The frames in the user's own code, innermost first, one on a line. */
  readonly stack?: string;
}

const mostCauses = 5;
const mostFrames = 8;
// Tutti's own frames say nothing to whom the code belongs.
const ownFolder = (): string => new URL("..", import.meta.url).href;

/** The message with those of its causes: `fetch failed: connect ECONNREFUSED 127.0.0.1:9`. */
export function messageOf(error: Error): string {
  const messages: string[] = [];
  let at: unknown = error;
  for (let depth = 0; at instanceof Error && depth < mostCauses; depth++) {
    const message = at.message || at.name;
    if (!messages.some((before) => before.includes(message))) messages.push(message);
    at = causeOf(at);
  }
  return messages.join(": ");
}

/** An error of several, as of `Promise.any`, has them in place of a cause. */
function causeOf(error: Error): unknown {
  return error.cause ?? (error instanceof AggregateError ? (error.errors as unknown[])[0] : undefined);
}

export function detailsOf(error: Error): ThrownDetails {
  const frames = framesOf(error);
  const [innermost] = frames;
  return {
    ...(error.name === "Error" ? {} : { name: error.name }),
    ...(innermost ? { where: innermost.place } : {}),
    ...(frames.length > 0 ? { stack: frames.map(({ line }) => line).join("\n") } : {}),
  };
}

interface Frame {
  readonly line: string;
  readonly place: string;
}

function framesOf({ stack }: Error): Frame[] {
  if (typeof stack !== "string") return [];
  return stack
    .split("\n")
    .flatMap((line) => toFrame(line.trim()))
    .slice(0, mostFrames);
}

/** `at name (file:///folder/file.ts:1:2)`, or without a name and its brackets. */
function toFrame(line: string): Frame[] {
  const found = /^at (?:(.+) \()?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):(\d+)\)?$/.exec(line);
  if (!found) return [];
  const [, name, file = "", row, column] = found;
  if (file.startsWith(ownFolder())) return [];
  const place = `${toPath(file)}:${row}:${column}`;
  return [{ line: name === undefined ? `at ${place}` : `at ${name} (${place})`, place }];
}

function toPath(file: string): string {
  if (!file.startsWith("file://")) return file;
  // On Windows the path of an address begins with a slash before the drive.
  return decodeURIComponent(new URL(file).pathname).replace(/^\/(?=[A-Za-z]:)/, "");
}
