import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import { operation, type AnyOperation } from "../../core/operation.ts";
import type { EventLog } from "../../events/event-log.ts";
import type { Database } from "../../storage/database.ts";
import { definitionShape, differences, toRow, type Definition, type DefinitionPorts } from "./definition.ts";
import { ruleOf } from "./firing.ts";
import type { ScheduleStatements, ScheduleStore } from "./schedule-store.ts";
import type { ScheduleRow, ScheduleTable } from "./schedule-table.ts";
import { scheduleEntry, scheduleView, toEntry, toView, type ScheduleView } from "./schedule-view.ts";

export interface ScheduleOperationPorts extends DefinitionPorts {
  readonly database: Pick<Database, "write">;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly scheduleStore: ScheduleStore;
  readonly schedules: ScheduleStatements;
  /** What is due next may be another. */
  readonly changed: () => void;
}

const faces = ["cli", "http", "sdk", "mcp"] as const;
const read = { method: "GET", role: "viewer", effect: "read", idempotent: true, faces } as const;
const write = { method: "POST", role: "operator", effect: "write", idempotent: true, faces } as const;
const byName = z.strictObject({ name: z.string().min(1).describe("The schedule's name") });
const flag = z.stringbool().or(z.boolean()).default(false);
const changes = ["created", "replaced", "unchanged"] as const;

export function createScheduleOperations(ports: ScheduleOperationPorts): AnyOperation[] {
  return [...readOperations(ports), addOperation(ports), ...stateOperations(ports)];
}

// As many as are kept would fill several screens.
const firesShown = 20;

async function view(ports: ScheduleOperationPorts, name: string): Promise<ScheduleView> {
  const { scheduleStore } = ports;
  const row = await scheduleStore.get(name);
  return toView(ports, row, await scheduleStore.fires(name, firesShown));
}

function readOperations(ports: ScheduleOperationPorts): AnyOperation[] {
  const list = operation({
    ...read,
    name: "schedule.list",
    summary: "Lists the schedules and when each is due next",
    path: "/schedules",
    input: z.strictObject({}),
    output: z.array(scheduleEntry),
    cli: { examples: ["tutti schedule list", "tutti schedule list --json"] },
    empty: [],
    handle: async () => Promise.all((await ports.scheduleStore.list()).map((row) => toEntry(ports, row))),
  });
  const show = operation({
    ...read,
    name: "schedule.show",
    summary: "Shows a schedule, its next due times and what became of the last ones",
    path: "/schedules/:name",
    input: byName,
    output: scheduleView,
    cli: { positional: ["name"], examples: ["tutti schedule show nightly"] },
    handle: ({ name }) => view(ports, name),
  });
  return [list, show];
}

function addOperation(ports: ScheduleOperationPorts): AnyOperation {
  return operation({
    ...write,
    name: "schedule.add",
    summary: "Adds a schedule that starts runs of a flow; the same one again changes nothing",
    path: "/schedules",
    input: z.strictObject({
      ...definitionShape,
      replace: flag.describe("Take the place of another schedule of this name"),
    }),
    output: scheduleView.extend({ change: z.enum(changes) }),
    cli: {
      positional: ["name", "flow"],
      paths: ["flow"],
      examples: [
        'tutti schedule add nightly code-review --cron "30 2 * * *" --time-zone Europe/Berlin',
        "tutti schedule add pulse code-review --every 15m --input '{\"last\":5}' --overlap skip",
      ],
    },
    handle: async ({ replace, ...definition }, { folder }) => {
      const done = await add(ports, { definition, folder, replace });
      ports.changed();
      return { ...(await view(ports, definition.name)), change: done };
    },
  });
}

interface Addition {
  readonly definition: Definition;
  readonly folder: string | undefined;
  readonly replace: boolean;
}

async function add(
  ports: ScheduleOperationPorts,
  { definition, folder, replace }: Addition,
): Promise<(typeof changes)[number]> {
  const { database, schedules, scheduleStore } = ports;
  const wanted = await toRow(ports, definition, folder);
  return untilWritten(definition.name, async () => {
    const there = await scheduleStore.find(wanted.name);
    if (!there) {
      const { committed } = await database.write([schedules.insert(wanted), told(ports, "added", wanted.name)]);
      return committed ? "created" : null;
    }
    const different = differences(wanted, there);
    if (different.length === 0) return "unchanged";
    if (!replace) throw conflict(wanted.name, different);
    const isWritten = await change(ports, there, { how: "replaced", row: replacement(wanted, there) });
    return isWritten ? "replaced" : null;
  });
}

