import { join } from "node:path";
import { OpenWorkflow, Worker, defineWorkflow } from "openworkflow";
import { BackendSqlite } from "openworkflow/sqlite";
import type { Contender } from "../contender.ts";

/** OpenWorkflow on SQLite as it comes: its worker looks for runs when it is due, its result is asked for once a second. */
export const openworkflow: Contender = {
  async open(folder, { inFlight }) {
    const backend = openBackend(folder);
    const client = new OpenWorkflow({ backend });
    client.implementWorkflow(fourSteps.spec, fourSteps.fn);
    const worker = client.newWorker({ concurrency: inFlight });
    await worker.start();
    return {
      async run() {
        const handle = await client.runWorkflow(fourSteps.spec);
        await handle.result();
      },
      async [Symbol.asyncDispose]() {
        await worker.stop();
        await backend.stop();
      },
    };
  },
};

/**
 * The same without its pauses. By its public interface: a worker for each place, told to look (`tick`) as soon as there is
 * a run; the end of a run seen where the backend stores it. By a private field: its connection with statements cached and
 * `synchronous = normal`, which is what the others have.
 */
export const openworkflowHelped: Contender = {
  async open(folder, { inFlight }) {
    const backend = openBackend(folder);
    helpConnection(backend);
    const client = new OpenWorkflow({ backend });
    const places = createPlaces(backend, inFlight);
    return {
      async run() {
        const handle = await client.runWorkflow(fourSteps.spec);
        const end = places.end(handle.workflowRun.id);
        await places.nudge();
        await end;
      },
      [Symbol.asyncDispose]: () => backend.stop(),
    };
  },
};

const fourSteps = defineWorkflow<unknown, unknown>({ name: "four-steps" }, async ({ step }) => {
  let sum = 0;
  for (let number = 1; number <= 4; number++) sum += await step.run({ name: `step ${number}` }, async () => number);
  return sum;
});

export function openBackend(folder: string): BackendSqlite {
  return BackendSqlite.connect(join(folder, "openworkflow.db"));
}

/** One worker a place. Runs that no place was free for are taken up when one is. */
function createPlaces(backend: BackendSqlite, count: number) {
  const free: Worker[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  let unclaimed = 0;

  async function nudge(): Promise<void> {
    unclaimed++;
    await fill();
  }

  async function fill(): Promise<void> {
    while (unclaimed > 0) {
      const worker = free.pop();
      if (worker === undefined) return;
      unclaimed--;
      if ((await worker.tick()) === 0) free.push(worker);
    }
  }

  function settled(run: string, worker: Worker, error?: Error): void {
    const end = ends.get(run);
    ends.delete(run);
    if (error) end?.reject(error);
    else end?.resolve();
    // The worker counts the run as its own until the promises around it have settled.
    setImmediate(() => {
      free.push(worker);
      fill().catch((failure: unknown) => {
        for (const waiting of ends.values()) waiting.reject(failure);
      });
    });
  }

  for (let place = 0; place < count; place++) {
    const own: BackendSqlite = Object.create(backend);
    const worker = new Worker({ backend: own, workflows: [fourSteps] });
    own.completeWorkflowRun = async (parameters) => {
      const run = await backend.completeWorkflowRun(parameters);
      settled(run.id, worker);
      return run;
    };
    own.failWorkflowRun = async (parameters) => {
      const run = await backend.failWorkflowRun(parameters);
      settled(run.id, worker, new Error(`run ${run.id} failed: ${JSON.stringify(parameters.error)}`));
      return run;
    };
    free.push(worker);
  }
  return {
    nudge,
    end(run: string): Promise<void> {
      const end = Promise.withResolvers<void>();
      ends.set(run, end);
      return end.promise;
    },
  };
}

interface Connection {
  exec(sql: string): void;
  prepare(sql: string): unknown;
}

function helpConnection(backend: BackendSqlite): void {
  const connection = Reflect.get(backend, "db") as Connection;
  connection.exec("pragma synchronous = normal");
  const prepare = connection.prepare.bind(connection);
  const known = new Map<string, unknown>();
  connection.prepare = (sql) => {
    const statement = known.get(sql) ?? prepare(sql);
    known.set(sql, statement);
    return statement;
  };
}
