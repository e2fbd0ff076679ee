// npm run bench engine [-- --rounds N] [--only NAME] [--quick] [--json]; without a word: what there is.
import { runEngineBench, UsageError } from "./engine.ts";
import { runModelsBench } from "./models.ts";
import { runProfile } from "./profile.ts";

const help = `npm run bench NAME [-- FLAGS]

  engine    runs/s, latency, bytes, replay, kill -9 and Postgres, beside openworkflow and Mastra; about 5 minutes
  models    wrong answers of models: how many are repaired, and how many are wrongly accepted; a second
  profile   where Tutti's own time goes for a run

Flags of engine:
  --rounds N     rounds of each measure (3)
  --only NAME    a section (load, replay, kill, postgres) or a contender (tutti, tutti-sdk, openworkflow,
                 openworkflow-helped, mastra); may be given more than once
  --quick        one short round, to see that it works
  --json         the figures as one object
Flags of models:
  --only NAME    a section (repair)
  --json         the figures as one object
Flags of profile:
  --in-flight N  runs at once (1)
  --seconds N    how long (5)
  --stored N     finished runs beforehand (0)

TUTTI_BENCH_POSTGRES (or TUTTI_TEST_POSTGRES) names a server where databases may be made.
`;

async function main([name, ...words]: readonly string[]): Promise<number> {
  switch (name) {
    case "engine":
      return await runEngineBench(words);
    case "models":
      return await runModelsBench(words);
    case "profile":
      return await runProfile(words);
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
