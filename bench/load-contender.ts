import type { Contender, ContenderName } from "./contender.ts";

/** Loads only what the contender needs: a peer's packages would cost the others memory and start. */
export async function loadContender(name: ContenderName): Promise<Contender> {
  switch (name) {
    case "tutti":
      return (await import("./contenders/tutti.ts")).tutti;
    case "tutti-sdk":
      return (await import("./contenders/tutti.ts")).tuttiSdk;
    case "openworkflow":
      return (await import("./contenders/openworkflow.ts")).openworkflow;
    case "openworkflow-helped":
      return (await import("./contenders/openworkflow.ts")).openworkflowHelped;
    case "mastra":
      return (await import("./contenders/mastra.ts")).mastra;
    default:
      return name satisfies never;
  }
}
