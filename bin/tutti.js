#!/usr/bin/env node
// The command. In an installed package it runs the build that came with it; in a clone it sets the clone up first.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const isClone = existsSync(new URL("../src/", import.meta.url));

if (isClone) {
  const { handOver, prepare, report } = await import("./bootstrap.js");
  try {
    await prepare(root);
    await handOver(root, fileURLToPath(new URL("../dist/cli/main.js", import.meta.url)), process.argv.slice(2));
  } catch (error) {
    report(error);
  }
} else if (Number.parseInt(process.versions.node, 10) >= 24) {
  await import("../dist/cli/main.js");
} else {
  process.stderr.write(
    `Tutti needs Node 24 or newer and this is Node ${process.versions.node}: install a newer Node and run the same command again.\n`,
  );
  process.exitCode = 1;
}
