import { render } from "preact";
import { App } from "./app.tsx";
import { findZone, startClock } from "./data/clock.ts";
import { startLive } from "./data/live.ts";
import { apply } from "./data/setting.ts";
import { pageAt } from "./pages.ts";
import { startKeys } from "./shell/keys.ts";
import "./style/index.css";

const root = document.getElementById("app");
if (!root) throw new Error("the page has no #app");
apply();
startClock();
startKeys();
// The browser was told of the page's own code together with this one, so it is there, or nearly; and one drawing costs less than two.
// Not by a top-level `await`: the page's code waits for the end of this file.
void (pageAt(location.pathname)?.component.preload() ?? Promise.resolve()).then(() => draw(root));

function draw(element: HTMLElement): void {
  render(<App />, element);
  // Events from before the stream stands are told as soon as it does, so it need not stand before the first paint.
  requestAnimationFrame(() => setTimeout(startLive));
  // Nor need the zone's name be known.
  if ("requestIdleCallback" in window) requestIdleCallback(findZone, { timeout: 2_000 });
  else setTimeout(findZone, 500);
}
