import type { Report } from "../models/section.ts";

/** What a section of `npm run bench observability` works with. */
export interface ObservabilityBench {
  /** Short, to see that everything works; its figures mean little. */
  readonly isQuick: boolean;
  /** How many are stored beforehand, where another number was asked for. */
  readonly spans?: number;
  /** Progress, for people. */
  say(text: string): void;
}

export type ObservabilitySection = (bench: ObservabilityBench) => Promise<Report>;
