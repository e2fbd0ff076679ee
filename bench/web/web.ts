// npm run bench web: how soon pages are usable, what they weigh, and how they scroll.
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium, type Browser } from "playwright-core";
import { openHome } from "../../src/storage/home.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { DataFolder } from "../data-folder.ts";
import { UsageError } from "../engine.ts";
import { spreadOf } from "../figure.ts";
import { describeMachine } from "../machine.ts";
import { storeRuns } from "../reads/stored-runs.ts";
import { scroll } from "./frames.ts";
import { quiet } from "./quiet.ts";
import { look, type Look, type Place, type Tab, type Visited } from "./painted.ts";

const assets = fileURLToPath(new URL("../../dist/web", import.meta.url));
const hostFile = fileURLToPath(new URL("../server/tutti-host.ts", import.meta.url));
const spans = 10_000;

const keys = { name: "?", brings: "dialog[open]" };

function looksWith(runs: number): readonly Look[] {
  const isEmpty = runs === 0;
  return [
    {
      name: "Overview",
      path: "/",
      ready: isEmpty ? ".first-steps li" : ".runs-table tbody tr & .histogram .bars & .overview-figures",
      key: keys,
      isAdmitted: true,
    },
    {
      name: "Runs",
      path: "/runs",
      ready: isEmpty ? ".list-scroll .empty" : ".list-line[aria-rowindex]",
      key: isEmpty ? keys : { name: "j", brings: ".list-line.is-here[aria-rowindex='3']" },
      isAdmitted: true,
    },
    // What a visit costs this browser on this machine whatever the page is: the one that says that nobody is logged in.
    { name: "floor: a page of text", path: "/", ready: "main h1", key: null, isAdmitted: false },
  ];
}

export async function runWebBench(words: readonly string[]): Promise<number> {
  const { rounds, stored } = parse(words);
  const executablePath = process.env["TUTTI_BENCH_CHROMIUM"] ?? process.env["TUTTI_TEST_CHROMIUM"];
  if (!executablePath) throw new UsageError("TUTTI_BENCH_CHROMIUM (or TUTTI_TEST_CHROMIUM) names no Chromium");
  if (!existsSync(join(assets, "index.html"))) throw new UsageError("the web UI is not built: npm run build");
  const { cores, cpu, node } = describeMachine();
  say(`${cores} × ${cpu}, Node ${node}; load of the last minute ${loadavg()[0]?.toFixed(1)}`);
  using data = new DataFolder();
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    for (const runs of stored) await measure({ browser, folder: data.make(), runs, rounds });
  } finally {
    await browser.close();
  }
  return 0;
}

interface Scene {
  readonly browser: Browser;
  readonly folder: string;
  readonly runs: number;
  readonly rounds: number;
}

async function measure({ browser, folder, runs, rounds }: Scene): Promise<void> {
  const long = await fill(folder, runs);
  const child = fork(hostFile, [folder, assets], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  try {
    const [told] = (await once(child, "message")) as [{ url: string; token: string }];
    const place: Place = { browser, assets, ...told };
    say(`\n${runs.toLocaleString("en")} runs stored; load ${loadavg()[0]?.toFixed(1)}`);
    for (const page of looksWith(runs)) await measureLook(place, page, rounds);
    if (long !== "") await measureScrolling(place, long, rounds);
  } finally {
    child.kill("SIGKILL");
  }
}

/** The id of a run with many steps; none where nothing is stored. */
async function fill(folder: string, runs: number): Promise<string> {
  if (runs === 0) return "";
  const home = openHome(folder, undefined);
  const tenant = join(home.path, "tenants", "default");
  mkdirSync(tenant, { recursive: true });
  await using database = openSqlite({ path: join(tenant, "orchestrator.db") });
  return (await storeRuns(database, { runs, steps: spans })).long;
}

async function measureLook(place: Place, wanted: Look, rounds: number): Promise<void> {
  const visits: Record<Tab, Visited[]> = { new: [], open: [] };
  let loud = 0;
  for (let round = 0; round <= rounds; round++) {
    for (const tab of ["new", "open"] as const) {
      if (!(await quiet())) loud++;
      const visited = await look(place, wanted, tab);
      // The first one finds the server cold.
      if (round > 0) visits[tab].push(visited);
    }
  }
  for (const tab of ["new", "open"] as const) say(toLine(`${wanted.name}, tab ${tab}`, visits[tab]));
  if (loud > 0) say(`${" ".repeat(32)} ${loud} of ${2 * rounds + 2} visits found no quiet moment within 15 s`);
}

function toLine(name: string, visits: readonly Visited[]): string {
  const of = (value: (visited: Visited) => number): string => textOf(visits.map(value));
  const times = `usable ${of(({ usableMs }) => usableMs)}, answers a key ${of(({ answeredMs }) => answeredMs)}, settled ${of(({ settledMs }) => settledMs)} ms`;
  const kilobytes = Math.max(...visits.map(({ bytes }) => bytes)) / 1_000;
  return `${name.padEnd(32)} ${times}, CPU of the page ${of(({ cpuMs }) => cpuMs)} ms, ${kilobytes.toFixed(1)} kB gzip`;
}

async function measureScrolling({ browser, url, token }: Place, long: string, rounds: number): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    extraHTTPHeaders: { authorization: `Bearer ${token}` },
  });
  const lists = [
    { name: `a run of ${spans} steps`, path: `/runs/${long}`, selector: ".system", row: ".lane" },
    { name: "the list of runs", path: "/runs", selector: ".list-scroll", row: ".list-line[aria-rowindex]" },
  ];
  for (const { name, path, selector, row } of lists) {
    const page = await context.newPage();
    await page.goto(`${url}${path}`);
    await page.locator(row).first().waitFor({ timeout: 120_000 });
    const all = [];
    for (let round = 0; round < Math.min(rounds, 5); round++) all.push(await scroll(page, selector));
    const [p50, p95, longest] = [
      all.map(({ p50Ms }) => p50Ms),
      all.map(({ p95Ms }) => p95Ms),
      all.map(({ longestMs }) => longestMs),
    ];
    say(
      `${`scrolling ${name}`.padEnd(34)} frames p50 ${textOf(p50)}, p95 ${textOf(p95)}, longest ${textOf(longest)} ms`,
    );
    await page.close();
  }
  await context.close();
}

function textOf(values: readonly number[]): string {
  const spread = spreadOf(values);
  if (!spread) return "–";
  return `${spread.median.toFixed(0)} (${spread.min.toFixed(0)}–${spread.max.toFixed(0)})`;
}

function parse(words: readonly string[]): { rounds: number; stored: readonly number[] } {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        rounds: { type: "string" },
        stored: { type: "string", multiple: true },
        quick: { type: "boolean", default: false },
      },
    });
    const stored = values.stored?.map(Number) ?? (values.quick ? [0, 200] : [0, 1_000, 100_000]);
    return { rounds: Number(values.rounds ?? (values.quick ? 2 : 12)), stored };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
