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
// The page's own code is on its way before the frame is drawn.
pageAt(location.pathname)?.component.preload();
apply();
startClock();
startKeys();
startLive();
render(<App />, root);
