// npm run bench NAME [-- FLAGS]; without a word: what there is.
import { runBudgetBench } from "./budget/budget.ts";
import { runEngineBench, UsageError } from "./engine.ts";
import { runModelsBench } from "./models.ts";
import { runServerBench } from "./server/server.ts";
import { runProfile } from "./profile.ts";
import { runStartBench } from "./start.ts";
import { runTokensBench } from "./tokens/tokens.ts";
import { runWebBench } from "./web/web.ts";

const help = `npm run bench NAME [-- FLAGS]

  engine    runs/s, latency, bytes, replay, kill -9 and Postgres, beside openworkflow and Mastra; about 5 minutes
  models    the order of calls (simulated, and on a real Ollama), overhead beside other clients, repair of wrong answers; 3 minutes
  server    requests/s and p99 of list, detail and start with 1,000 and 100,000 runs stored, beside Mastra's server; 6 minutes
  start     how long \`tutti up\` takes until it answers (--quick: three starts)
  web       how soon Overview and Runs are usable in Chromium with 0, 1,000 and 100,000 runs stored, bytes, frames; 10 minutes
  profile   where Tutti's own time goes for a run
  tokens    how near the estimate of a prompt's tokens comes, on two tokenizers and on a real Ollama
  budget    what the meter adds to a model call, and budgets that many race for; about 1 minute (--quick: some seconds)
  observability  what a span and a step cost, beside OpenTelemetry's batch processor; 1,000,000 spans stored and asked for; a week of
            load; 15 minutes (--only trace, --quick: some seconds)
  reads     lists, counts, waterfalls with 100,000 runs and a run of 10,000 steps, on SQLite and Postgres; 2 minutes (--quick: some seconds)

Flags of engine:
  --rounds N     rounds of each measure (3)
  --only NAME    a section (load, replay, kill, postgres) or a contender (tutti, tutti-sdk, openworkflow,
                 openworkflow-helped, mastra); may be given more than once
  --quick        one short round, to see that it works
  --json         the figures as one object
Flags of models:
  --only NAME    a section (schedule, swap, overhead, repair); may be given more than once
  --seed N       of what is simulated (1)
  --quick        short, to see that it works
  --json         the figures as one object
Flags of observability:
  --only NAME    a section (trace, metric, ingest, store, week); may be given more than once
  --spans N      spans that store begins with (1000000)
  --quick        short, to see that it works
Flags of tokens:
  --only NAME    whose name has this in it (Llama, Mistral, tiny-chat, all-minilm)
  --seed N       of the prompts (1)
  --quick        one run instead of five
Flags of server:
  --rounds N     rounds of each measure (3)
  --stored N     finished runs beforehand (1000 and 100000); may be given more than once
  --quick        short, with 200 runs, to see that it works
Flags of web:
  --rounds N     fresh visits of each page (12)
  --stored N     runs beforehand (0, 1000 and 100000); may be given more than once
  --quick        two visits with 0 and 200 runs, to see that it works
Flags of profile:
  --in-flight N  runs at once (1)
  --seconds N    how long (5)
  --stored N     finished runs beforehand (0)

TUTTI_BENCH_OLLAMA (or TUTTI_TEST_OLLAMA) names a real Ollama with tiny-chat and all-minilm; the section swap wants one of its own, on
this machine, started with OLLAMA_MAX_LOADED_MODELS=1.
TUTTI_BENCH_CHROMIUM (or TUTTI_TEST_CHROMIUM) names a Chromium, for web.
TUTTI_BENCH_POSTGRES (or TUTTI_TEST_POSTGRES) names a server where databases may be made.
`;

async function main([name, ...words]: readonly string[]): Promise<number> {
  switch (name) {
    case "engine":
      return await runEngineBench(words);
    case "models":
      return await runModelsBench(words);
    case "budget":
      return await runBudgetBench(words);
    case "server":
      return await runServerBench(words);
    case "observability":
      // Needs no other engine.
      return await (await import("./observability/observability.ts")).runObservabilityBench(words);
    case "start":
      return await runStartBench(words);
    case "reads":
      // Needs no other engine.
      return await (await import("./reads/reads.ts")).runReadsBench(words);
    case "web":
      return await runWebBench(words);
    case "profile":
      return await runProfile(words);
    case "tokens":
      return await runTokensBench(words);
    case undefined:
    case "--help":
      process.stdout.write(help);
      return 0;
    default:
      throw new UsageError(`there is no benchmark "${name}"`);
  }
}

// An exit, unlike a signal, ends the processes that were started and removes their data.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 3;
}
