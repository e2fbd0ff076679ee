import type { OpenContender } from "./contender.ts";

export interface LoadOptions {
  readonly inFlight: number;
  readonly durationMs: number;
}

export interface LoadFigures {
  readonly runs: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the whole process, all threads. */
  readonly cpuMs: number;
  /** Those of the warm-up included. */
  readonly storedRuns: number;
}

// The first runs pay for loading and compiling; every contender gets the same time for that, and it is not counted.
const warmUpShare = 0.3;

/** Keeps a number of runs in flight for a time: whoever is told of an end asks for the next run. */
export async function measureLoad(
  contender: OpenContender,
  { inFlight, durationMs }: LoadOptions,
): Promise<LoadFigures> {
  const warmUp = await keepInFlight(contender, { inFlight, durationMs: durationMs * warmUpShare });
  const cpu = process.cpuUsage();
  const began = performance.now();
  const latencies = await keepInFlight(contender, { inFlight, durationMs });
  const elapsedMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const sorted = latencies.toSorted((left, right) => left - right);
  return {
    runs: latencies.length,
    elapsedMs,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    cpuMs: (user + system) / 1_000,
    storedRuns: warmUp.length + latencies.length,
  };
}

/** Ends this many runs, as fast as it goes. */
export async function runMany(contender: OpenContender, { runs, inFlight }: { runs: number; inFlight: number }) {
  let left = runs;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await contender.run();
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

async function keepInFlight(contender: OpenContender, { inFlight, durationMs }: LoadOptions): Promise<number[]> {
  const end = performance.now() + durationMs;
  const latencies: number[] = [];
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      const began = performance.now();
      await contender.run();
      latencies.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return latencies;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}
