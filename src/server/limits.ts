/** What a client may take of the server. */
export interface ServerLimits {
  /** From the first byte, or the connection, to the end of the headers, milliseconds. */
  readonly headersMs: number;
  /** To the end of the body. */
  readonly requestMs: number;
  /** An answer of which the client takes nothing for so long is given up. */
  readonly stalledMs: number;
  /** A connection without a request is kept so long. */
  readonly idleMs: number;
  readonly mostConnections: number;
  readonly mostHeaderBytes: number;
  /** How long open calls have to end when the server does. */
  readonly drainMs: number;
}

export const serverLimits: ServerLimits = {
  headersMs: 10_000,
  requestMs: 60_000,
  stalledMs: 60_000,
  idleMs: 15_000,
  mostConnections: 256,
  mostHeaderBytes: 16_384,
  drainMs: 5_000,
};
