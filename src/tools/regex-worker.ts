// The body of a worker thread: started by line-finder.ts, and the one file that does work when it is loaded.
import { parentPort, workerData } from "node:worker_threads";
import { selectLines } from "./line-finder.ts";

const { pattern, flags }: { readonly pattern: string; readonly flags: string } = workerData;
const expression = new RegExp(pattern, flags);

parentPort?.on("message", ({ text, most }: { readonly text: string; readonly most: number }) => {
  parentPort?.postMessage(selectLines(text, most, (line) => expression.test(line)));
});
