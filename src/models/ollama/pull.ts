import { systemClock, type Clock } from "../../core/clock.ts";
import { formatMs } from "../../core/duration.ts";
import { TuttiError } from "../../core/error.ts";
import { aborted } from "../abort.ts";
import type { PullCall, PullStatus } from "../keeper.ts";
import type { OllamaClient } from "./client.ts";
import { pullLine, type PullLine } from "./protocol.ts";

// A server says something many times a second while bytes come; only the check of a very large layer is silent for minutes.
const longestSilenceMs = 600_000;

const goesOn = "What came is kept: the same command goes on from there.";

/** Lets the server fetch a model. Leaving the loop stops it. */
export async function* pullModel(
  { client, clock = systemClock }: { readonly client: OllamaClient; readonly clock?: Clock | undefined },
  model: string,
  { signal, isInsecure }: PullCall,
): AsyncGenerator<PullStatus, void> {
  using silence = startSilence(clock);
  const body = { model, insecure: isInsecure, stream: true };
  const both = AbortSignal.any([signal, silence.signal]);
  let isDone = false;
  try {
    // How long it takes depends on size and line, so only silence is bounded.
    const call = { body, about: { model }, signal: both, timeoutMs: Number.POSITIVE_INFINITY };
    for await (const line of client.stream("/api/pull", pullLine, call)) {
      silence.broken();
      isDone ||= line.status === "success";
      yield toStatus(line);
    }
  } catch (error) {
    throw explain(error, model, { isSilent: silence.signal.aborted && !signal.aborted, signal });
  }
  if (!isDone) throw new TuttiError("model.bad_answer", `The pull of ${model} ended in the middle`, { hint: goesOn });
}

function toStatus({ status, digest, total, completed }: PullLine): PullStatus {
  if (digest !== undefined && total !== undefined) {
    return { kind: "layer", layer: { digest, totalBytes: total, doneBytes: completed } };
  }
  return status.startsWith("verifying") ? { kind: "verifying" } : { kind: "said", text: status };
}

function explain(error: unknown, model: string, how: { isSilent: boolean; signal: AbortSignal }): unknown {
  if (how.signal.aborted) return withHint(aborted(`the pull of ${model}`, how.signal.reason), goesOn);
  if (how.isSilent) {
    const what = `The pull of ${model} said nothing for ${formatMs(longestSilenceMs)}`;
    return new TuttiError("model.unreachable", what, { hint: goesOn, cause: error });
  }
  return error instanceof TuttiError ? translate(error, model) : error;
}

/** A failed pull is told by the server as text alone, mostly in the middle of an answer of status 200. */
function translate(error: TuttiError, model: string): TuttiError {
  const { message } = error;
  const known = failures.find(({ text }) => text.test(message));
  if (!known || error.code !== "model.bad_answer") return error;
  const said = message.replace(/^.*?: (?=\S)/, "");
  return new TuttiError(known.code, `${known.what(model)}: ${said}`, {
    hint: known.hint,
    cause: error,
    data: { model },
  });
}

const failures: readonly {
  readonly text: RegExp;
  readonly code: "model.missing" | "model.unreachable" | "storage.full" | "model.bad_answer" | "usage.invalid";
  readonly what: (model: string) => string;
  readonly hint: string;
}[] = [
  {
    text: /no space left on device|not enough space|disk quota exceeded/i,
    code: "storage.full",
    what: (model) => `The disk of the model server has no room for ${model}`,
    hint: `Make room there: \`tutti models list\` shows sizes, \`tutti models remove <model>\` frees them. ${goesOn}`,
  },
  {
    text: /invalid model name/i,
    code: "usage.invalid",
    what: (model) => `${JSON.stringify(model)} is not a name of a model`,
    hint: "Write it as name:tag, for example llama3.2:3b.",
  },
  {
    text: /file does not exist|manifest unknown|status 404|not found/i,
    code: "model.missing",
    what: (model) => `The registry has no model ${model}`,
    hint: "Check the spelling and the tag; https://ollama.com/library lists what there is.",
  },
  {
    text: /unauthorized|access denied|status 40[13]|authorization/i,
    code: "model.missing",
    what: (model) => `The registry does not give out ${model}`,
    hint: "It may be private, or its name is misspelled.",
  },
  {
    text: /digest mismatch/i,
    code: "model.bad_answer",
    what: (model) => `What came of ${model} is damaged, and was thrown away`,
    hint: "Pull it again.",
  },
  {
    text: /dial tcp|no such host|connection refused|connection reset|i\/o timeout|tls:|x509|max retries exceeded|EOF|server gave HTTP/i,
    code: "model.unreachable",
    what: (model) => `The model server could not reach the registry of ${model}`,
    hint: `Is it online? A registry without TLS takes --insecure and its name with http:// before it. ${goesOn}`,
  },
];

function withHint(error: TuttiError, hint: string): TuttiError {
  return new TuttiError(error.code, error.message, { cause: error.cause, hint });
}

interface Silence extends Disposable {
  readonly signal: AbortSignal;
  broken(): void;
}

function startSilence(clock: Clock): Silence {
  const controller = new AbortController();
  const start = (): (() => void) => clock.after(longestSilenceMs, () => controller.abort());
  let withdraw = start();
  return {
    signal: controller.signal,
    broken() {
      withdraw();
      withdraw = start();
    },
    [Symbol.dispose]: () => withdraw(),
  };
}
