/** An engine that is measured beside others, each in a process of its own. */
export interface Contender {
  /** Opens the engine's database in `folder`, which may be empty. `inFlight`: how many runs are asked for at once. */
  open(folder: string, options: { inFlight: number }): Promise<OpenContender>;
  /** What resuming a run with many stored steps takes; left out where the engine cannot do it. */
  readonly replay?: Replay;
}

export interface OpenContender extends AsyncDisposable {
  /** One run of four steps that do nothing; resolves once its caller has been told that the stored run has ended. */
  run(): Promise<void>;
}

export interface Replay {
  /** Stores a run with this many finished steps that waits for something. */
  prepare(folder: string, steps: number): Promise<void>;
  /** Lets the wait end; from then until the next step starts, milliseconds. */
  resume(folder: string, steps: number): Promise<number>;
}

export const contenderNames = ["tutti", "tutti-sdk", "openworkflow", "openworkflow-helped", "mastra"] as const;
export type ContenderName = (typeof contenderNames)[number];
