import type { JSX } from "preact";
import { Link, useLocation } from "wouter-preact";
import { clockTime } from "../data/format.ts";
import { look } from "../data/setting.ts";
import { RunPage } from "../pages/run/run.tsx";
import { Toasts } from "../ui/toast.tsx";
import { PeriodPage } from "./period.tsx";
import { report } from "./report.ts";
import "./report.css";

/** A report: what it is of and when it was made, and the page. */
export function Frame(): JSX.Element {
  const [path] = useLocation();
  const { about, title, madeAt, version, left } = report;
  const [, run] = /^\/runs\/(.+)$/.exec(path) ?? [];
  const shown = run ?? ("run" in about ? about.run : undefined);
  return (
    <div class="report">
      <header class="report-head">
        {"since" in about && shown !== undefined ? (
          <Link href="/" class="link">
            {title}
          </Link>
        ) : (
          <b>{title}</b>
        )}
        <small class="muted">
          made {clockTime(madeAt, madeAt, look.value)} by Tutti {version}; nothing in it changes
        </small>
        {left.map((words) => (
          <small key={words} class="report-left">
            {words}
          </small>
        ))}
      </header>
      <main class="main" id="main">
        {shown === undefined ? <PeriodPage /> : <RunPage key={shown} id={decodeURIComponent(shown)} />}
      </main>
      <Toasts />
    </div>
  );
}
