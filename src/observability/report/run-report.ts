import { z } from "zod";
import type { Recorder } from "./recorder.ts";

// Of each payload this much: a report is read, and the whole of it is in Tutti.
const mostPartBytes = 16_384;
const eventsAtOnce = 1_000;
const mostEvents = 20_000;

const timelineShape = z.object({
  run: z.object({ flow: z.string(), status: z.string() }),
  spans: z.array(z.object({ key: z.string(), status: z.string(), isDerived: z.boolean().optional() }).loose()),
});
const reviewsShape = z.array(z.object({ run: z.string() }).loose());
const eventsShape = z.array(z.object({ sequence: z.number() }).loose());

/** Everything that a run's page shows. Gives the run's flow, and in words what there was no room for. */
export async function recordRun(recorder: Recorder, id: string): Promise<{ flow: string; left: string[] }> {
  const { run, spans } = timelineShape.parse(await recorder.record("run.timeline", { id }));
  const stored = spans.filter(
    ({ isDerived, status }) => isDerived !== true && status !== "running" && status !== "pending",
  );
  const [first] = stored;
  if (first) {
    const { input, output } = z.looseObject({}).parse(await recorder.ask("run.get", { id, step: first.key }));
    recorder.keep("run.get", { id }, { input, output });
  }
  const left = [...(await recordSteps(recorder, id, stored)), ...(await recordEvents(recorder, id))];
  const reviews = reviewsShape.parse(await recorder.ask("review.list", {}));
  // Questions of other runs are nobody's business who reads a report of this one.
  recorder.keep(
    "review.list",
    {},
    reviews.filter((review) => review.run === id),
  );
  return { flow: run.flow, left };
}

async function recordSteps(
  recorder: Recorder,
  id: string,
  steps: readonly { readonly key: string }[],
): Promise<string[]> {
  for (const [index, { key }] of steps.entries()) {
    if (!recorder.hasRoom)
      return [`Without what ${steps.length - index} of ${steps.length} steps were given and gave.`];
    await recorder.record("run.step", { id, key, maxBytes: mostPartBytes });
  }
  return [];
}

async function recordEvents(recorder: Recorder, id: string): Promise<string[]> {
  const events: { readonly sequence: number }[] = [];
  for (;;) {
    const after = events.at(-1)?.sequence ?? 0;
    const page = eventsShape.parse(await recorder.ask("event.list", { subject: id, after, limit: eventsAtOnce }));
    events.push(...page);
    if (page.length < eventsAtOnce || events.length >= mostEvents) break;
  }
  recorder.keep("event.list", { subject: id }, events);
  return events.length < mostEvents ? [] : [`The log ends after ${mostEvents} events.`];
}
