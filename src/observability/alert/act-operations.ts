import { z } from "zod";
import { isDuration, notADurationText, toMs } from "../../core/duration.ts";
import { TuttiError } from "../../core/error.ts";
import { newId } from "../../core/id.ts";
import { operation, type AnyOperation } from "../../core/operation.ts";
import { evaluate } from "./evaluate.ts";
import { noticeOf } from "./notice.ts";
import { write, type AlertOperationPorts } from "./operation-ports.ts";
import { byName, viewOf } from "./read-operations.ts";
import { matches, toMatcher, type Matcher } from "./silence.ts";
import { ruleView, silenceView, toSilenceView } from "./view.ts";

const duration = z.union([z.string(), z.number()]).refine(isDuration, notADurationText);
const where = z
  .array(z.string())
  .default([])
  .describe('Only where a label is so: "flow=triage", "model!=ollama/*"; may be given more than once');
const words = z.string().trim().max(1_000);
const longestSilenceMs = 366 * 86_400_000;

export function createActOperations(ports: AlertOperationPorts): AnyOperation[] {
  return [testOperation(ports), ackOperation(ports), silenceOperation(ports), unsilenceOperation(ports)];
}

function testOperation({ rules, channels, notify, clock, ...ports }: AlertOperationPorts): AnyOperation {
  return operation({
    ...write,
    name: "alert.test",
    idempotent: false,
    summary: "Sends a test notice by the channels of a rule, and looks at the rule once",
    path: "/alerts/:name/test",
    input: byName,
    output: z.object({
      name: z.string(),
      deliveries: z.array(z.object({ channel: z.string(), error: z.string().nullable() })),
      outcome: z.enum(["fires", "normal", "no_data", "error"]).describe("What its query gives now, without `for`"),
      problem: z.string().nullable(),
      instances: z.array(z.object({ labels: z.record(z.string(), z.string()), value: z.number() })),
    }),
    cli: { positional: ["name"], examples: ["tutti alert test FailingRuns"] },
    handle: async ({ name }, { signal }) => {
      const rule = await rules.get(name);
      const now = clock.now();
      const seen = await evaluate(ports, rule, { now, signal });
      const found = seen.outcome === "seen" ? seen.observations : [];
      const notice = noticeOf(rule, "test", { instances: found.map((one) => ({ ...one, since: now })), now });
      return {
        name,
        deliveries: [...(await notify(notice, rule.channels ?? channels))],
        outcome: seen.outcome === "seen" ? (found.length > 0 ? "fires" : "normal") : seen.outcome,
        problem: seen.outcome === "seen" ? null : seen.problem,
        instances: found.map(({ labels, value }) => ({ labels, value })),
      } as const;
    },
  });
}

function ackOperation(ports: AlertOperationPorts): AnyOperation {
  const { rules, alerts, events, database, clock } = ports;
  return operation({
    ...write,
    name: "alert.ack",
    summary: "Says that somebody knows of what fires: no more reminders until it is over",
    path: "/alerts/:name/ack",
    input: byName.extend({ note: words.default("").describe("What is being done about it"), where }),
    output: ruleView,
    cli: { positional: ["name"], examples: ['tutti alert ack FailingRuns --note "rolling back the prompt"'] },
    handle: async ({ name, note, where: texts }, { caller }) => {
      await rules.get(name);
      const matchers = texts.map(toMatcher);
      const at = clock.now();
      const ack = { at, by: caller, note };
      const data = { rule: name, by: caller, note, where: texts };
      for (;;) {
        const firing = await firingOf(alerts, name, matchers);
        const result = await database.write([
          ...firing.map(({ key }) => alerts.acknowledge(name, key, ack)),
          events.append({ type: "tutti.alert.acknowledged", subject: name, at, data }),
        ]);
        // One of them was over by then: the others are asked for anew.
        if (result.committed) return viewOf(ports, name);
      }
    },
  });
}

async function firingOf(alerts: AlertOperationPorts["alerts"], name: string, matchers: readonly Matcher[]) {
  const instances = await alerts.instances(name);
  const firing = instances.filter(
    ({ state, labels }) => state === "firing" && matchers.every((matcher) => matches(matcher, labels)),
  );
  if (firing.length > 0) return firing;
  throw new TuttiError(
    "alert.not_firing",
    `nothing of alert ${name} fires${matchers.length > 0 ? " where that is so" : ""}`,
    {
      hint: `See what does: tutti alert list --state firing. To hear nothing of what may come: tutti alert silence ${name} --for 2h`,
    },
  );
}

function silenceOperation({ rules, alerts, events, database, clock, random }: AlertOperationPorts): AnyOperation {
  return operation({
    ...write,
    name: "alert.silence",
    idempotent: false,
    summary: "Tells nobody of an alert until a time; it is shown all the same",
    path: "/alerts/silences",
    input: z.strictObject({
      name: z.string().min(1).optional().describe("The rule's name; every rule unless given"),
      for: duration.describe('For how long, such as "2h"'),
      reason: words.default("").describe("Why, for the others"),
      where,
    }),
    output: silenceView,
    cli: {
      positional: ["name"],
      examples: [
        'tutti alert silence FailingRuns --for 2h --where flow=triage --reason "being rewritten"',
        "tutti alert silence --for 30m",
      ],
    },
    handle: async ({ name, for: long, reason, where: texts }, { caller }) => {
      if (name !== undefined) await rules.get(name);
      const [now, ms] = [clock.now(), toMs(long)];
      if (ms === 0 || ms > longestSilenceMs) throw notASilence(long);
      const silence = {
        id: newId("sil", random),
        rule: name ?? null,
        matchers: texts.map(toMatcher),
        until: now + ms,
        createdAt: now,
        createdBy: caller,
        reason,
      };
      const view = toSilenceView(silence);
      const told = { type: "tutti.alert.silenced", subject: name ?? silence.id, at: now, data: view };
      await database.write([alerts.putSilence(silence), events.append(told)]);
      return view;
    },
  });
}

function notASilence(long: string | number): TuttiError {
  return new TuttiError("usage.invalid", `a silence cannot last ${JSON.stringify(long)}`, {
    hint: 'Say for how long, up to a year: "30m", "2h", "7d". For good: tutti alert disable NAME',
  });
}

function unsilenceOperation({ alerts, events, database, clock }: AlertOperationPorts): AnyOperation {
  return operation({
    ...write,
    name: "alert.unsilence",
    method: "DELETE",
    summary: "Ends a silence: what still fires is told of",
    path: "/alerts/silences/:id",
    input: z.strictObject({ id: z.string().min(1).describe("The silence's id") }),
    output: z.object({ id: z.string() }),
    cli: { positional: ["id"], examples: ["tutti alert unsilence sil_4k7d2mzq01pb"] },
    handle: async ({ id }, { caller }) => {
      const told = { type: "tutti.alert.unsilenced", subject: id, at: clock.now(), data: { id, by: caller } };
      const result = await database.write([alerts.dropSilence(id), events.append(told)]);
      if (result.committed) return { id };
      throw new TuttiError("alert.silence_missing", `there is no silence ${id}`, {
        hint: "`tutti alert silences` shows those that hold.",
      });
    },
  });
}
