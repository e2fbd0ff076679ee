import { registerHooks } from "node:module";
import { directStep } from "./direct-step.ts";
registerHooks({ resolve: (s, c, n) => s === "tutti" ? { url: new URL("./tutti.ts", import.meta.url).href, shortCircuit: true } : n(s, c) });
const { default: f } = await import("../../../examples/code-review/code-review.ts");
const input = f.input.parse(JSON.parse(process.argv[2] ?? "{}"));
const r = await f.run(directStep() as never, input);
console.log((r as any).summary);