/** What has happened stays, and a paused one stays paused. */
function replacement({ name: _same, ...wanted }: ScheduleTable, there: ScheduleRow): Partial<ScheduleTable> {
  const { created_at, paused_at, last_at, last_run } = there;
  const next_at = paused_at === null ? wanted.next_at : null;
  return { ...wanted, created_at, paused_at, last_at, last_run, next_at };
}

function stateOperations(ports: ScheduleOperationPorts): AnyOperation[] {
  const remove = operation({
    ...write,
    name: "schedule.remove",
    method: "DELETE",
    effect: "destroy",
    idempotent: false,
    summary: "Removes a schedule; runs that it has started go on",
    path: "/schedules/:name",
    input: byName,
    output: z.object({ name: z.string() }),
    cli: { positional: ["name"], examples: ["tutti schedule remove nightly"] },
    handle: async ({ name }) => {
      const { database, schedules, scheduleStore } = ports;
      await scheduleStore.get(name);
      await database.write([schedules.remove({ name }), schedules.forget({ name }), told(ports, "removed", name)]);
      ports.changed();
      return { name };
    },
  });
  const pause = operation({
    ...write,
    name: "schedule.pause",
    summary: "Pauses a schedule: what would be due meanwhile is not missed, it is left out",
    path: "/schedules/:name/pause",
    input: byName,
    output: scheduleView,
    cli: { positional: ["name"], examples: ["tutti schedule pause nightly"] },
    handle: ({ name }) =>
      changeState(ports, name, "paused", ({ paused_at }, now) =>
        paused_at === null ? { paused_at: now, next_at: null } : null,
      ),
  });
  const resume = operation({
    ...write,
    name: "schedule.resume",
    summary: "Lets a paused schedule go on with its next due time",
    path: "/schedules/:name/resume",
    input: byName,
    output: scheduleView,
    cli: { positional: ["name"], examples: ["tutti schedule resume nightly"] },
    handle: ({ name }) =>
      changeState(ports, name, "resumed", (row, now) => {
        const rule = ruleOf(row);
        const next_at = "code" in rule ? null : rule.after(now);
        return row.paused_at === null ? null : { paused_at: null, next_at, reckoned_at: now };
      }),
  });
  return [remove, pause, resume];
}

/** Changes the row as `decide` says from what it is; null where it is so already. */
async function changeState(
  ports: ScheduleOperationPorts,
  name: string,
  how: "paused" | "resumed",
  decide: (row: ScheduleRow, now: number) => Partial<ScheduleTable> | null,
): Promise<ScheduleView> {
  await untilWritten(name, async () => {
    const there = await ports.scheduleStore.get(name);
    const row = decide(there, ports.clock.now());
    return row === null || (await change(ports, there, { how, row })) ? true : null;
  });
  ports.changed();
  return view(ports, name);
}

interface Change {
  readonly how: string;
  readonly row: Partial<Omit<ScheduleTable, "name">>;
}

/** False where somebody else has changed it since it was read. */
async function change(ports: ScheduleOperationPorts, there: ScheduleRow, { how, row }: Change): Promise<boolean> {
  const written = await ports.database.write([ports.schedules.change(there, row), told(ports, how, there.name)]);
  return written.committed;
}

function told({ events, clock }: ScheduleOperationPorts, how: string, name: string) {
  return events.append({
    type: `tutti.schedule.${how}`,
    subject: `schedule:${name}`,
    at: clock.now(),
    data: { schedule: name },
  });
}

const mostAttempts = 5;

/** Again where another process was faster: what is there by now decides anew. */
async function untilWritten<Result>(name: string, attempt: () => Promise<Result | null>): Promise<Result> {
  for (let count = 0; count < mostAttempts; count++) {
    const result = await attempt();
    if (result !== null) return result;
  }
  throw new TuttiError("schedule.conflict", `schedule "${name}" is changed by others at the same time`, {
    hint: "Try again.",
  });
}

function conflict(name: string, different: readonly string[]): TuttiError {
  return new TuttiError(
    "schedule.conflict",
    `there is another schedule "${name}"; what differs: ${different.join(", ")}`,
    {
      hint: `\`tutti schedule show ${name}\` shows it; with --replace the new one takes its place.`,
      data: { different },
    },
  );
}
