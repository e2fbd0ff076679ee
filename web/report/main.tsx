import { render } from "preact";
import { Router } from "wouter-preact";
import { useHashLocation } from "wouter-preact/use-hash-location";
import { apply } from "../data/setting.ts";
import { startKeys } from "../shell/keys.ts";
import "../style/index.css";
import { Frame } from "./frame.tsx";

const root = document.getElementById("app");
if (!root) throw new Error("the page has no #app");
apply();
startKeys();
render(
  // The address of a file cannot be another file's, so a page stands behind the hash.
  <Router hook={useHashLocation}>
    <Frame />
  </Router>,
  root,
);
