/** Something that is told once and not stored: a token, a started step, a hint that a run has changed. */
export interface LiveEvent {
  readonly run: string;
  readonly type: string;
  readonly key?: string;
  readonly data?: unknown;
}

export interface LiveEvents {
  publish(event: LiveEvent): void;
  /** Calls `listener` for each event of the run until the returned function is called. */
  subscribe(run: string, listener: (event: LiveEvent) => void): () => void;
}

/** In process only; a listener that throws is the listener's fault and stops nobody else. */
export function createLiveEvents(): LiveEvents {
  const listeners = new Map<string, Set<(event: LiveEvent) => void>>();
  return {
    publish(event) {
      for (const listener of listeners.get(event.run) ?? []) listener(event);
    },
    subscribe(run, listener) {
      const known = listeners.get(run) ?? new Set();
      listeners.set(run, known.add(listener));
      return () => {
        known.delete(listener);
        // Called twice it must not take away the listeners of somebody who came later.
        if (known.size === 0 && listeners.get(run) === known) listeners.delete(run);
      };
    },
  };
}
