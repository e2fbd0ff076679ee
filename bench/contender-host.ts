// One contender in a process of its own; the parent's requests come as messages. See contender-process.ts.
import { contenderNames, type Contender, type Replay } from "./contender.ts";
import { loadContender } from "./load-contender.ts";
import { measureLoad, runMany, type LoadFigures, type LoadOptions } from "./load.ts";

export type ContenderRequest =
  | ({ readonly type: "load"; readonly folder: string } & LoadOptions)
  | { readonly type: "fill"; readonly folder: string; readonly runs: number }
  | { readonly type: "prepare replay"; readonly folder: string; readonly steps: number }
  | { readonly type: "replay"; readonly folder: string; readonly steps: number };

export interface ContenderAnswers {
  load: LoadFigures;
  fill: null;
  /** How long storing the run took, milliseconds. */
  "prepare replay": number;
  replay: number;
}

// What fills a database fastest without being a measure itself.
const fillInFlight = 50;

async function answer(contender: Contender, request: ContenderRequest): Promise<LoadFigures | number | null> {
  switch (request.type) {
    case "load": {
      await using open = await contender.open(request.folder, { inFlight: request.inFlight });
      return await measureLoad(open, request);
    }
    case "fill": {
      await using open = await contender.open(request.folder, { inFlight: fillInFlight });
      await runMany(open, { runs: request.runs, inFlight: fillInFlight });
      return null;
    }
    case "prepare replay": {
      const began = performance.now();
      await replayOf(contender).prepare(request.folder, request.steps);
      return performance.now() - began;
    }
    case "replay":
      return await replayOf(contender).resume(request.folder, request.steps);
    default:
      return request satisfies never;
  }
}

function replayOf({ replay }: Contender): Replay {
  if (replay === undefined) throw new Error("this contender cannot resume such a run");
  return replay;
}

const name = contenderNames.find((known) => known === process.argv[2]);
if (name === undefined) throw new Error(`${process.argv[2]} is no contender`);
const contender = await loadContender(name);
process.on("message", (request: ContenderRequest) => {
  answer(contender, request).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.once("disconnect", () => process.exit());
process.send?.({ result: null });
