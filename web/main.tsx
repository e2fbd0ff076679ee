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
await pageAt(location.pathname)?.component.preload();
render(<App />, root);
requestAnimationFrame(() => setTimeout(startLive));
whenIdle(findZone);

// Events from before the stream stands are told as soon as it does, and the zone's name can wait until the page is drawn.
function whenIdle(act: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(act, { timeout: 2_000 });
  else setTimeout(act, 500);
}
