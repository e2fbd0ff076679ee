import { render } from "preact";
import { App } from "./app.tsx";
import { startClock } from "./data/clock.ts";
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
// Events from before are told as soon as somebody listens, so it need not be before the first paint.
requestAnimationFrame(() => setTimeout(startLive));
