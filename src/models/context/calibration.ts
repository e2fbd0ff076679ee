/** A linear guess with the doubt that is left about it. */
export interface Guess {
  readonly value: number;
  /** One standard deviation, as a share of the value. */
  readonly spread: number;
}

export interface Calibration {
  /** How many true values it has been told. */
  readonly samples: number;
  /** What each feature counts. */
  readonly weights: readonly number[];
  guess(features: readonly number[]): Guess;
  learn(features: readonly number[], truth: number): void;
}

/** What is believed of a weight before anything was measured. */
export interface Belief {
  readonly weight: number;
  readonly deviation: number;
}

// How far texts of one kind differ from another in the same tokenizer, before it was measured; counts as much as this
// many samples. Below the floor, a run of alike prompts would promise more than it knows.
const firstNoise = 0.1;
const noiseSamples = 4;
const leastNoise = 0.03;
// Old surprises are forgotten, so that a model that is given other texts than before is judged by those.
const rememberedSamples = 40;

/**
 * Recursive least squares (a Kalman filter for weights that stand still), where the error of a value grows with the value. It
 * needs no memory of the samples, is exact from the first one, and knows which mixtures of features it has not seen yet.
 */
export function createCalibration(beliefs: readonly Belief[]): Calibration {
  const weights = beliefs.map(({ weight }) => weight);
  const doubt = beliefs.map(({ deviation }, row) => beliefs.map((_, column) => (row === column ? deviation ** 2 : 0)));
  let noise = firstNoise ** 2;
  let samples = 0;
  const gainOf = (features: readonly number[]): readonly number[] => doubt.map((row) => dot(row, features));
  const scaleOf = (features: readonly number[]): number => Math.max(dot(weights, features), leastTokens);
  return {
    weights,
    get samples() {
      return samples;
    },
    guess(features) {
      const value = scaleOf(features);
      const variance = dot(gainOf(features), features) / value ** 2 + noise;
      return { value, spread: Math.sqrt(variance) };
    },
    learn(features, truth) {
      const scale = Math.max(truth, leastTokens);
      const gain = gainOf(features);
      const variance = dot(gain, features) + noise * scale ** 2;
      const surprise = truth - dot(weights, features);
      for (const [row, own] of gain.entries()) {
        weights[row] = (weights[row] ?? 0) + (own * surprise) / variance;
        doubt[row] = (doubt[row] ?? []).map((value, column) => value - (own * (gain[column] ?? 0)) / variance);
      }
      const left = truth - dot(weights, features);
      const memory = Math.min(noiseSamples + samples, rememberedSamples);
      noise = Math.max((noise * memory + Math.abs(surprise * left) / scale ** 2) / (memory + 1), leastNoise ** 2);
      samples += 1;
    },
  };
}

const leastTokens = 8;

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
}
