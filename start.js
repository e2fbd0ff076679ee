#!/usr/bin/env node
// `npm start`, `npm test` and their kin. Works on a fresh clone with any Node from 20 on; see bin/bootstrap.js.
import { existsSync, globSync as maybeGlobSync } from "node:fs";
